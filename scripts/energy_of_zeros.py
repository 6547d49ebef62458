#!/usr/bin/env python3
"""What zero weights save in a port of tint: toggles of its nets and their energy, by the share of zeros.
    energy_of_zeros.py LIBERTY FOLDER
FOLDER holds a generated design. One port of it, which adds to its own sum, is mapped for the smallest area and run in Icarus
for CYCLES cycles (2,000) of random activations, with weights that are new in every cycle or held for 64 of them. Energy is
counted as in energy_of_toggles.py, whose limits hold: no glitches, no wires, no leakage.
"""
import glob
import json
import os
import subprocess
import sys

from energy_of_toggles import loads, models, toggles

CYCLES = int(os.environ.get("CYCLES", 2000))


def map_port(liberty, folder, source, top):
    from pyosys import libyosys as yosys
    design = yosys.Design()
    for command in [
        f"read_verilog {source}", f"synth -flatten -top {top}", f"abc -liberty {liberty} -D 1000000", "opt_clean -purge",
        f"write_verilog -noattr -norename {folder}/mapped.v", f"write_json {folder}/mapped.json",
    ]:
        yosys.run_pass(f"tee -q -o /dev/null {command}", design)
    return json.load(open(f"{folder}/mapped.json"))["modules"][top]


def bench(top, netlist, folder, held, per_mille):
    bits = {name: len(port["bits"]) for name, port in netlist["ports"].items()}
    lanes = bits["keys_i"] // 2
    own = bits["prepared_i"] // lanes
    return f"""module bench;
  reg [{bits["prepared_i"] - 1}:0] activations = 0;
  reg [{bits["keys_i"] - 1}:0] keys = 0;
  reg signed [{bits["base_i"] - 1}:0] total = 0;
  wire signed [{bits["sum_o"] - 1}:0] sum;
  integer cycle, lane, seed = 1;
  {top} port(.prepared_i(activations), .keys_i(keys), .base_i(total), .sum_o(sum));
  initial begin
    $dumpfile("{folder}/port.vcd");
    $dumpvars(1, port);
    for (cycle = 0; cycle < {CYCLES}; cycle = cycle + 1) begin
      #1 total = cycle % 64 == 0 ? 0 : sum;
      for (lane = 0; lane < {lanes}; lane = lane + 1) begin
        activations[{own} * lane +: {own}] = $random(seed);
        if (cycle % {held} == 0)
          keys[2 * lane +: 2] = $unsigned($random(seed)) % 1000 < {per_mille} ? 2'b00 : {{$random(seed) & 1'b1, 1'b1}};
      end
    end
    #1 $finish;
  end
endmodule
"""


def mapped_port(liberty, folder):
    """The name of the design's port, its netlist, and what a toggle of each net takes; models of its cells are written."""
    (source,) = glob.glob(f"{folder}/rtl/tint_port*.v")
    top = os.path.basename(source).removesuffix(".v")
    netlist = map_port(liberty, folder, source, top)
    models(liberty, folder)
    return top, netlist, loads(liberty, netlist)


def build(bench, folder):
    """Makes `bench` of a bench and the mapped port."""
    open(f"{folder}/bench.v", "w").write(bench)
    subprocess.run(["iverilog", "-g2005", "-o", f"{folder}/bench", f"{folder}/bench.v", f"{folder}/cells.v",
                    f"{folder}/mapped.v"], check=True)


def main():
    liberty, folder = sys.argv[1:]
    top, netlist, load = mapped_port(liberty, folder)
    print("| weights held for | of them zero | toggles a cycle | fJ a cycle |\n|---|---|---|---|")
    for held in (1, 64):
        for per_mille in (0, 369, 750, 1000):
            build(bench(top, netlist, folder, held, per_mille), folder)
            subprocess.run([f"{folder}/bench"], check=True, stdout=subprocess.DEVNULL)
            counts = toggles(f"{folder}/port.vcd", netlist)
            spent = sum(load.get(bit, 0.0) * count for bit, count in counts.items())
            print(f"| {held} | {per_mille / 10} % | {sum(counts.values()) / CYCLES:.0f} | {spent / CYCLES:.0f} |")


if __name__ == "__main__":
    main()
