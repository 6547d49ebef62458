//! Leaf cells in `rust_hdl`, each from its definition. `W` is the width of the operands; the others follow from it,
//! which const generics cannot say.

use tritloom_rust_hdl::prelude::*;

/// A radix-4 Booth digit, read from a window of weight bits, times an activation; `P` is `W + 2`.
#[derive(LogicBlock)]
pub struct BoothPartialProduct<const W: usize, const P: usize> {
    pub window_i: Signal<In, Bits<3>>,
    pub activation_i: Signal<In, Bits<W>>,
    pub partial_o: Signal<Out, Bits<P>>,
    extended: Signal<Local, Bits<P>>,
    sign: Constant<Bits<P>>,
    zero: Constant<Bits<P>>,
}

impl<const W: usize, const P: usize> BoothPartialProduct<W, P> {
    pub fn new() -> Self {
        Self {
            window_i: Default::default(),
            activation_i: Default::default(),
            partial_o: Default::default(),
            extended: Default::default(),
            sign: sign::<W, P>(),
            zero: Constant::new(Bits::default()),
        }
    }
}

impl<const W: usize, const P: usize> Logic for BoothPartialProduct<W, P> {
    #[hdl_gen]
    fn update(&mut self) {
        self.extended.next = (bit_cast::<P, W>(self.activation_i.val()) ^ self.sign.val()) - self.sign.val();
        self.partial_o.next = self.zero.val();
        if (self.window_i.val() == bits::<3>(1)) | (self.window_i.val() == bits::<3>(2)) {
            self.partial_o.next = self.extended.val();
        }
        if self.window_i.val() == bits::<3>(3) {
            self.partial_o.next = self.extended.val() + self.extended.val();
        }
        if self.window_i.val() == bits::<3>(4) {
            self.partial_o.next = self.zero.val() - self.extended.val() - self.extended.val();
        }
        if (self.window_i.val() == bits::<3>(5)) | (self.window_i.val() == bits::<3>(6)) {
            self.partial_o.next = self.zero.val() - self.extended.val();
        }
    }
}

/// The sum that the key of a group of two trits names, of the four of its table: magnitude in the low bits, sign on top;
/// zero for a magnitude that no group has. `S` is `W + 1`.
#[derive(LogicBlock)]
pub struct KeyDecode<const W: usize, const S: usize> {
    pub key_i: Signal<In, Bits<4>>,
    pub word1_i: Signal<In, Bits<W>>,
    pub word2_i: Signal<In, Bits<W>>,
    pub word3_i: Signal<In, Bits<W>>,
    pub word4_i: Signal<In, Bits<W>>,
    pub value_o: Signal<Out, Bits<S>>,
    magnitude: Signal<Local, Bits<3>>,
    picked: Signal<Local, Bits<S>>,
    sign: Constant<Bits<S>>,
    zero: Constant<Bits<S>>,
}

impl<const W: usize, const S: usize> KeyDecode<W, S> {
    pub fn new() -> Self {
        Self {
            key_i: Default::default(),
            word1_i: Default::default(),
            word2_i: Default::default(),
            word3_i: Default::default(),
            word4_i: Default::default(),
            value_o: Default::default(),
            magnitude: Default::default(),
            picked: Default::default(),
            sign: sign::<W, S>(),
            zero: Constant::new(Bits::default()),
        }
    }
}

impl<const W: usize, const S: usize> Logic for KeyDecode<W, S> {
    #[hdl_gen]
    fn update(&mut self) {
        self.magnitude.next = self.key_i.val().get_bits::<3>(0);
        self.picked.next = self.zero.val();
        if self.magnitude.val() == bits::<3>(1) {
            self.picked.next = (bit_cast::<S, W>(self.word1_i.val()) ^ self.sign.val()) - self.sign.val();
        }
        if self.magnitude.val() == bits::<3>(2) {
            self.picked.next = (bit_cast::<S, W>(self.word2_i.val()) ^ self.sign.val()) - self.sign.val();
        }
        if self.magnitude.val() == bits::<3>(3) {
            self.picked.next = (bit_cast::<S, W>(self.word3_i.val()) ^ self.sign.val()) - self.sign.val();
        }
        if self.magnitude.val() == bits::<3>(4) {
            self.picked.next = (bit_cast::<S, W>(self.word4_i.val()) ^ self.sign.val()) - self.sign.val();
        }
        self.value_o.next = self.picked.val();
        if self.key_i.val().get_bit(3) {
            self.value_o.next = self.zero.val() - self.picked.val();
        }
    }
}

/// The table of a group of two activations: every sum with a leading plus, `0`, `p` and `m` for the weights 0, +1 and
/// -1. `S` is `W + 1`.
#[derive(LogicBlock)]
pub struct TableCell<const W: usize, const S: usize> {
    pub first_i: Signal<In, Bits<W>>,
    pub second_i: Signal<In, Bits<W>>,
    pub sum_0p_o: Signal<Out, Bits<S>>,
    pub sum_pm_o: Signal<Out, Bits<S>>,
    pub sum_p0_o: Signal<Out, Bits<S>>,
    pub sum_pp_o: Signal<Out, Bits<S>>,
    first: Signal<Local, Bits<S>>,
    second: Signal<Local, Bits<S>>,
    sign: Constant<Bits<S>>,
}

impl<const W: usize, const S: usize> TableCell<W, S> {
    pub fn new() -> Self {
        Self {
            first_i: Default::default(),
            second_i: Default::default(),
            sum_0p_o: Default::default(),
            sum_pm_o: Default::default(),
            sum_p0_o: Default::default(),
            sum_pp_o: Default::default(),
            first: Default::default(),
            second: Default::default(),
            sign: sign::<W, S>(),
        }
    }
}

impl<const W: usize, const S: usize> Logic for TableCell<W, S> {
    #[hdl_gen]
    fn update(&mut self) {
        self.first.next = (bit_cast::<S, W>(self.first_i.val()) ^ self.sign.val()) - self.sign.val();
        self.second.next = (bit_cast::<S, W>(self.second_i.val()) ^ self.sign.val()) - self.sign.val();
        self.sum_0p_o.next = self.second.val();
        self.sum_pm_o.next = self.first.val() - self.second.val();
        self.sum_p0_o.next = self.first.val();
        self.sum_pp_o.next = self.first.val() + self.second.val();
    }
}

/// The sign bit of `W` bits, in a wider word. `(x ^ sign) - sign` extends a sign: `rust_hdl`'s own casts of signed
/// values recurse without end on the most negative one.
fn sign<const W: usize, const N: usize>() -> Constant<Bits<N>> {
    Constant::new(Bits::default().replace_bit(W - 1, true))
}
