//! The struct of a part.

/// Makes a struct of signals the part of a core: all that `rust_hdl` asks of a part follows from its ports.
///
/// The struct begins with `clock` (rising edge) and `reset_n` (asynchronous, active low); the other ports carry the
/// core's names without direction, in any order. `new()` elaborates the core and compares them with its own. The place
/// of the macro must see all of [`prelude`](crate::prelude).
///
/// State without a reset value is zero when the simulation begins; in the Verilog it is unknown until it is written.
#[macro_export]
macro_rules! part {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $part:ident: $configuration:ident {
            pub clock: Signal<In, Clock>,
            pub reset_n: Signal<In, Bit>,
            $($(#[$port_attribute:meta])* pub $port:ident: $signal:ty,)*
        }
    ) => {
        $(#[$attribute])*
        #[derive(LogicBlock)]
        $visibility struct $part {
            /// Rising edge.
            pub clock: Signal<In, Clock>,
            /// Asynchronous, active low.
            pub reset_n: Signal<In, Bit>,
            $($(#[$port_attribute])* #[allow(missing_docs)] pub $port: $signal,)*
            _socket: Socket,
        }

        impl $part {
            /// The part, with its core elaborated.
            ///
            /// # Errors
            /// When the configuration gives no core, or one with other ports.
            pub fn new() -> Result<Self, SocketError> {
                $(let $port: $signal = Default::default();)*
                let _socket = Socket::new(&$configuration, &[$((stringify!($port), &$port)),*])?;
                Ok(Self { clock: Default::default(), reset_n: Default::default(), $($port,)* _socket })
            }
        }

        impl Logic for $part {
            fn update(&mut self) {
                self._socket.update(&self.clock, &self.reset_n, &mut [$(&mut self.$port),*]);
            }

            fn connect(&mut self) {
                self._socket.connect(&mut [$(&mut self.$port),*]);
            }

            fn hdl(&self) -> Verilog {
                self._socket.verilog()
            }
        }
    };
}
