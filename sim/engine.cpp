#include "engine.h"

#include <algorithm>
#include <cstring>

namespace tritloom {

namespace {

/// The next word of a xorshift sequence.
std::uint64_t next_noise(std::uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

}  // namespace

/// Sends the beats of one input stream.
class Driver {
 public:
  explicit Driver(Stream& stream) : stream_(stream) {}

  void begin(const Feed& feed) {
    feed_ = feed;
    passed_ = Passed();
    load_gap();
  }

  /// Sets the ports for this cycle. While valid is low the payload is noise: a design that looks
  /// at it then shall fail.
  void drive(std::uint64_t& noise) {
    *stream_.valid = !done() && gap_ == 0;
    if (*stream_.valid) {
      std::memcpy(stream_.beat, feed_.beats + passed_.count * stream_.words,
                  stream_.words * sizeof(Word));
    } else {
      for (std::size_t word = 0; word < stream_.words; ++word) {
        stream_.beat[word] = static_cast<Word>(next_noise(noise));
      }
    }
  }

  void rest(std::uint64_t& noise) {
    begin(Feed());
    drive(noise);
  }

  /// Sees whether the beat passes in this cycle; true when it does, or a gap became shorter.
  bool sample(std::uint64_t cycle) {
    if (done()) return false;
    if (gap_ > 0) {
      --gap_;
      return true;
    }
    if (!*stream_.ready) return false;
    if (passed_.count == 0) passed_.cycles.push_back(cycle);
    ++passed_.count;
    load_gap();
    return true;
  }

  bool done() const { return passed_.count == feed_.count; }
  Passed take() { return std::move(passed_); }

 private:
  void load_gap() { gap_ = feed_.gaps && !done() ? feed_.gaps[passed_.count] : 0; }

  Stream& stream_;
  Feed feed_;
  Word gap_ = 0;
  Passed passed_;
};

/// Takes the beats of one output stream and holds it to the protocol.
class Monitor {
 public:
  explicit Monitor(Stream& stream) : stream_(stream), held_(stream.words) {}

  void begin(const Demand& demand) {
    demand_ = demand;
    intruded_ = false;
    passed_ = Passed();
  }

  void drive(std::uint64_t cycle) { *stream_.ready = demand_.ready >> (cycle % 64) & 1; }

  void rest() {
    stalled_ = false;
    *stream_.ready = 0;
  }

  /// Takes the beat that passes in this cycle; true when one does.
  bool sample(std::uint64_t cycle) {
    check_stalled(cycle);
    stalled_ = *stream_.valid && !*stream_.ready;
    if (!*stream_.valid) return false;
    if (done()) {
      intruded_ = true;
      record(Incident::kExtra, cycle);
      return false;
    }
    if (stalled_) {
      std::copy_n(stream_.beat, stream_.words, held_.begin());
      return false;
    }
    passed_.words.insert(passed_.words.end(), stream_.beat, stream_.beat + stream_.words);
    passed_.cycles.push_back(cycle);
    ++passed_.count;
    return true;
  }

  bool done() const { return passed_.count == demand_.count; }
  bool intruded() const { return intruded_; }
  Passed take() { return std::move(passed_); }

 private:
  /// A beat that was refused in the cycle before must still be there, unchanged.
  void check_stalled(std::uint64_t cycle) {
    if (!stalled_) return;
    if (!*stream_.valid) {
      record(Incident::kWithdrawn, cycle);
    } else if (!std::equal(held_.begin(), held_.end(), stream_.beat)) {
      record(Incident::kUnstable, cycle);
    }
  }

  void record(Incident::Kind kind, std::uint64_t cycle) {
    if (passed_.incident) return;
    passed_.incident = Incident{kind, passed_.count, cycle, {}, {}};
    if (kind != Incident::kExtra) passed_.incident->before = held_;
    passed_.incident->after.assign(stream_.beat, stream_.beat + stream_.words);
  }

  Stream& stream_;
  Demand demand_;
  bool stalled_ = false;
  bool intruded_ = false;  // a beat came that nobody asked for
  std::vector<Word> held_;
  Passed passed_;
};

Engine::Engine(Design& design, std::function<void()> evaluate, unsigned seed)
    : design_(design), evaluate_(std::move(evaluate)) {
  // Any odd multiplier spreads small seeds; the lowest bit keeps the state from being zero.
  noise_ = (seed * 0x9e3779b97f4a7c15u) | 1;
  for (Stream& stream : design_.streams) {
    if (stream.input) {
      drivers_.emplace_back(stream);
    } else {
      monitors_.emplace_back(stream);
    }
  }
  *design_.reset_n = 1;
  clock(true);
}

Engine::~Engine() = default;

void Engine::reset() {
  for (Driver& driver : drivers_) driver.rest(noise_);
  for (Monitor& monitor : monitors_) monitor.rest();
  *design_.reset_n = 0;
  for (int cycle = 0; cycle < 2; ++cycle) {
    clock(false);
    clock(true);
  }
  *design_.reset_n = 1;
}

Outcome Engine::run(const Job& job) {
  for (std::size_t index = 0; index < drivers_.size(); ++index) {
    drivers_[index].begin(job.feeds[index]);
  }
  for (std::size_t index = 0; index < monitors_.size(); ++index) {
    monitors_[index].begin(job.demands[index]);
  }
  std::uint64_t cycle = 0;
  std::uint64_t idle = 0;   // cycles since anything moved
  std::uint64_t quiet = 0;  // cycles since all was done
  bool hung = false;
  while (!hung && !intruded()) {
    if (job.abort_after ? cycle == *job.abort_after : done() && quiet == job.settle) break;
    quiet = done() ? quiet + 1 : 0;
    idle = step(cycle++) ? 0 : idle + 1;
    hung = idle > job.watchdog && !done() && !job.abort_after;
  }
  return take_outcome(cycle, hung);
}

bool Engine::step(std::uint64_t cycle) {
  for (Driver& driver : drivers_) driver.drive(noise_);
  for (Monitor& monitor : monitors_) monitor.drive(cycle);
  clock(false);
  bool progress = false;
  for (Driver& driver : drivers_) progress |= driver.sample(cycle);
  for (Monitor& monitor : monitors_) progress |= monitor.sample(cycle);
  clock(true);
  return progress;
}

bool Engine::done() const {
  auto is_done = [](const auto& end) { return end.done(); };
  return std::all_of(drivers_.begin(), drivers_.end(), is_done) &&
         std::all_of(monitors_.begin(), monitors_.end(), is_done);
}

bool Engine::intruded() const {
  return std::any_of(monitors_.begin(), monitors_.end(),
                     [](const Monitor& monitor) { return monitor.intruded(); });
}

void Engine::clock(bool level) {
  *design_.clock = level;
  evaluate_();
}

Outcome Engine::take_outcome(std::uint64_t cycles, bool hung) {
  Outcome outcome;
  outcome.cycles = cycles;
  outcome.hung = hung;
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
  for (Driver& driver : drivers_) {
    outcome.inputs.push_back(driver.take());
    const Passed& passed = outcome.inputs.back();
    if (passed.count > 0) first = std::min(first.value_or(passed.cycles[0]), passed.cycles[0]);
  }
  for (Monitor& monitor : monitors_) {
    outcome.outputs.push_back(monitor.take());
    const Passed& passed = outcome.outputs.back();
    if (passed.count > 0) last = std::max(last.value_or(0), passed.cycles.back());
  }
  if (first && last && *last >= *first) outcome.span = *last - *first + 1;
  return outcome;
}

}  // namespace tritloom
