// The designs of a bench under one top, each with ports of its own.
//
// A beat is one vector in which each field begins at a multiple of 32 bits; it is never narrower than
// 96 bits, so that Verilator holds every beat as an array of words. Inputs are taken over when the clock
// falls: a simulator then evaluates what hangs on them once a cycle, not twice.

`default_nettype none

module bench_top (
<%- for port in ports %>
  @{ port.direction }@ wire @{ port.range }@@{ port.name }@<% if !loop.last %>,<% endif %>
<%- endfor %>
);
<%- for design in designs %>

  // ------------------------------------------------------------------ @{ design.top }@
<%- for taken in design.taken %>

  reg @{ taken.range }@@{ taken.name }@_q;
  always @(negedge @{ taken.edge }@) @{ taken.name }@_q <= @{ taken.name }@_i;
<%- endfor %>

  @{ design.top }@ @{ design.instance }@ (
<%- for pin in design.pins %>
    .@{ pin.port }@(@{ pin.signal }@)<% if !loop.last %>,<% endif %>
<%- endfor %>
  );
<%- for gap in design.gaps %>
  assign @{ gap }@ = 0;
<%- endfor %>
<%- endfor %>

endmodule

`default_nettype wire
