// Gives every beat back, one cycle later: fields of all the widths that matter to a bench.

`default_nettype none

module echo (
  input  wire         clk_i,
  input  wire         rst_ni,

  input  wire         in_valid_i,
  output wire         in_ready_o,
  input  wire         in_bit_i,
  input  wire [31:0]  in_word_i,
  input  wire [32:0]  in_odd_i,
  input  wire [999:0] in_wide_i,

  output wire         out_valid_o,
  input  wire         out_ready_i,
  output wire         out_bit_o,
  output wire [31:0]  out_word_o,
  output wire [32:0]  out_odd_o,
  output wire [999:0] out_wide_o
);

  reg          valid_q;
  reg [1065:0] beat_q;

  assign in_ready_o = !valid_q || out_ready_i;
  assign out_valid_o = valid_q;
  assign {out_bit_o, out_word_o, out_odd_o, out_wide_o} = beat_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (in_ready_o) valid_q <= in_valid_i;
  end

  always @(posedge clk_i) begin
    if (in_ready_o && in_valid_i) beat_q <= {in_bit_i, in_word_i, in_odd_i, in_wide_i};
  end

endmodule

`default_nettype wire
