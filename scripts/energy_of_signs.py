#!/usr/bin/env python3
"""What sign changes of activations save in a port of tint, beside what the cost model says: toggles of its nets.
    energy_of_signs.py LIBERTY FOLDER
FOLDER holds a generated design. One port of it, which adds to its own sum, is mapped for the smallest area and run in Icarus
for CYCLES cycles (1,000) of activations of normal deviation, whose signs change as often as is said, under weights without
zeros that are new in every cycle or held for 64 of them. Toggles are means that the energy of each net weighs, counted as
in energy_of_toggles.py, whose limits hold: no glitches, no wires. The model's are those of tritloom_cost::Activity, with
the statistics of these activations.
"""
import os
import random
import subprocess
import sys

from energy_of_toggles import toggles
from energy_of_zeros import build, mapped_port

CYCLES = int(os.environ.get("CYCLES", 1000))


def activations(rng, lanes, bits, deviation, sign_changes):
    """A row of activations for each cycle."""
    limit = (1 << bits - 1) - 1
    signs = [rng.random() < 0.5 for _ in range(lanes)]
    for _ in range(CYCLES):
        signs = [sign ^ (rng.random() < sign_changes) for sign in signs]
        sizes = [min(limit, int(abs(rng.gauss(0, deviation)))) for _ in range(lanes)]
        yield [~size if sign else size for sign, size in zip(signs, sizes)]


def magnitude_bits(value):
    return (~value if value < 0 else value).bit_length()


def statistics(rows, bits):
    """Toggles of low bits, share of bits that repeat the sign, changes of the sign; of consecutive activations of a lane."""
    pairs = [pair for before, after in zip(rows, rows[1:]) for pair in zip(before, after)]
    low = [max(map(magnitude_bits, pair)) for pair in pairs]
    flips = sum(bin((one ^ other) & (1 << own) - 1).count("1") for (one, other), own in zip(pairs, low))
    changes = sum((one < 0) != (other < 0) for one, other in pairs)
    return flips / sum(low), 1 - sum(low) / (bits * len(pairs)), changes / len(pairs)


def packed(values, bits):
    return sum((value & (1 << bits) - 1) << bits * place for place, value in enumerate(values))


def bench(top, bits, folder):
    both = bits["prepared_i"] + bits["keys_i"]
    return f"""module bench;
  reg [{both - 1}:0] beats [0:{CYCLES - 1}];
  reg [{bits["prepared_i"] - 1}:0] activations = 0;
  reg [{bits["keys_i"] - 1}:0] keys = 0;
  reg signed [{bits["base_i"] - 1}:0] total = 0;
  wire signed [{bits["sum_o"] - 1}:0] sum;
  integer cycle;
  {top} port(.prepared_i(activations), .keys_i(keys), .base_i(total), .sum_o(sum));
  initial begin
    $readmemh("{folder}/beats.hex", beats);
    $dumpfile("{folder}/port.vcd");
    $dumpvars(1, port);
    for (cycle = 0; cycle < {CYCLES}; cycle = cycle + 1) begin
      #1 total = cycle % 64 == 0 ? 0 : sum;
      {{activations, keys}} = beats[cycle];
    end
    #1 $finish;
  end
endmodule
"""


def main():
    liberty, folder = sys.argv[1:]
    top, netlist, load = mapped_port(liberty, folder)
    ports = {name: port["bits"] for name, port in netlist["ports"].items()}
    bits = {name: len(port) for name, port in ports.items()}
    lanes = bits["keys_i"] // 2
    width = bits["prepared_i"] // lanes
    ahead = set(ports["prepared_i"])
    behind = set(load) - ahead - set(ports["keys_i"] + ports["base_i"])
    build(bench(top, bits, folder), folder)
    print("| weights held for | deviation | sign changes | sign bits | activations: simulated | model | behind: simulated | model |")
    print("|---" * 8 + "|")
    for held in (1, 64):
        for deviation in (32, 8):
            for wanted in (0.5, 0.25, 0.0):
                rng = random.Random(1)
                rows = list(activations(rng, lanes, width, deviation, wanted))
                low, sign_bits, changes = statistics(rows, width)
                with open(f"{folder}/beats.hex", "w") as beats:
                    for cycle, row in enumerate(rows):
                        if cycle % held == 0:
                            keys = packed([rng.choice((1, 3)) for _ in range(lanes)], 2)
                        beats.write(f"{packed(row, width) << bits['keys_i'] | keys:x}\n")
                subprocess.run([f"{folder}/bench"], check=True, stdout=subprocess.DEVNULL)
                counts = toggles(f"{folder}/port.vcd", netlist)
                of_weights = 0.5 / held
                of_products = changes + of_weights - 2 * changes * of_weights
                cells = []
                for nets, signs in ((ahead, changes), (behind, of_products)):
                    spent = sum(load[net] * counts.get(net, 0) for net in nets & set(load))
                    simulated = spent / CYCLES / sum(load[net] for net in nets & set(load))
                    cells.append(f"{simulated:.3f} | {low + sign_bits * (signs - low):.3f}")
                print(f"| {held} | {deviation} | {changes:.3f} | {sign_bits:.3f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
