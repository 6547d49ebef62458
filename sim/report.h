// What a run of vectors found, for a person and for a machine.
#pragma once

#include "engine.h"
#include "vectors.h"

namespace tritloom {

/// One thing that is wrong. Of the members only those hold something that the kind has a use for.
///
///   mismatch    a field of a beat differs: field, bits high..low, expected, got
///   extra       a beat came that nobody expects: got
///   missing     no progress, and `beat` has not come
///   stuck       no progress, and `beat` has not been taken by the design
///   withdrawn   valid fell before the beat was taken
///   unstable    the payload changed before the beat was taken: field, bits, expected (before), got
///   latency     the cycles from first input to last output: expected, got (in decimal)
struct Failure {
  const char* kind;
  std::string scenario;
  std::string stream;
  std::size_t beat = 0;
  std::uint64_t cycle = 0;  // of the scenario
  std::string field;
  unsigned high = 0;
  unsigned low = 0;
  std::string expected;
  std::string got;
};

/// The sum over all scenarios. Failures beyond `limit` are counted, not kept.
struct Report {
  std::string design;
  unsigned seed = 0;
  unsigned mutant = 0;
  std::size_t limit = 0;
  std::size_t scenarios = 0;
  std::uint64_t beats_compared = 0;
  std::uint64_t cycles = 0;
  std::size_t failure_count = 0;
  std::vector<Failure> failures;

  /// Adds what `outcome` shows; true when the scenario passed.
  bool add(const Design& design, const Scenario& scenario, const Outcome& outcome);
  bool passed() const { return failure_count == 0; }
};

/// A line for each failure, and a last line that begins with PASS or FAIL.
void print_text(const Report& report);

/// One JSON object on one line, with the members of Report and Failure under their names.
void print_json(const Report& report);

}  // namespace tritloom
