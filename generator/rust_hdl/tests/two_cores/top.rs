//! A `rust_hdl` design with two generated cores: registers in front of the operands, and sums behind the results.
//!
//! Numbers stand in `Constant`s: `rust_hdl` prints these in their width, and a literal in an expression in 32 bits.

use super::{flex, lut};
use rust_hdl_widgets::prelude::{DFF, dff_setup};
use tritloom_rust_hdl::prelude::*;
use tritloom_rust_hdl::{Port, SocketError};

/// A register of a stream: a beat a cycle, whose ready looks through it.
#[derive(LogicBlock, Default)]
pub struct Stage<const N: usize> {
    pub clock: Signal<In, Clock>,
    pub valid_in: Signal<In, Bit>,
    pub ready_in: Signal<Out, Bit>,
    pub data_in: Signal<In, Bits<N>>,
    pub valid_out: Signal<Out, Bit>,
    pub ready_out: Signal<In, Bit>,
    pub data_out: Signal<Out, Bits<N>>,
    full: DFF<Bit>,
    data: DFF<Bits<N>>,
}

impl<const N: usize> Logic for Stage<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, full, data);
        self.ready_in.next = !self.full.q.val() | self.ready_out.val();
        self.valid_out.next = self.full.q.val();
        self.data_out.next = self.data.q.val();
        if self.ready_in.val() {
            self.full.d.next = self.valid_in.val();
            self.data.d.next = self.data_in.val();
        }
    }
}

/// Adds up the words of a stream and counts its beats.
#[derive(LogicBlock)]
pub struct Tally<const N: usize> {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub ready: Signal<In, Bit>,
    pub data: Signal<In, Bits<N>>,
    pub sum: Signal<Out, Bits<N>>,
    pub beats: Signal<Out, Bits<16>>,
    total: DFF<Bits<N>>,
    count: DFF<Bits<16>>,
    one: Constant<Bits<16>>,
}

impl<const N: usize> Default for Tally<N> {
    fn default() -> Self {
        Tally {
            clock: Signal::default(),
            valid: Signal::default(),
            ready: Signal::default(),
            data: Signal::default(),
            sum: Signal::default(),
            beats: Signal::default(),
            total: DFF::default(),
            count: DFF::default(),
            one: Constant::new(1.into()),
        }
    }
}

impl<const N: usize> Logic for Tally<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, total, count);
        if self.valid.val() & self.ready.val() {
            self.total.d.next = self.total.q.val() + self.data.val();
            self.count.d.next = self.count.q.val() + self.one.val();
        }
        self.sum.next = self.total.q.val();
        self.beats.next = self.count.q.val();
    }
}

/// Declares the design's ports once: as a struct, and as a list.
macro_rules! design {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident {
            ports { $($port:ident: $signal:ty,)* }
            parts { $($part:ident: $kind:ty = $made:expr,)* }
        }
    ) => {
        $(#[$attribute])*
        #[derive(LogicBlock)]
        pub struct $name {
            pub clock: Signal<In, Clock>,
            pub reset_n: Signal<In, Bit>,
            $(pub $port: $signal,)*
            $($part: $kind,)*
        }

        impl $name {
            /// The design, with its cores elaborated.
            pub fn new() -> Result<$name, SocketError> {
                $(let $part: $kind = $made;)*
                $(let $port: $signal = Default::default();)*
                Ok($name { clock: Default::default(), reset_n: Default::default(), $($port,)* $($part,)* })
            }

            /// Every port but clock and reset.
            pub fn ports(&mut self) -> Vec<(&'static str, &mut dyn Port)> {
                vec![$((stringify!($port), &mut self.$port)),*]
            }
        }
    };
}

design! {
    /// The streams of both cores; the fields of results are zero while there is none.
    pub struct TwoCores {
        ports {
            lut_run_valid: Signal<In, Bit>,
            lut_run_ready: Signal<Out, Bit>,
            lut_run_inputs: Signal<In, Bits<7>>,
            lut_run_outputs: Signal<In, Bits<7>>,
            lut_activation_valid: Signal<In, Bit>,
            lut_activation_ready: Signal<Out, Bit>,
            lut_activation_data: Signal<In, Bits<32>>,
            lut_weight_valid: Signal<In, Bit>,
            lut_weight_ready: Signal<Out, Bit>,
            lut_weight_data: Signal<In, Bits<32>>,
            lut_result_valid: Signal<Out, Bit>,
            lut_result_ready: Signal<In, Bit>,
            lut_result_data: Signal<Out, Bits<60>>,
            lut_result_keep: Signal<Out, Bits<4>>,
            lut_result_last: Signal<Out, Bit>,
            lut_sum: Signal<Out, Bits<60>>,
            lut_beats: Signal<Out, Bits<16>>,
            flex_run_valid: Signal<In, Bit>,
            flex_run_ready: Signal<Out, Bit>,
            flex_run_inner: Signal<In, Bits<7>>,
            flex_run_columns: Signal<In, Bits<5>>,
            flex_run_rows: Signal<In, Bit>,
            flex_run_mode: Signal<In, Bits<2>>,
            flex_activation_valid: Signal<In, Bit>,
            flex_activation_ready: Signal<Out, Bit>,
            flex_activation_data: Signal<In, Bits<64>>,
            flex_weight_valid: Signal<In, Bit>,
            flex_weight_ready: Signal<Out, Bit>,
            flex_weight_data: Signal<In, Bits<32>>,
            flex_result_valid: Signal<Out, Bit>,
            flex_result_ready: Signal<In, Bit>,
            flex_result_data: Signal<Out, Bits<44>>,
            flex_result_keep: Signal<Out, Bits<2>>,
            flex_result_last: Signal<Out, Bit>,
            flex_sum: Signal<Out, Bits<44>>,
            flex_beats: Signal<Out, Bits<16>>,
        }
        parts {
            lut: lut::Core = lut::Core::new()?,
            lut_weights: Stage<32> = Stage::default(),
            lut_tally: Tally<60> = Tally::default(),
            lut_no_data: Constant<Bits<60>> = Constant::new(0.into()),
            lut_no_keep: Constant<Bits<4>> = Constant::new(0.into()),
            flex: flex::Core = flex::Core::new()?,
            flex_weights: Stage<32> = Stage::default(),
            flex_tally: Tally<44> = Tally::default(),
            flex_no_data: Constant<Bits<44>> = Constant::new(0.into()),
            flex_no_keep: Constant<Bits<2>> = Constant::new(0.into()),
        }
    }
}

impl Logic for TwoCores {
    #[hdl_gen]
    fn update(&mut self) {
        self.lut.clock.next = self.clock.val();
        self.lut_weights.clock.next = self.clock.val();
        self.lut_tally.clock.next = self.clock.val();
        self.flex.clock.next = self.clock.val();
        self.flex_weights.clock.next = self.clock.val();
        self.flex_tally.clock.next = self.clock.val();
        self.lut.reset_n.next = self.reset_n.val();
        self.flex.reset_n.next = self.reset_n.val();

        self.lut.run_valid.next = self.lut_run_valid.val();
        self.lut_run_ready.next = self.lut.run_ready.val();
        self.lut.run_inputs.next = self.lut_run_inputs.val();
        self.lut.run_outputs.next = self.lut_run_outputs.val();

        self.lut.activation_valid.next = self.lut_activation_valid.val();
        self.lut_activation_ready.next = self.lut.activation_ready.val();
        self.lut.activation_data.next = self.lut_activation_data.val();

        self.lut_weights.valid_in.next = self.lut_weight_valid.val();
        self.lut_weight_ready.next = self.lut_weights.ready_in.val();
        self.lut_weights.data_in.next = self.lut_weight_data.val();
        self.lut.weight_valid.next = self.lut_weights.valid_out.val();
        self.lut_weights.ready_out.next = self.lut.weight_ready.val();
        self.lut.weight_data.next = self.lut_weights.data_out.val();

        self.lut.result_ready.next = self.lut_result_ready.val();
        self.lut_tally.valid.next = self.lut.result_valid.val();
        self.lut_tally.ready.next = self.lut_result_ready.val();
        self.lut_tally.data.next = self.lut.result_data.val();
        self.lut_sum.next = self.lut_tally.sum.val();
        self.lut_beats.next = self.lut_tally.beats.val();
        self.lut_result_valid.next = self.lut.result_valid.val();
        self.lut_result_data.next = self.lut_no_data.val();
        self.lut_result_keep.next = self.lut_no_keep.val();
        self.lut_result_last.next = false;
        if self.lut.result_valid.val() {
            self.lut_result_data.next = self.lut.result_data.val();
            self.lut_result_keep.next = self.lut.result_keep.val();
            self.lut_result_last.next = self.lut.result_last.val();
        }

        self.flex.run_valid.next = self.flex_run_valid.val();
        self.flex_run_ready.next = self.flex.run_ready.val();
        self.flex.run_inner.next = self.flex_run_inner.val();
        self.flex.run_columns.next = self.flex_run_columns.val();
        self.flex.run_rows.next = self.flex_run_rows.val();
        self.flex.run_mode.next = self.flex_run_mode.val();

        self.flex.activation_valid.next = self.flex_activation_valid.val();
        self.flex_activation_ready.next = self.flex.activation_ready.val();
        self.flex.activation_data.next = self.flex_activation_data.val();

        self.flex_weights.valid_in.next = self.flex_weight_valid.val();
        self.flex_weight_ready.next = self.flex_weights.ready_in.val();
        self.flex_weights.data_in.next = self.flex_weight_data.val();
        self.flex.weight_valid.next = self.flex_weights.valid_out.val();
        self.flex_weights.ready_out.next = self.flex.weight_ready.val();
        self.flex.weight_data.next = self.flex_weights.data_out.val();

        self.flex.result_ready.next = self.flex_result_ready.val();
        self.flex_tally.valid.next = self.flex.result_valid.val();
        self.flex_tally.ready.next = self.flex_result_ready.val();
        self.flex_tally.data.next = self.flex.result_data.val();
        self.flex_sum.next = self.flex_tally.sum.val();
        self.flex_beats.next = self.flex_tally.beats.val();
        self.flex_result_valid.next = self.flex.result_valid.val();
        self.flex_result_data.next = self.flex_no_data.val();
        self.flex_result_keep.next = self.flex_no_keep.val();
        self.flex_result_last.next = false;
        if self.flex.result_valid.val() {
            self.flex_result_data.next = self.flex.result_data.val();
            self.flex_result_keep.next = self.flex.result_keep.val();
            self.flex_result_last.next = self.flex.result_last.val();
        }
    }
}
