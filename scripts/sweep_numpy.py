"""The search of a space by numpy: the same tables, formulas and front as `cargo run --example speed -- tables FILE`.

    scripts/sweep_numpy.py FILE

FILE holds the tables of one region, what they are added up to, and how many configurations a second this program's own
exhaustive search has taken. Prints numpy's, the ratio, and whether the fronts are equal.
"""

import json
import sys
import time

import numpy as np

BLOCK = 1 << 18  # configurations at once: as many as are quick here


def strides(lengths, axes, of):
    """How far a step along each axis of `of` moves in a table over `axes`."""
    size, steps = 1, {}
    for axis in reversed(axes):
        steps[axis] = size
        size *= lengths[axis]
    return np.array([steps.get(axis, 0) for axis in of])


def survivors(front, objectives):
    """Positions that no member of the front is better than: against a few members first, then against all."""
    alive = np.arange(objectives.shape[1])
    for member in front:
        part = objectives[:, alive]
        worse = np.ones(len(alive), dtype=bool)
        better = np.zeros(len(alive), dtype=bool)
        for value, own in zip(part, member):
            worse &= value >= own
            better |= value > own
        alive = alive[~(worse & better)]
        if len(alive) == 0:
            break
    return alive


def main(path):
    data = json.load(open(path))
    lengths = data["lengths"]
    axes = list(range(len(lengths)))
    tables = [(t["axes"], [(c, np.array(a)) for c, a in t["amounts"]]) for t in data["tables"]]
    # The last axes form a block whose positions in every table are computed once.
    split = len(axes)
    size = 1
    while split > 0 and size * lengths[split - 1] <= BLOCK:
        split -= 1
        size *= lengths[split]
    outer, inner = axes[:split], axes[split:]
    digits = np.indices([lengths[axis] for axis in inner]).reshape(len(inner), -1)
    offsets = [strides(lengths, t, inner) @ digits for t, _ in tables]
    steps = [strides(lengths, t, outer) for t, _ in tables]
    front, numbers, total = [], [], 0
    start = time.perf_counter()
    for number, point in enumerate(np.ndindex(*[lengths[axis] for axis in outer])):
        columns = [0.0] * data["columns"]
        for (_, amounts), offset, step in zip(tables, offsets, steps):
            position = offset + int(np.dot(step, point)) if outer else offset
            for column, values in amounts:
                columns[column] = columns[column] + values[position]
        area, switching, leakage, products, broken = columns
        with np.errstate(invalid="ignore"):
            suitable = (broken == 0) & (area < data["most_area_um2"])
            energy = (switching + leakage * 1e-6 * data["period_ps"]) / products
            objectives = np.stack([area, -(products / data["period_ps"]), energy])
        total += size
        found = np.flatnonzero(suitable)
        if len(found) == 0:
            continue
        objectives = objectives[:, found]
        order = survivors(front, objectives)
        for position in order[np.argsort(objectives[0, order], kind="stable")]:
            candidate = objectives[:, position]
            if front:
                members = np.array(front)
                if np.any(np.all(members <= candidate, axis=1) & np.any(members < candidate, axis=1)):
                    continue
                keep = ~(np.all(candidate <= members, axis=1) & np.any(candidate < members, axis=1))
                front = [member for member, kept in zip(front, keep) if kept]
                numbers = [member for member, kept in zip(numbers, keep) if kept]
            front.append(candidate)
            numbers.append(number * size + int(found[position]))
    seconds = time.perf_counter() - start
    own = data["configurations_a_second"]
    print(f"numpy {np.__version__}: {total} configurations in {seconds:.2f} s, {total / seconds:.3g} a second")
    print(f"tritloom: {own:.3g} a second, {own * seconds / total:.1f} times numpy's")
    print("the fronts are equal" if sorted(numbers) == data["front"] else "THE FRONTS DIFFER")


main(sys.argv[1])
