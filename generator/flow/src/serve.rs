//! The client of a bench's serve mode: a simulation that stays up and runs one request after another.

use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use tritloom_datapath::interface::{Beat, Direction, Stream};
use tritloom_emit::bench::field_words;
use tritloom_hdl::Bits;

use crate::build::Model;
use crate::error::FlowError;

/// The numbers of the protocol; `serve.h` of the harness describes it.
mod protocol {
    pub(super) const MAGIC: u32 = 0x314c_5254;
    pub(super) const STORE: u32 = 1;
    pub(super) const RUN: u32 = 2;
    pub(super) const INLINE: u32 = 0;
    pub(super) const BANK: u32 = 1;
    pub(super) const DONE: u32 = 0;
    pub(super) const MISBEHAVED: u32 = 2;
}

const TOOL: &str = "simulation";

/// What to send to one input stream.
#[derive(Clone, Copy, Debug)]
pub enum Feed<'a> {
    /// These beats.
    Beats(&'a [Beat]),
    /// The beats of a bank that was stored for this stream, so many times.
    Bank {
        /// Its number.
        bank: u32,
        /// How often they come.
        times: u32,
    },
}

/// What a run gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunResult {
    /// For each output stream, in order, its beats.
    pub outputs: Vec<Vec<Beat>>,
    /// From the first input beat that passes to the last output beat that passes, both counted in.
    pub cycles: u64,
}

/// A running simulation, reset once at its start. It ends when it is dropped.
#[derive(Debug)]
pub struct Simulation {
    process: Child,
    // Always there until drop.
    requests: Option<BufWriter<ChildStdin>>,
    answers: BufReader<ChildStdout>,
    streams: Vec<Stream>,
}

impl Simulation {
    /// Starts the model; `seed` is for registers without reset.
    pub fn start(model: &Model, seed: u32) -> Result<Simulation, FlowError> {
        let failed = |error: std::io::Error| FlowError::Start { tool: TOOL.to_owned(), reason: error.to_string() };
        let mut command = Command::new(&model.program);
        command.args(["--serve", "--design", &model.top, "--seed", &seed.to_string()]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let (Some(stdin), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(FlowError::answer(TOOL, "no pipes"));
        };
        let mut simulation = Simulation {
            process,
            requests: Some(BufWriter::with_capacity(1 << 16, stdin)),
            answers: BufReader::with_capacity(1 << 16, stdout),
            streams: model.interface.streams.clone(),
        };
        simulation.greet()?;
        Ok(simulation)
    }

    /// Keeps beats for input stream `stream`, counted over all streams in port order, under a number.
    pub fn store(&mut self, bank: u32, stream: usize, beats: &[Beat]) -> Result<(), FlowError> {
        let mut request = vec![protocol::STORE, bank, stream as u32];
        let target = self.streams.get(stream).filter(|stream| stream.direction == Direction::Input);
        let target = target.ok_or_else(|| FlowError::answer(TOOL, format!("stream {stream} is no input")))?;
        append_beats(&mut request, target, beats)?;
        self.ask(&request)
    }

    /// Feeds every input stream, waits for `expected` beats of every output stream, all in port order.
    pub fn run(&mut self, feeds: &[Feed], expected: &[u32]) -> Result<RunResult, FlowError> {
        self.ask(&self.run_request(feeds, expected)?)?;
        let [low, high] = [self.word()?, self.word()?].map(u64::from);
        let outputs = self.streams.iter().filter(|stream| stream.direction == Direction::Output).cloned();
        let mut result = RunResult { outputs: vec![], cycles: high << 32 | low };
        for (stream, count) in outputs.collect::<Vec<_>>().iter().zip(expected) {
            let beats: Result<Vec<Beat>, FlowError> = (0..*count).map(|_| self.beat(stream)).collect();
            result.outputs.push(beats?);
        }
        Ok(result)
    }

    fn run_request(&self, feeds: &[Feed], expected: &[u32]) -> Result<Vec<u32>, FlowError> {
        let inputs: Vec<&Stream> = self.streams.iter().filter(|stream| stream.direction == Direction::Input).collect();
        if feeds.len() != inputs.len() || expected.len() != self.streams.len() - inputs.len() {
            return Err(FlowError::answer(TOOL, "a run needs a feed for each input and a count for each output"));
        }
        let mut request = vec![protocol::RUN];
        for (stream, feed) in inputs.iter().zip(feeds) {
            match feed {
                Feed::Beats(beats) => {
                    request.push(protocol::INLINE);
                    append_beats(&mut request, stream, beats)?;
                }
                Feed::Bank { bank, times } => request.extend([protocol::BANK, *bank, *times]),
            }
        }
        request.extend(expected);
        Ok(request)
    }

    /// The program must speak this protocol and have these streams.
    fn greet(&mut self) -> Result<(), FlowError> {
        let mut expected = vec![protocol::MAGIC, self.streams.len() as u32];
        for stream in &self.streams {
            expected.extend([u32::from(stream.direction == Direction::Input), field_words(stream).sum()]);
        }
        for word in expected {
            if self.word()? != word {
                return Err(FlowError::answer(TOOL, "the program has other streams than its model"));
            }
        }
        Ok(())
    }

    /// Sends a request and sees that it was served.
    fn ask(&mut self, request: &[u32]) -> Result<(), FlowError> {
        let bytes: Vec<u8> = request.iter().flat_map(|word| word.to_le_bytes()).collect();
        let sent = self.requests.as_mut().map(|requests| requests.write_all(&bytes).and_then(|()| requests.flush()));
        match sent {
            Some(Ok(())) => {}
            Some(Err(error)) => return Err(FlowError::answer(TOOL, error)),
            None => return Err(FlowError::answer(TOOL, "it has ended")),
        }
        match self.word()? {
            protocol::DONE => Ok(()),
            protocol::MISBEHAVED => Err(FlowError::Misbehaved { reason: self.message()? }),
            _ => Err(FlowError::answer(TOOL, self.message()?)),
        }
    }

    fn message(&mut self) -> Result<String, FlowError> {
        let count = self.word()? as usize;
        let mut text = vec![0; count.next_multiple_of(4)];
        self.receive(&mut text)?;
        Ok(String::from_utf8_lossy(&text[..count]).into_owned())
    }

    fn word(&mut self) -> Result<u32, FlowError> {
        let mut bytes = [0; 4];
        self.receive(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn receive(&mut self, bytes: &mut [u8]) -> Result<(), FlowError> {
        self.answers.read_exact(bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => FlowError::answer(TOOL, "it died before it answered"),
            _ => FlowError::answer(TOOL, error),
        })
    }

    fn beat(&mut self, stream: &Stream) -> Result<Beat, FlowError> {
        stream.fields.iter().map(|field| self.field(field.width)).collect()
    }

    fn field(&mut self, width: u32) -> Result<Bits, FlowError> {
        let words: Result<Vec<u32>, FlowError> = (0..width.div_ceil(32)).map(|_| self.word()).collect();
        let limb = |pair: &[u32]| u64::from(pair[0]) | u64::from(pair.get(1).copied().unwrap_or(0)) << 32;
        let limbs: Vec<u64> = words?.chunks(2).map(limb).collect();
        Ok(Bits::from_limbs(&limbs, width))
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        // The end of its input ends the program.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}

/// A count and the beats, as words.
fn append_beats(request: &mut Vec<u32>, stream: &Stream, beats: &[Beat]) -> Result<(), FlowError> {
    request.push(beats.len() as u32);
    for beat in beats {
        let fits = beat.len() == stream.fields.len()
            && beat.iter().zip(&stream.fields).all(|(bits, field)| bits.width() == field.width);
        if !fits {
            return Err(FlowError::answer(TOOL, format!("a beat that does not fit stream {}", stream.name)));
        }
        for bits in beat {
            let words = bits.limbs().iter().flat_map(|&limb| [limb as u32, (limb >> 32) as u32]);
            request.extend(words.take(bits.width().div_ceil(32) as usize));
        }
    }
    Ok(())
}
