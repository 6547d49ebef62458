"""Energy of a product from the toggles of mapped Booth arrays: scripts/compare-energy says what is counted.

energy_of_toggles.py LIBERTY CYCLES FOLDER ...; a folder holds manifest.json, mapped.v and mapped.json of an array.
"""
import json
import random
import re
import subprocess
import sys

ROWS = COLUMNS = 4
WARM_UP = 40  # cycles, until the first operands are everywhere


def own_groups(text):
    """The outermost groups of a text."""
    at = 0
    opening = re.compile(r"(\w+)\s*\(([^(){};]*)\)\s*\{")
    brace = re.compile(r"[{}]")
    while match := opening.search(text, at):
        depth, at = 1, match.end()
        while depth:
            at = brace.search(text, at).end()
            depth += 1 if text[at - 1] == "{" else -1
        yield match.group(1), match.group(2).strip(' "'), text[match.end():at - 1]


def number(text, key):
    found = re.search(rf'\b{key}\s*:\s*"?([-+.\deE]+)', text)
    return float(found.group(1)) if found else None


def middle(values):
    rows = re.findall(r'"([^"]*)"', values)
    row = [float(word) for word in re.split(r"[,\s\\]+", rows[len(rows) // 2]) if word]
    return row[len(row) // 2]


def internal(pin):
    """The mean over a pin's arcs, rising and falling, in the middle of each table, in units of capacitance and volts."""
    tables = [body for kind, _, power in own_groups(pin) if kind == "internal_power" for _, _, body in own_groups(power)]
    found = [re.search(r"values\s*\((.*?)\)", table, re.S) for table in tables]
    means = [middle(values.group(1)) for values in found if values]
    return sum(means) / len(means) if means else 0.0


def energies(liberty, used):
    """By cell and pin, what a toggle takes, in fJ."""
    text = re.sub(r"/\*.*?\*/", "", open(liberty).read(), flags=re.S)
    amount, unit = re.search(r"capacitive_load_unit\s*\(\s*([\d.]+)\s*,\s*\"?(\w+)", text).groups()
    farad = float(amount) * {"ff": 1.0, "pf": 1000.0}[unit.lower()]
    voltage = number(text, "nom_voltage")
    library = next(own_groups(text))[2]
    return {
        (cell, pin): (internal(body) + (0.5 * voltage * voltage * (number(body, "capacitance") or 0.0)
                                        if re.search(r"direction\s*:\s*\"?input", body) else 0.0)) * farad
        for kind, cell, content in own_groups(library) if kind == "cell" and cell in used
        for kind, pin, body in own_groups(content) if kind == "pin"
    }


def models(liberty, folder):
    """Verilog of the cells, registers zero at first."""
    from pyosys import libyosys as yosys
    design = yosys.Design()
    for command in [f"read_liberty -ignore_miss_func {liberty}", f"write_verilog -noattr {folder}/cells.v"]:
        yosys.run_pass(f"tee -q -o /dev/null {command}", design)
    cells = open(f"{folder}/cells.v").read()
    open(f"{folder}/cells.v", "w").write(re.sub(r"\breg (\w+);", r"reg \1 = 1'b0;", cells))


def weight(bits, rng):
    if bits == 2:
        return rng.choice([-1, 0, 1])
    limit = 1 << bits - 1
    return max(-limit, min(limit - 1, round(rng.gauss(0, limit / 4))))


def activation(rng):
    return max(-128, min(127, round(rng.gauss(0, 32))))


def port_bits(manifest, port):
    return next(field["bits"] for stream in manifest["streams"] for field in stream["fields"] if field["port"] == port)


def beats(manifest, mode, bits, count, rng):
    """Activations and weights of so many beats, as the mode lays them out."""
    places = mode["places_per_beat"]
    row, column = (port_bits(manifest, port) // 4 for port in ("activation_data_i", "weight_data_i"))
    layout = mode["weight"]
    for _ in range(count):
        activations = weights = 0
        for line in range(ROWS):
            for place in range(places):
                activations |= (activation(rng) & 0xFF) << line * row + place * 8
                lane, slot = place % layout["lanes"], place // layout["lanes"]
                at = lane * layout["bits_from_lane_to_lane"] + slot * layout["bits_from_slot_to_slot"]
                own = mode["width"]
                weights |= (weight(bits, rng) & (1 << own) - 1) << line * column + at
        yield f"{activations:0{row}x} {weights:0{column}x}"


def bench(manifest, mode, cycles, folder):
    inner, select = port_bits(manifest, "run_inner_i"), ""
    if mode["number"] is not None:
        select = f".run_mode_i({port_bits(manifest, 'run_mode_i')}'d{mode['number']}), "
    x, w = port_bits(manifest, "activation_data_i"), port_bits(manifest, "weight_data_i")
    return f"""module bench;
  reg clk = 0, rst_n = 0;
  reg [{x + w - 1}:0] beats [0:{cycles + WARM_UP}];
  integer at = 0;
  wire taken;
  {manifest["top"]} dut (
    .clk_i(clk), .rst_ni(rst_n), .run_valid_i(1'b1), .run_inner_i({inner}'d65535),
    .run_columns_i({port_bits(manifest, "run_columns_i")}'d4), .run_rows_i({port_bits(manifest, "run_rows_i")}'d4),
    {select}.activation_valid_i(1'b1), .activation_ready_o(taken), .activation_data_i(beats[at][{x + w - 1}:{w}]),
    .weight_valid_i(1'b1), .weight_data_i(beats[at][{w - 1}:0]), .result_ready_i(1'b1));
  always #5 clk = !clk;
  reg seen;
  always @(negedge clk) seen = taken;
  always @(posedge clk) if (rst_n) begin
    #1 if (seen) at = at + 1;
  end
  initial begin
    $readmemh("{folder}/beats.hex", beats);
    #12 rst_n = 1;
    #{10 * WARM_UP} $dumpfile("{folder}/bench.vcd");
    $display("%0d", at);
    $dumpvars(1, dut);
    #{10 * cycles} $display("%0d", at);
    $finish;
  end
endmodule
"""


def toggles(vcd, netlist):
    """By bit of the netlist, how often it toggles."""
    bits_of, last, counts = {}, {}, {}
    seen = set()
    for line in open(vcd):
        if line.startswith("$var"):
            words = line.split()
            name = words[4].lstrip("\\")
            bits = netlist["netnames"].get(name, {}).get("bits", [])
            fresh = [bit if bit not in seen else None for bit in bits]
            seen.update(bits)
            if any(fresh):
                bits_of[words[3]] = fresh
            continue
        if line[0] == "b":
            value, net = line[1:].split()
        elif line[0] in "01xz":
            value, net = line[0], line[1:].strip()
        else:
            continue
        bits = bits_of.get(net)
        if bits is None:
            continue
        value = value.rjust(len(bits), value[0] if value[0] in "xz" else "0")[::-1]
        before = last.get(net)
        if before is not None:
            for bit, old, new in zip(bits, before, value):
                if old != new and bit is not None:
                    counts[bit] = counts.get(bit, 0) + 1
        last[net] = value
    return counts


def loads(liberty, netlist):
    """By bit of the netlist, what a toggle of it takes in the pins that it is wired to, in fJ."""
    cells = netlist["cells"].values()
    pins = energies(liberty, {cell["type"] for cell in cells})
    load = {}
    for cell in cells:
        for pin, (bit,) in cell["connections"].items():
            load[bit] = load.get(bit, 0.0) + pins[cell["type"], pin]
    return load


def main():
    liberty, cycles, folders = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    print("| array | weight bits | products a cycle | fJ a cycle | fJ a product | of it clock |\n|---|---|---|---|---|---|")
    for folder in folders:
        manifest = json.load(open(f"{folder}/manifest.json"))
        netlist = json.load(open(f"{folder}/mapped.json"))["modules"][manifest["top"]]
        load = loads(liberty, netlist)
        (clock,) = netlist["ports"]["clk_i"]["bits"]
        models(liberty, folder)
        for bits in (2, 4, 8):
            mode = mode_for(manifest, bits)
            rng = random.Random(bits)
            open(f"{folder}/beats.hex", "w").write("".join(
                line.replace(" ", "") + "\n" for line in beats(manifest, mode, bits, cycles + WARM_UP + 1, rng)))
            open(f"{folder}/bench.v", "w").write(bench(manifest, mode, cycles, folder))
            subprocess.run(["iverilog", "-g2005", "-o", f"{folder}/bench", f"{folder}/bench.v", f"{folder}/cells.v",
                            f"{folder}/mapped.v"], check=True)
            shown = subprocess.run([f"{folder}/bench"], check=True, capture_output=True, text=True).stdout
            first, last = (int(word) for word in re.findall(r"^\d+$", shown, re.M))
            counts = toggles(f"{folder}/bench.vcd", netlist)
            spent = sum(load.get(bit, 0.0) * count for bit, count in counts.items())
            products = (last - first) * mode["places_per_beat"] * ROWS * COLUMNS
            share = load[clock] * counts[clock] / spent
            print(f"| {folder.rsplit('/', 1)[-1]} | {bits} | {products / cycles:.1f} | {spent / cycles:.0f} "
                  f"| {spent / products:.1f} | {100 * share:.0f} % |")


def mode_for(manifest, bits):
    """The narrowest mode for such weights: its number, layout, and the width of a weight in it."""
    widths = {"ternary": 2, "int2": 2, "int4": 4, "int6": 6, "int8": 8}
    modes = [dict(mode, width=widths[mode["name"]]) for mode in manifest.get("modes") or []]
    only = {"number": None, "width": 8, "places_per_beat": 1,
            "weight": {"lanes": 1, "bits_from_lane_to_lane": 8, "bits_from_slot_to_slot": 8}}
    return min((mode for mode in modes or [only] if mode["width"] >= bits), key=lambda mode: mode["width"])


if __name__ == "__main__":
    main()
