#include "vectors.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace tritloom {

namespace {

/// The whole file, since long hexadecimal lines make reading by line slow.
std::string read_file(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) give_up(path + ": cannot be opened");
  std::string text;
  char block[1 << 16];
  while (std::size_t count = std::fread(block, 1, sizeof block, file.get())) {
    text.append(block, count);
  }
  if (std::ferror(file.get())) give_up(path + ": cannot be read");
  return text;
}

int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

class Reader {
 public:
  Reader(const std::string& path, const Design& design)
      : path_(path), design_(design), text_(read_file(path)), rest_(text_) {}

  std::vector<Scenario> read() {
    while (!rest_.empty()) {
      ++line_;
      const std::size_t end = rest_.find('\n');
      statement_ = rest_.substr(0, end);
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
      statement_ = statement_.substr(0, statement_.find('#'));
      const std::string_view verb = word();
      if (!verb.empty()) execute(verb);
    }
    if (!named_ || declared_ != design_.streams.size()) fail("declares too few streams");
    return std::move(scenarios_);
  }

 private:
  void execute(std::string_view verb) {
    if (verb == "design") {
      named_ = true;
      expect_word(design_.name);
    } else if (verb == "input" || verb == "output") {
      declare(verb == "input");
    } else if (verb == "scenario") {
      begin_scenario();
    } else if (scenarios_.empty()) {
      fail("`" + std::string(verb) + "` stands before the first scenario");
    } else {
      execute_in_scenario(verb, scenarios_.back());
    }
    if (!word().empty()) fail("more words than the statement takes");
  }

  void execute_in_scenario(std::string_view verb, Scenario& scenario) {
    if (verb == "send") {
      const std::size_t index = stream_index(true);
      BeatList& list = scenario.streams[index];
      list.gaps.push_back(gap());
      read_beat(design_.streams[index], list);
    } else if (verb == "expect") {
      const std::size_t index = stream_index(false);
      read_beat(design_.streams[index], scenario.streams[index]);
    } else if (verb == "ready") {
      const std::size_t index = stream_index(false);
      scenario.ready[index] = number(word(), 16);
    } else if (verb == "abort") {
      scenario.abort_after = number(word(), 10);
    } else if (verb == "cycles") {
      scenario.cycles = number(word(), 10);
    } else {
      fail("`" + std::string(verb) + "` is no statement");
    }
  }

  /// A stream of the file's head must be what the design has at the same place.
  void declare(bool input) {
    if (declared_ == design_.streams.size()) fail("declares more streams than the design has");
    const Stream& stream = design_.streams[declared_++];
    if (input != stream.input) fail("`" + stream.name + "` has the other direction");
    expect_word(stream.name);
    for (const Field& field : stream.fields) {
      expect_word(std::string(field.name) + ":" + std::to_string(field.width));
    }
  }

  void begin_scenario() {
    if (declared_ != design_.streams.size()) fail("a scenario before all streams are declared");
    Scenario scenario;
    scenario.name = word();
    if (scenario.name.empty()) fail("a scenario needs a name");
    scenario.streams.resize(design_.streams.size());
    scenario.ready.assign(design_.streams.size(), ~std::uint64_t{0});
    scenarios_.push_back(std::move(scenario));
  }

  std::size_t stream_index(bool input) {
    const std::string_view name = word();
    for (std::size_t index = 0; index < design_.streams.size(); ++index) {
      const Stream& stream = design_.streams[index];
      if (stream.input == input && stream.name == name) return index;
    }
    fail("`" + std::string(name) + "` is no " + (input ? "input" : "output") + " stream");
  }

  Word gap() {
    const std::string_view before = statement_;
    const std::string_view text = word();
    if (!text.empty() && text[0] == '+') return static_cast<Word>(number(text.substr(1), 10));
    statement_ = before;
    return 0;
  }

  void read_beat(const Stream& stream, BeatList& list) {
    for (const Field& field : stream.fields) read_value(field, list.words);
    ++list.count;
  }

  void read_value(const Field& field, std::vector<Word>& words) {
    const std::string_view text = word();
    if (text.size() != (field.width + 3) / 4) {
      fail(std::string(field.name) + " takes " + std::to_string((field.width + 3) / 4) +
           " digits, not `" + std::string(text.substr(0, 40)) + "`");
    }
    const std::size_t first = words.size();
    words.resize(first + field.words());
    for (std::size_t place = 0; place < text.size(); ++place) {
      const int value = digit_value(text[text.size() - 1 - place]);
      if (value < 0) fail("`" + std::string(text.substr(0, 40)) + "` is not hexadecimal");
      words[first + place / 8] |= static_cast<Word>(value) << (place % 8 * 4);
    }
    const unsigned used = field.width % 32;
    if (used != 0 && words.back() >> used != 0) fail("a value exceeds the width of its field");
  }

  std::uint64_t number(std::string_view text, int base) {
    const std::string digits(text);
    char* end = nullptr;
    const std::uint64_t value = std::strtoull(digits.c_str(), &end, base);
    if (digits.empty() || *end != '\0') fail("`" + digits + "` is no number");
    return value;
  }

  void expect_word(const std::string& expected) {
    const std::string_view found = word();
    if (found != expected) {
      fail("the design has `" + expected + "` here, the file `" + std::string(found) + "`");
    }
  }

  /// The next word of the statement, empty at its end.
  std::string_view word() {
    const std::size_t begin = statement_.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    const std::size_t end = statement_.find_first_of(" \t\r", begin);
    const std::string_view found = statement_.substr(begin, end - begin);
    statement_.remove_prefix(end == std::string_view::npos ? statement_.size() : end);
    return found;
  }

  [[noreturn]] void fail(const std::string& message) const {
    give_up(path_ + ":" + std::to_string(line_) + ": " + message);
  }

  const std::string path_;
  const Design& design_;
  const std::string text_;
  std::string_view rest_;
  std::string_view statement_;
  std::size_t line_ = 0;
  bool named_ = false;
  std::size_t declared_ = 0;
  std::vector<Scenario> scenarios_;
};

}  // namespace

std::vector<Scenario> read_vectors(const std::string& path, const Design& design) {
  return Reader(path, design).read();
}

}  // namespace tritloom
