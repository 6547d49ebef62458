// Adds two streams; carries eleven defects, each of another kind, for the bench to find.

`default_nettype none

module adder (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire [3:0]  mutant_i,

  input  wire        a_valid_i,
  output wire        a_ready_o,
  input  wire [15:0] a_data_i,

  input  wire        b_valid_i,
  output wire        b_ready_o,
  input  wire [15:0] b_data_i,

  output wire        sum_valid_o,
  input  wire        sum_ready_i,
  output wire [16:0] sum_data_o
);

  reg         valid_q;
  reg  [16:0] sum_q;
  reg  [2:0]  count_q;      // beats taken
  reg         stalled_q;
  reg         pause_q;
  reg  [3:0]  unreset_q;    // beats taken, from an unknown beginning

  wire wrong_data   = mutant_i == 4'd1 && a_data_i[3:0] == 4'd7;
  wire extra_beat   = mutant_i == 4'd2 && count_q == 3'd5 && valid_q;
  wire lost_beat    = mutant_i == 4'd3 && count_q == 3'd2;
  wire unstable     = mutant_i == 4'd4 && valid_q && !sum_ready_i;
  wire hang         = mutant_i == 4'd5 && count_q == 3'd6;
  wire slow         = mutant_i == 4'd6 && pause_q;
  wire withdrawn    = mutant_i == 4'd7 && stalled_q;
  wire uses_unreset = mutant_i == 4'd8;
  wire blind        = mutant_i == 4'd9;
  wire deaf         = mutant_i == 4'd10;
  wire restless     = mutant_i == 4'd11 && !restless;

  wire advance = (!valid_q || sum_ready_i) && !slow;
  wire take    = advance && !hang && a_valid_i && (b_valid_i || blind);

  assign a_ready_o   = take;
  assign b_ready_o   = take;
  assign sum_valid_o = valid_q && !withdrawn;
  assign sum_data_o  = sum_q ^ {16'd0, restless};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q   <= valid_q && deaf;
      count_q   <= 3'd0;
      stalled_q <= 1'b0;
      pause_q   <= 1'b0;
    end else begin
      if (advance) valid_q <= (take && !lost_beat) || extra_beat;
      else if (slow && sum_ready_i) valid_q <= 1'b0;
      if (take) count_q <= count_q + 3'd1;
      stalled_q <= valid_q && !sum_ready_i && !stalled_q;
      pause_q   <= take;
    end
  end

  always @(posedge clk_i) begin
    if (take) begin
      unreset_q <= unreset_q + 4'd1;
      sum_q <= {1'b0, a_data_i} + {1'b0, b_data_i} + {12'd0, wrong_data, 4'd0}
             + (uses_unreset ? {13'd0, unreset_q} : 17'd0);
    end else if (unstable) begin
      sum_q <= sum_q + 17'd1;
    end
  end

endmodule

`default_nettype wire
