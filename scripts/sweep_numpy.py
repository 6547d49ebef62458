"""The evaluation of a space by numpy: the same tables and formulas as `cargo run --example speed -- tables FILE`.

    scripts/sweep_numpy.py FILE

FILE holds the tables of one region, what they are added up to, and how many configurations a second the exhaustive
search has taken, constraints, objectives and Pareto update included. numpy is spared the update: it evaluates, applies
the constraint, and takes the least of each objective. Prints both speeds and whether numpy finds as many suitable
configurations, and the same objectives on the front.
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
    total, suitable_count, found = 0, 0, {}
    wanted = dict(zip(data["front"], data["objectives"]))
    spent = 0.0
    for number, point in enumerate(np.ndindex(*[lengths[axis] for axis in outer])):
        start = time.process_time()
        columns = [0.0] * data["columns"]
        for (_, amounts), offset, step in zip(tables, offsets, steps):
            position = offset + int(np.dot(step, point)) if outer else offset
            for column, values in amounts:
                columns[column] = columns[column] + values[position]
        area, products, switching, leakage, broken = columns
        with np.errstate(invalid="ignore"):
            suitable = (broken == 0) & (area < data["most_area_um2"])
            energy = (switching + leakage * 1e-6 * data["period_ps"]) / products
            objectives = np.stack([area, -(products / data["period_ps"]), energy])
        _ = [value[suitable].min(initial=np.inf) for value in objectives]
        suitable_count += np.count_nonzero(suitable)
        spent += time.process_time() - start
        total += size
        inside = [member for member in wanted if member // size == number]
        found.update((member, list(objectives[:, member % size])) for member in inside if suitable[member % size])
    own = data["configurations_a_second"]
    print(f"numpy {np.__version__}: {total} configurations in {spent:.2f} CPU s, {total / spent:.3g} a second")
    print(f"tritloom: {own:.3g} a second, {own * spent / total:.1f} times numpy's")
    same = suitable_count == data["suitable"] and found == wanted
    print("numpy finds the same" if same else "NUMPY FINDS SOMETHING ELSE")


main(sys.argv[1])
