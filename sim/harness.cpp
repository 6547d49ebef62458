#include "harness.h"

#include <cstdio>
#include <cstdlib>

#include "report.h"
#include "serve.h"

namespace tritloom {

namespace {

constexpr char kUsage[] =
    "usage: bench --vectors FILE | --serve   [option ...]\n"
    "  --vectors FILE    run the scenarios of FILE and compare\n"
    "  --serve           serve requests over the standard streams (serve.h)\n"
    "  --design NAME     which design of the program (needed where there are several)\n"
    "  --seed N          first values of registers, and the noise on idle inputs (1)\n"
    "  --mutant N        select defect N of a design that carries defects (0: none)\n"
    "  --watchdog N      cycles without progress that count as a hang (10000)\n"
    "  --settle N        cycles to watch for surplus beats after each scenario (64)\n"
    "  --stop-after N    stop after the scenario in which failure N appears (10)\n"
    "  --json            report as one JSON object\n";

/// A design's stream, with the words of a beat counted.
Stream make_stream(const char* name, bool input, std::initializer_list<Field> fields,
                   std::uint8_t* valid, std::uint8_t* ready, Word* beat) {
  Stream stream{name, input, fields, valid, ready, beat, 0};
  for (const Field& field : fields) stream.words += field.words();
  return stream;
}

unsigned parse_number(const std::string& text) {
  char* end = nullptr;
  const unsigned long long number = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || text[0] < '0' || text[0] > '9' || *end != '\0' || number > 0xffffffffu) {
    give_up("`" + text + "` is no number");
  }
  return static_cast<unsigned>(number);
}

/// Where an option's number goes, null for other options.
unsigned* number_option(const std::string& name, Options& options) {
  if (name == "--seed") return &options.seed;
  if (name == "--mutant") return &options.mutant;
  if (name == "--watchdog") return &options.watchdog;
  if (name == "--settle") return &options.settle;
  if (name == "--stop-after") return &options.stop_after;
  return nullptr;
}

std::string* text_option(const std::string& name, Options& options) {
  if (name == "--vectors") return &options.vectors;
  if (name == "--design") return &options.design;
  return nullptr;
}

Design& find_design(const std::string& name, std::vector<Design>& designs) {
  if (name.empty() && designs.size() == 1) return designs.front();
  std::string known;
  for (Design& design : designs) {
    if (design.name == name) return design;
    known += " " + design.name;
  }
  give_up("--design must be one of:" + known);
}

Job make_job(const Design& design, const Scenario& scenario, const Options& options) {
  Job job;
  job.abort_after = scenario.abort_after;
  job.settle = options.settle;
  job.watchdog = options.watchdog;
  for (std::size_t index = 0; index < design.streams.size(); ++index) {
    const BeatList& list = scenario.streams[index];
    if (design.streams[index].input) {
      job.feeds.push_back({list.words.data(), list.gaps.data(), list.count});
    } else {
      job.demands.push_back({list.count, scenario.ready[index]});
    }
  }
  return job;
}

Report run_scenarios(Engine& engine, const std::vector<Scenario>& scenarios,
                     const Options& options) {
  Report report;
  report.design = engine.design().name;
  report.seed = options.seed;
  report.mutant = options.mutant;
  report.limit = options.stop_after;
  for (const Scenario& scenario : scenarios) {
    const Outcome outcome = engine.run(make_job(engine.design(), scenario, options));
    const bool sound = report.add(engine.design(), scenario, outcome);
    if (report.failure_count >= options.stop_after) break;
    // After a failure the next scenario starts afresh, so that one defect is not reported twice.
    if (!sound || scenario.abort_after) engine.reset();
  }
  return report;
}

int run_vectors(Engine& engine, const Options& options) {
  const Report report =
      run_scenarios(engine, read_vectors(options.vectors, engine.design()), options);
  if (report.beats_compared == 0 && report.passed()) {
    give_up(options.vectors + ": nothing was compared, which is no verdict");
  }
  if (options.json) {
    print_json(report);
  } else {
    print_text(report);
  }
  return report.passed() ? kPassed : kFailed;
}

}  // namespace

Design::Design(const char* name, std::uint8_t* clock, std::uint8_t* reset_n, Word* mutant)
    : name(name), clock(clock), reset_n(reset_n), mutant(mutant) {}

void Design::input(const char* name, std::initializer_list<Field> fields, std::uint8_t* valid,
                   std::uint8_t* ready, Word* beat) {
  streams.push_back(make_stream(name, true, fields, valid, ready, beat));
}

void Design::output(const char* name, std::initializer_list<Field> fields, std::uint8_t* valid,
                    std::uint8_t* ready, Word* beat) {
  streams.push_back(make_stream(name, false, fields, valid, ready, beat));
}

void give_up(const std::string& message) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  std::exit(kBadRequest);
}

Options parse_options(int count, char** arguments) {
  Options options;
  for (int index = 1; index < count; ++index) {
    const std::string name = arguments[index];
    if (name == "--json" || name == "--serve") {
      (name == "--json" ? options.json : options.serve) = true;
      continue;
    }
    unsigned* number = number_option(name, options);
    std::string* text = text_option(name, options);
    if (!number && !text) give_up("`" + name + "` is no option\n" + kUsage);
    if (++index == count) give_up(name + " needs a value");
    if (number) *number = parse_number(arguments[index]);
    if (text) *text = arguments[index];
  }
  if (options.serve != options.vectors.empty()) {
    give_up(std::string("either --vectors or --serve\n") + kUsage);
  }
  return options;
}

int run(const Options& options, std::vector<Design>& designs, std::function<void()> evaluate) {
  Design& design = find_design(options.design, designs);
  if (design.mutant) {
    *design.mutant = options.mutant;
  } else if (options.mutant != 0) {
    give_up(design.name + " carries no mutants");
  }
  Engine engine(design, std::move(evaluate), options.seed);
  engine.reset();
  return options.serve ? serve(engine, options.watchdog) : run_vectors(engine, options);
}

}  // namespace tritloom
