// Reads a vectors file: text, one statement a line, words apart by spaces, `#` begins a comment.
//
//   design stream_adder             the design that the file is for
//   input a data:16                 its streams in port order: name, then field:bits ...
//   input b data:16
//   output sum data:17
//
//   scenario corners                begins a scenario
//   ready sum ffffffff0000ffff      ready in cycle c is bit c mod 64; always ready where not stated
//   abort 40                        reset after 40 cycles; beats that came before are compared
//   cycles 12                       from the first input beat to the last output beat, both counted in
//   send a 12ab                     a beat to send: the fields in order, in hexadecimal
//   send b +3 0001                  the same after three cycles with valid low
//   expect sum 012ac                a beat that must come; any further beat is a failure
//
// A value has exactly the digits that its field's width needs, most significant first.
#pragma once

#include <optional>

#include "harness.h"

namespace tritloom {

/// Beats of one stream of a scenario; gaps for input streams only.
struct BeatList {
  std::vector<Word> words;
  std::vector<Word> gaps;
  std::size_t count = 0;
};

/// One scenario. `streams` and `ready` go by the design's streams, in port order.
struct Scenario {
  std::string name;
  std::vector<BeatList> streams;
  std::vector<std::uint64_t> ready;
  std::optional<std::uint64_t> abort_after;
  std::optional<std::uint64_t> cycles;
};

/// The scenarios of file `path`, which must be for `design`. Gives up, with the line, on any other.
std::vector<Scenario> read_vectors(const std::string& path, const Design& design);

}  // namespace tritloom
