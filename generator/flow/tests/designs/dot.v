// Ternary dot products: LANES activations of 8 bits times COLUMNS columns of 2-bit weights a cycle, summed
// over 16 beats. Weight bits: negate, take.

`default_nettype none

module dot #(
  parameter LANES   = 8,
  parameter COLUMNS = 4
) (
  input  wire                       clk_i,
  input  wire                       rst_ni,

  input  wire                       x_valid_i,
  output wire                       x_ready_o,
  input  wire [8*LANES-1:0]         x_data_i,

  input  wire                       w_valid_i,
  output wire                       w_ready_o,
  input  wire [2*LANES*COLUMNS-1:0] w_data_i,

  output wire                       y_valid_o,
  input  wire                       y_ready_i,
  output wire [24*COLUMNS-1:0]      y_data_o
);

  reg        valid_q;
  reg  [3:0] beat_q;

  wire advance = !valid_q || y_ready_i;
  wire take    = advance && x_valid_i && w_valid_i;

  assign x_ready_o = take;
  assign w_ready_o = take;
  assign y_valid_o = valid_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      beat_q  <= 4'd0;
    end else begin
      if (advance) valid_q <= take && beat_q == 4'd15;
      if (take) beat_q <= beat_q + 4'd1;
    end
  end

  genvar column, lane;
  generate
    for (column = 0; column < COLUMNS; column = column + 1) begin : gen_column
      wire [9*LANES-1:0] product;
      for (lane = 0; lane < LANES; lane = lane + 1) begin : gen_lane
        wire [1:0] weight  = w_data_i[2*(LANES*column+lane) +: 2];
        wire [8:0] operand = {x_data_i[8*lane+7], x_data_i[8*lane +: 8]};
        assign product[9*lane +: 9] = !weight[0] ? 9'd0 : weight[1] ? ~operand + 9'd1 : operand;
      end

      reg [23:0] total_q;
      reg [23:0] sum;
      integer    index;
      always @* begin
        sum = beat_q == 4'd0 ? 24'd0 : total_q;
        for (index = 0; index < LANES; index = index + 1) begin
          sum = sum + {{15{product[9*index+8]}}, product[9*index +: 9]};
        end
      end

      always @(posedge clk_i) begin
        if (take) total_q <= sum;
      end
      assign y_data_o[24*column +: 24] = total_q;
    end
  endgenerate

endmodule

`default_nettype wire
