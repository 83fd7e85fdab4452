// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/context_text.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sluice {

namespace {

constexpr std::size_t word_bytes_max = 60;
constexpr int number_overflow = 406; // the library's number of that mistake

struct Step {
    bool is_list = false;
    std::size_t index = 0;
    std::string key = {};
};

bool is_of_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '+' || c == '.' || c == '_';
}

// What looks like one value around `place`: "NaN", "-Infinity", "undefined".
std::string_view word_around(std::string_view text, std::size_t place)
{
    std::size_t begin = std::min(place, text.size());
    std::size_t end = begin;
    while (begin > 0 && is_of_word(text[begin - 1]))
        --begin;
    while (end < text.size() && is_of_word(text[end]))
        ++end;
    return text.substr(begin, std::min(end - begin, word_bytes_max));
}

// Whether the parser has stopped within a text. What it has read last may begin with one that is
// over: `"key": N`.
bool is_within_text(std::string_view read)
{
    if (!read.starts_with('"'))
        return false;
    for (std::size_t i = 1; i < read.size(); ++i) {
        if (read[i] == '"')
            return false;
        if (read[i] == '\\')
            ++i;
    }
    return true;
}

// Follows the parser through the document and knows the key at which it stands.
class KeyFinder final : public Json::json_sax_t {
public:
    explicit KeyFinder(std::string_view text) : text_(text) {}

    std::optional<Problem> take() { return std::move(problem_); }

    bool null() override { return next(); }
    bool boolean(bool) override { return next(); }
    bool number_integer(number_integer_t) override { return next(); }
    bool number_unsigned(number_unsigned_t) override { return next(); }
    bool string(string_t&) override { return next(); }
    bool binary(binary_t&) override { return next(); }

    bool number_float(number_float_t, const string_t& digits) override
    {
        if (digits.find_first_of(".eE") == std::string::npos)
            return stop(fmt::format("the integer {} does not fit 64 bits", shown(digits)));
        return next();
    }

    bool start_object(std::size_t) override { return open({}); }
    bool start_array(std::size_t) override { return open({.is_list = true}); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override
    {
        steps_.back().key = name;
        return true;
    }

    bool parse_error(
        std::size_t place, const std::string& token, const nlohmann::detail::exception& error
    ) override
    {
        if (error.id == number_overflow)
            return stop(fmt::format("the number {} is out of range", shown(token)));
        // Places count from one; the mistake is the character before. A word that is JSON is not
        // what is wrong, and a piece of a text would mislead.
        const std::string_view word = word_around(text_, place > 0 ? place - 1 : 0);
        if (word.empty() || is_within_text(token) || parse_json(word))
            return stop(fmt::format("not valid JSON: mistake at byte {}", place));
        return stop(fmt::format("{} is not a JSON value", word));
    }

private:
    static std::string shown(std::string_view digits)
    {
        return printable(digits.substr(0, word_bytes_max));
    }

    bool open(Step step)
    {
        steps_.push_back(std::move(step));
        return true;
    }

    bool close()
    {
        steps_.pop_back();
        return next();
    }

    bool next()
    {
        if (!steps_.empty() && steps_.back().is_list)
            ++steps_.back().index;
        return true;
    }

    bool stop(std::string message)
    {
        problem_ = Problem{path(), std::move(message)};
        return false;
    }

    std::string path() const
    {
        std::vector<Path> chain; // each borrows the one before, so none may move
        chain.reserve(steps_.size() + 1);
        chain.emplace_back();
        for (const Step& step : steps_) {
            const Path& parent = chain.back();
            if (step.is_list)
                chain.emplace_back(parent, step.index);
            else if (!step.key.empty())
                chain.emplace_back(parent, std::string_view(step.key));
        }
        return chain.back().text();
    }

    std::string_view text_;
    std::vector<Step> steps_;
    std::optional<Problem> problem_;
};

} // namespace

std::optional<Problem> problem_of_text(std::string_view text)
{
    KeyFinder finder(text);
    [[maybe_unused]] const bool is_good = Json::sax_parse(text.begin(), text.end(), &finder);
    return finder.take();
}

} // namespace sluice
