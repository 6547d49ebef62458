// Moves beats through one design, cycle by cycle, and watches the protocol while it does.
#pragma once

#include <optional>

#include "harness.h"

namespace tritloom {

/// Beats for one input stream, borrowed. Gap `n` is the number of cycles for which valid stays low
/// before beat `n`; null means no gaps.
struct Feed {
  const Word* beats = nullptr;
  const Word* gaps = nullptr;
  std::size_t count = 0;
};

/// What one output stream owes, and when the bench is ready: in cycle `c` as bit `c mod 64` says.
struct Demand {
  std::size_t count = 0;
  std::uint64_t ready = ~std::uint64_t{0};
};

/// One stretch of simulation.
struct Job {
  std::vector<Feed> feeds;      // an input stream each, in port order
  std::vector<Demand> demands;  // an output stream each, in port order
  /// Stop after so many cycles, whatever has passed by then.
  std::optional<std::uint64_t> abort_after;
  /// Cycles to go on, once all is done, on the watch for beats that nobody asked for.
  unsigned settle = 0;
  /// Cycles without any progress that count as a hang.
  unsigned watchdog = 10000;
};

/// A breach of the protocol by an output stream.
struct Incident {
  enum Kind { kExtra, kWithdrawn, kUnstable } kind;
  std::size_t beat;
  std::uint64_t cycle;
  std::vector<Word> before;  // the payload that should have stayed; empty for kExtra
  std::vector<Word> after;   // the payload seen
};

/// What passed through one stream: of an input stream only the first cycle is kept, of an output
/// stream every beat with its cycle, and the first incident.
struct Passed {
  std::size_t count = 0;
  std::vector<Word> words;
  std::vector<std::uint64_t> cycles;
  std::optional<Incident> incident;
};

/// What a job came to.
struct Outcome {
  std::vector<Passed> inputs;
  std::vector<Passed> outputs;
  std::uint64_t cycles = 0;
  /// From the first input beat to the last output beat, both counted in; 0 where either is missing.
  std::uint64_t span = 0;
  bool hung = false;
};

class Driver;
class Monitor;

/// Owns the clock of one design.
class Engine {
 public:
  Engine(Design& design, std::function<void()> evaluate, unsigned seed);
  ~Engine();

  /// Two cycles of reset, with every handshake low.
  void reset();
  Outcome run(const Job& job);
  const Design& design() const { return design_; }

 private:
  bool step(std::uint64_t cycle);
  bool done() const;
  bool intruded() const;
  void clock(bool level);
  Outcome take_outcome(std::uint64_t cycles, bool hung);

  Design& design_;
  std::function<void()> evaluate_;
  std::uint64_t noise_;
  std::vector<Driver> drivers_;
  std::vector<Monitor> monitors_;
};

}  // namespace tritloom
