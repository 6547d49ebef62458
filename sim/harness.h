// The bench's side of a design whose ports are ready/valid streams: what a generated main program
// (tb/main.cpp) tells the harness, and how it starts it.
//
// The harness knows no simulator: it reads and writes ports through pointers and calls `evaluate`
// after it has changed some. One program may hold many designs, each with a clock and a reset of its
// own; a run exercises one of them while the others stand still.
//
// A beat passes at a rising clock edge where valid and ready are both high. The harness moves inputs
// while the clock falls and looks at outputs before it rises, so a cycle takes two evaluations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

namespace tritloom {

/// One 32-bit word of a beat, least significant word first, as Verilator holds wide vectors.
using Word = std::uint32_t;

/// One named part of a beat.
struct Field {
  const char* name;
  unsigned width;  // in bits
  /// Words of a beat that the field takes: it starts at a word of its own.
  std::size_t words() const { return (width + 31) / 32; }
};

/// The ports of one stream. `input` is seen from the design.
struct Stream {
  std::string name;
  bool input;
  std::vector<Field> fields;
  std::uint8_t* valid;
  std::uint8_t* ready;
  Word* beat;  // all fields, one behind the other
  std::size_t words;  // of a beat
};

/// One design of the program, with its ports bound.
class Design {
 public:
  /// `mutant` selects a defect in designs that carry some, else it is null.
  Design(const char* name, std::uint8_t* clock, std::uint8_t* reset_n, Word* mutant);

  void input(const char* name, std::initializer_list<Field> fields, std::uint8_t* valid,
             std::uint8_t* ready, Word* beat);
  void output(const char* name, std::initializer_list<Field> fields, std::uint8_t* valid,
              std::uint8_t* ready, Word* beat);

  std::string name;
  std::uint8_t* clock;
  std::uint8_t* reset_n;
  Word* mutant;
  std::vector<Stream> streams;
};

/// What the command line asks for; `kUsage` in harness.cpp says what each means.
struct Options {
  std::string design;
  std::string vectors;
  bool serve = false;
  bool json = false;
  unsigned seed = 1;
  unsigned mutant = 0;
  unsigned watchdog = 10000;
  unsigned settle = 64;
  unsigned stop_after = 10;
};

/// The program's exit codes.
enum ExitCode { kPassed = 0, kFailed = 1, kBadRequest = 2 };

/// Ends the program with a message: what it was asked for cannot be done.
[[noreturn]] void give_up(const std::string& message);

/// Reads the command line; gives up when it makes no sense.
Options parse_options(int count, char** arguments);

/// Runs vectors or serves requests, as the options say; returns the program's exit code.
int run(const Options& options, std::vector<Design>& designs, std::function<void()> evaluate);

}  // namespace tritloom
