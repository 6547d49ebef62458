#include "serve.h"

#include <cstdio>
#include <map>

namespace tritloom {

namespace {

constexpr char kCutShort[] = "serve: the input ends in the middle of a request";

struct Bank {
  std::size_t stream = 0;
  std::size_t count = 0;
  std::vector<Word> words;
};

class Session {
 public:
  Session(Engine& engine, unsigned watchdog) : engine_(engine), watchdog_(watchdog) {}

  void greet() {
    put(kMagic);
    put(static_cast<Word>(streams().size()));
    for (const Stream& stream : streams()) {
      put(stream.input);
      put(static_cast<Word>(stream.words));
    }
    std::fflush(stdout);
  }

  /// Serves one request; false at the end of the input.
  bool serve_one() {
    Word request;
    if (std::fread(&request, sizeof request, 1, stdin) != 1) return false;
    if (request == kStore) {
      store();
    } else if (request == kRun) {
      run();
    } else {
      give_up("serve: no request has number " + std::to_string(request));
    }
    std::fflush(stdout);
    return true;
  }

 private:
  const std::vector<Stream>& streams() const { return engine_.design().streams; }

  void store() {
    const Word number = get();
    Bank bank;
    bank.stream = get();
    bank.count = get();
    if (bank.stream >= streams().size()) give_up("serve: no such stream");
    bank.words = get_beats(streams()[bank.stream], bank.count);
    banks_[number] = std::move(bank);
    put(kDone);
  }

  void run() {
    Job job;
    job.watchdog = watchdog_;
    std::vector<std::vector<Word>> inlays(streams().size());
    std::string problem;
    for (std::size_t index = 0; index < streams().size(); ++index) {
      if (streams()[index].input) job.feeds.push_back(get_feed(index, inlays[index], problem));
    }
    for (const Stream& stream : streams()) {
      if (!stream.input) job.demands.push_back({get()});
    }
    // Only now is the whole request read, and a refusal leaves the client in step.
    if (problem.empty()) {
      answer(engine_.run(job), job);
    } else {
      refuse(kRefused, problem);
    }
  }

  /// Beats for input stream `index`; those that are no single bank stay in `inlay`.
  Feed get_feed(std::size_t index, std::vector<Word>& inlay, std::string& problem) {
    if (get() == kInline) {
      const Word count = get();
      inlay = get_beats(streams()[index], count);
      return {inlay.data(), nullptr, count};
    }
    const Word number = get();
    const Word times = get();
    const auto bank = banks_.find(number);
    if (bank == banks_.end() || bank->second.stream != index) {
      problem = "bank " + std::to_string(number) + " holds nothing for " + streams()[index].name;
      return {};
    }
    const std::vector<Word>& words = bank->second.words;
    if (times == 1) return {words.data(), nullptr, bank->second.count};
    for (Word time = 0; time < times; ++time) inlay.insert(inlay.end(), words.begin(), words.end());
    return {inlay.data(), nullptr, times * bank->second.count};
  }

  void answer(const Outcome& outcome, const Job& job) {
    bool sound = !outcome.hung;
    for (const Passed& passed : outcome.outputs) sound = sound && !passed.incident;
    if (!sound) {
      engine_.reset();
      return refuse(kMisbehaved, describe(outcome, job));
    }
    put(kDone);
    put(static_cast<Word>(outcome.span));
    put(static_cast<Word>(outcome.span >> 32));
    for (const Passed& passed : outcome.outputs) {
      std::fwrite(passed.words.data(), sizeof(Word), passed.words.size(), stdout);
    }
  }

  /// What a failed run came to, stream by stream.
  std::string describe(const Outcome& outcome, const Job& job) const {
    std::string text = outcome.hung ? "no progress" : "a surplus or unstable beat";
    text += " at cycle " + std::to_string(outcome.cycles) + ":";
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    for (const Stream& stream : streams()) {
      const bool input = stream.input;
      const Passed& passed = input ? outcome.inputs[inputs] : outcome.outputs[outputs];
      const std::size_t due = input ? job.feeds[inputs++].count : job.demands[outputs++].count;
      text += " " + stream.name + " " + std::to_string(passed.count) + " of " +
              std::to_string(due) + " beats";
    }
    return text;
  }

  void refuse(Word status, std::string text) {
    put(status);
    put(static_cast<Word>(text.size()));
    text.resize((text.size() + 3) / 4 * 4, ' ');
    std::fwrite(text.data(), 1, text.size(), stdout);
  }

  Word get() {
    Word word;
    if (std::fread(&word, sizeof word, 1, stdin) != 1) give_up(kCutShort);
    return word;
  }

  std::vector<Word> get_beats(const Stream& stream, std::size_t count) {
    std::vector<Word> words(count * stream.words);
    if (std::fread(words.data(), sizeof(Word), words.size(), stdin) != words.size()) {
      give_up(kCutShort);
    }
    return words;
  }

  void put(Word word) { std::fwrite(&word, sizeof word, 1, stdout); }

  Engine& engine_;
  const unsigned watchdog_;
  std::map<Word, Bank> banks_;
};

}  // namespace

int serve(Engine& engine, unsigned watchdog) {
  Session session(engine, watchdog);
  session.greet();
  while (session.serve_one()) {
  }
  return kPassed;
}

}  // namespace tritloom
