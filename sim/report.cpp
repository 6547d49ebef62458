#include "report.h"

#include <algorithm>
#include <cstdio>

namespace tritloom {

namespace {

/// Bits `high` to `low` of a field in hexadecimal; `low` is a multiple of four.
std::string hex(const Word* words, unsigned high, unsigned low) {
  std::string text;
  for (unsigned bit = high & ~3u;; bit -= 4) {
    text += "0123456789abcdef"[words[bit / 32] >> (bit % 32) & 15];
    if (bit == low) return text;
  }
}

/// All fields of a beat, most significant digit first, apart by spaces.
std::string hex_beat(const Stream& stream, const Word* beat) {
  std::string text;
  for (const Field& field : stream.fields) {
    if (!text.empty()) text += ' ';
    text += hex(beat, field.width - 1, 0);
    beat += field.words();
  }
  return text;
}

/// Compares one scenario with what came of it.
class Comparison {
 public:
  Comparison(Report& report, const Design& design, const Scenario& scenario,
             const Outcome& outcome)
      : report_(report), design_(design), scenario_(scenario), outcome_(outcome) {}

  void run() {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    for (std::size_t index = 0; index < design_.streams.size(); ++index) {
      const Stream& stream = design_.streams[index];
      const BeatList& list = scenario_.streams[index];
      if (stream.input) {
        check_taken(stream, list, outcome_.inputs[inputs++]);
      } else {
        check_beats(stream, list, outcome_.outputs[outputs++]);
      }
    }
    // Where beats are missing or too many, the span means nothing.
    if (clean_ && scenario_.cycles && *scenario_.cycles != outcome_.span) check_latency();
  }

 private:
  void check_taken(const Stream& stream, const BeatList& list, const Passed& passed) {
    if (outcome_.hung && passed.count < list.count) {
      add("stuck", stream, passed.count, outcome_.cycles);
    }
  }

  void check_beats(const Stream& stream, const BeatList& list, const Passed& passed) {
    for (std::size_t beat = 0; beat < passed.count; ++beat) {
      const std::size_t first = beat * stream.words;
      compare("mismatch", stream, beat, passed.cycles[beat], &list.words[first],
              &passed.words[first]);
    }
    report_.beats_compared += passed.count;
    if (passed.incident) check_incident(stream, *passed.incident);
    if (outcome_.hung && passed.count < list.count) {
      add("missing", stream, passed.count, outcome_.cycles);
    }
  }

  void check_incident(const Stream& stream, const Incident& incident) {
    if (incident.kind == Incident::kUnstable) {
      compare("unstable", stream, incident.beat, incident.cycle, incident.before.data(),
              incident.after.data());
      return;
    }
    const bool extra = incident.kind == Incident::kExtra;
    Failure& failure = add(extra ? "extra" : "withdrawn", stream, incident.beat, incident.cycle);
    if (extra) failure.got = hex_beat(stream, incident.after.data());
  }

  void check_latency() {
    Failure& failure = add("latency", {}, 0, outcome_.cycles);
    failure.expected = std::to_string(*scenario_.cycles);
    failure.got = std::to_string(outcome_.span);
  }

  /// One failure for each field that differs, cut down to the digits that do.
  void compare(const char* kind, const Stream& stream, std::size_t beat, std::uint64_t cycle,
               const Word* expected, const Word* got) {
    for (const Field& field : stream.fields) {
      if (!std::equal(expected, expected + field.words(), got)) {
        describe_difference(add(kind, stream, beat, cycle), field, expected, got);
      }
      expected += field.words();
      got += field.words();
    }
  }

  static void describe_difference(Failure& failure, const Field& field, const Word* expected,
                                  const Word* got) {
    auto differs = [&](unsigned bit) {
      return (expected[bit / 32] ^ got[bit / 32]) >> (bit % 32) & 1;
    };
    unsigned low = 0;
    unsigned high = field.width - 1;
    while (!differs(low)) ++low;
    while (!differs(high)) --high;
    failure.field = field.name;
    failure.low = low & ~3u;
    failure.high = std::min(high | 3u, field.width - 1);
    failure.expected = hex(expected, failure.high, failure.low);
    failure.got = hex(got, failure.high, failure.low);
  }

  /// A failure to fill in; beyond the report's limit it is only counted.
  Failure& add(const char* kind, const Stream& stream, std::size_t beat, std::uint64_t cycle) {
    clean_ = false;
    Failure failure{kind, scenario_.name, stream.name, beat, cycle, {}, 0, 0, {}, {}};
    if (report_.failure_count++ >= report_.limit) return surplus_ = std::move(failure);
    return report_.failures.emplace_back(std::move(failure));
  }

  Report& report_;
  const Design& design_;
  const Scenario& scenario_;
  const Outcome& outcome_;
  bool clean_ = true;
  Failure surplus_;
};

void print_failure(const Failure& failure) {
  std::printf("%s scenario=%s", failure.kind, failure.scenario.c_str());
  if (!failure.stream.empty()) {
    std::printf(" stream=%s beat=%zu", failure.stream.c_str(), failure.beat);
  }
  if (!failure.field.empty()) {
    std::printf(" field=%s[%u:%u]", failure.field.c_str(), failure.high, failure.low);
  }
  if (!failure.expected.empty()) std::printf(" expected=%s", failure.expected.c_str());
  if (!failure.got.empty()) std::printf(" got=%s", failure.got.c_str());
  std::printf(" cycle=%llu\n", static_cast<unsigned long long>(failure.cycle));
}

/// Names are words of the vectors file: only quotes, backslashes and control bytes need care.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char letter : text) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += static_cast<unsigned char>(letter) < ' ' ? '?' : letter;
  }
  return result + '"';
}

}  // namespace

bool Report::add(const Design& design, const Scenario& scenario, const Outcome& outcome) {
  const std::size_t before = failure_count;
  ++scenarios;
  cycles += outcome.cycles;
  Comparison(*this, design, scenario, outcome).run();
  return failure_count == before;
}

void print_text(const Report& report) {
  for (const Failure& failure : report.failures) print_failure(failure);
  std::printf("%s %s: %zu failures, %zu scenarios, %llu beats compared, %llu cycles, seed %u\n",
              report.passed() ? "PASS" : "FAIL", report.design.c_str(), report.failure_count,
              report.scenarios, static_cast<unsigned long long>(report.beats_compared),
              static_cast<unsigned long long>(report.cycles), report.seed);
}

void print_json(const Report& report) {
  std::printf(
      "{\"design\":%s,\"seed\":%u,\"mutant\":%u,\"scenarios\":%zu,\"beats_compared\":%llu,"
      "\"cycles\":%llu,\"failure_count\":%zu,\"failures\":[",
      quoted(report.design).c_str(), report.seed, report.mutant, report.scenarios,
      static_cast<unsigned long long>(report.beats_compared),
      static_cast<unsigned long long>(report.cycles), report.failure_count);
  const char* separator = "";
  for (const Failure& failure : report.failures) {
    std::printf(
        "%s{\"kind\":\"%s\",\"scenario\":%s,\"stream\":%s,\"beat\":%zu,\"cycle\":%llu,"
        "\"field\":%s,\"high\":%u,\"low\":%u,\"expected\":%s,\"got\":%s}",
        separator, failure.kind, quoted(failure.scenario).c_str(), quoted(failure.stream).c_str(),
        failure.beat, static_cast<unsigned long long>(failure.cycle),
        quoted(failure.field).c_str(), failure.high, failure.low,
        quoted(failure.expected).c_str(), quoted(failure.got).c_str());
    separator = ",";
  }
  std::printf("]}\n");
}

}  // namespace tritloom
