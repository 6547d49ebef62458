// Binds the ports of the Verilated model to the harness and starts it.

#include "Vbench_top.h"
#include "harness.h"
#include "verilated.h"
<%- if traced %>
#include "verilated_vcd_c.h"
<%- endif %>

int main(int count, char** arguments) {
<%- if traced %>
  const char* trace_file = arguments[--count];
<%- endif %>
  const tritloom::Options options = tritloom::parse_options(count, arguments);

  // Registers without reset begin with random values, the same for the same seed. Seed 0 would be
  // replaced by the time of day.
  VerilatedContext context;
  context.randReset(2);
  context.randSeed(static_cast<int>(options.seed % 0x7fffffff) + 1);
<%- if traced %>
  context.traceEverOn(true);
<%- endif %>
  Vbench_top bench(&context);

  std::vector<tritloom::Design> designs;
<%- for design in designs %>
  {
    tritloom::Design& design = designs.emplace_back(
        "@{ design.top }@", &bench.@{ design.prefix }@_clk_i, &bench.@{ design.prefix }@_rst_ni, <% if design.mutant %>&bench.@{ design.prefix }@_mutant_i<% else %>nullptr<% endif %>);
<%- for stream in design.streams %>
    design.@{ stream.direction }@("@{ stream.name }@",
                 {<% for field in stream.fields %>{"@{ field.name }@", @{ field.width }@}<% if !loop.last %>, <% endif %><% endfor %>},
                 &bench.@{ stream.valid }@, &bench.@{ stream.ready }@, &bench.@{ stream.beat }@[0]);
<%- endfor %>
  }
<%- endfor %>
<%- if traced %>
  // Inputs pass when the clock falls: behind that everything has settled.
  VerilatedVcdC trace;
  bench.trace(&trace, 1000);
  trace.open(trace_file);
  std::uint64_t cycle = 0;
  return tritloom::run(options, designs, [&] {
    bench.eval();
    if (!bench.d0_clk_i) trace.dump(cycle++);
  });
<%- else %>
  return tritloom::run(options, designs, [&bench] { bench.eval(); });
<%- endif %>
}
