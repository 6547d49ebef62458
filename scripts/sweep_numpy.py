"""The evaluation of a space by numpy: the same tables and formulas as `cargo run --example speed -- tables FILE`.

    scripts/sweep_numpy.py FILE

FILE holds the tables of one region, what they are added up to, and how many configurations a second the exhaustive
search has taken, constraints, objectives and Pareto update included. numpy is spared the update: it evaluates, applies
the constraint, and takes the least of each objective. It does so twice: from blocks of which the positions in every table
are known beforehand, and from configurations as they are listed, which it has to look up one by one. Prints the speeds and
whether numpy finds as many suitable configurations, and the same objectives on the front. Beside them the speed of a plain
closed form of 60 terms over the positions on the axes, which finds nothing: what a model without tables takes at least.
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


def evaluated(data, tables, positions):
    """Which configurations are suitable, and their objectives, from their positions in the tables."""
    columns = [0.0] * data["columns"]
    for (_, amounts), position in zip(tables, positions):
        for column, values in amounts:
            columns[column] = columns[column] + values[position]
    area, products, switching, leakage, broken = columns
    with np.errstate(invalid="ignore"):
        suitable = (broken == 0) & (area < data["most_area_um2"])
        energy = (switching + leakage * 1e-6 * data["period_ps"]) / products
        return suitable, np.stack([area, -(products / data["period_ps"]), energy])


def listed(data, tables):
    """Seconds and suitable configurations where each is looked up by its number, and how many of them."""
    lengths = data["lengths"]
    axes = list(range(len(lengths)))
    steps = [strides(lengths, t, axes) for t, _ in tables]
    total = int(np.prod(lengths))
    suitable_count, spent = 0, 0.0
    for first in range(0, total, BLOCK):
        start = time.process_time()
        digits = np.unravel_index(np.arange(first, min(first + BLOCK, total)), lengths)
        positions = [sum(digits[axis] * step for axis, step in zip(axes, own) if step) for own in steps]
        suitable, objectives = evaluated(data, tables, positions)
        _ = [value[suitable].min(initial=np.inf) for value in objectives]
        suitable_count += np.count_nonzero(suitable)
        spent += time.process_time() - start
    return suitable_count, spent


def plain(lengths):
    """Seconds of a sum of 60 products of positions, over blocks of the same configurations."""
    spent = 0.0
    total = int(np.prod(lengths))
    for first in range(0, total, BLOCK):
        digits = np.unravel_index(np.arange(first, min(first + BLOCK, total)), lengths)
        values = [digit.astype(float) for digit in digits]
        start = time.process_time()
        amount = np.zeros(len(values[0]))
        for term in range(60):
            amount += float(term + 1) * values[term % len(values)]
        amount.min()
        spent += time.process_time() - start
    return spent


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
        positions = [offset + (int(np.dot(step, point)) if outer else 0) for offset, step in zip(offsets, steps)]
        suitable, objectives = evaluated(data, tables, positions)
        _ = [value[suitable].min(initial=np.inf) for value in objectives]
        suitable_count += np.count_nonzero(suitable)
        spent += time.process_time() - start
        total += size
        inside = [member for member in wanted if member // size == number]
        found.update((member, list(objectives[:, member % size])) for member in inside if suitable[member % size])
    own = data["configurations_a_second"]
    listed_count, listed_spent = listed(data, tables)
    print(f"numpy {np.__version__}, {total} configurations")
    speeds = [("positions known beforehand", spent), ("each looked up", listed_spent), ("60 terms", plain(lengths))]
    for name, seconds in speeds:
        print(f"  {name}: {seconds:.2f} CPU s, {total / seconds:.3g} a second")
        print(f"  tritloom: {own:.3g} a second, {own * seconds / total:.1f} times numpy's")
    same = suitable_count == listed_count == data["suitable"] and found == wanted
    print("numpy finds the same" if same else "NUMPY FINDS SOMETHING ELSE")


main(sys.argv[1])
