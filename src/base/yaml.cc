// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include "base/text.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_set>
#include <vector>

namespace sluice {

namespace {

constexpr std::string_view core_tag = "tag:yaml.org,2002:";

// Leaves yaml-cpp's parser, which knows no other way to be stopped.
struct Refused {
    YAML::Mark mark;
    std::string why;
};

Error not_yaml(const YAML::Mark& mark, std::string_view why)
{
    if (mark.is_null())
        return {Errc::invalid, fmt::format("not valid YAML: {}", why)};
    return {
        Errc::invalid,
        fmt::format(
            "not valid YAML: {} at line {}, column {}", why, mark.line + 1, mark.column + 1
        )};
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::string_view without_sign(std::string_view text)
{
    if (text.starts_with('-') || text.starts_with('+'))
        text.remove_prefix(1);
    return text;
}

std::size_t digits_at(std::string_view text, std::size_t at)
{
    std::size_t count = 0;
    while (at + count < text.size() && is_digit(text[at + count]))
        ++count;
    return count;
}

bool is_integer(std::string_view text)
{
    text = without_sign(text);
    return !text.empty() && digits_at(text, 0) == text.size();
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view text)
{
    text = without_sign(text);
    const std::size_t whole = digits_at(text, 0);
    std::size_t at = whole;
    std::size_t fraction = 0;
    if (at < text.size() && text[at] == '.') {
        fraction = digits_at(text, ++at);
        at += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (at == text.size())
        return true;
    if (text[at] != 'e' && text[at] != 'E')
        return false;
    const std::string_view exponent = without_sign(text.substr(at + 1));
    return !exponent.empty() && digits_at(exponent, 0) == exponent.size();
}

template <class Number>
std::optional<Number> read_number(std::string_view text, int base)
{
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, number, base);
    if (failure != std::errc{} || stop != end)
        return std::nullopt;
    return number;
}

Json read_integer(const YAML::Mark& mark, std::string_view text, int base)
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    if (const auto number = read_number<std::int64_t>(text, base))
        return Json(*number);
    if (const auto number = read_number<std::uint64_t>(text, base))
        return Json(*number);
    throw Refused{mark, fmt::format("the number {} does not fit 64 bits", text)};
}

Json read_float(const YAML::Mark& mark, std::string_view text)
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    const bool zero = text.find_first_of("123456789") >= text.find_first_of("eE");
    if (!std::isfinite(number) || (number == 0 && !zero))
        throw Refused{mark, fmt::format("the number {} does not fit a double", text)};
    return Json(number);
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words)
{
    return std::find(words.begin(), words.end(), text) != words.end();
}

Json read_plain(const YAML::Mark& mark, const std::string& text)
{
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"}))
        return Json(nullptr);
    if (is_one_of(text, {"true", "True", "TRUE"}))
        return Json(true);
    if (is_one_of(text, {"false", "False", "FALSE"}))
        return Json(false);
    if (is_integer(text))
        return read_integer(mark, text, 10);
    const std::string_view digits =
        std::string_view(text).substr(std::min<std::size_t>(2, text.size()));
    if (text.starts_with("0x") && read_number<std::uint64_t>(digits, 16))
        return read_integer(mark, digits, 16);
    if (text.starts_with("0o") && read_number<std::uint64_t>(digits, 8))
        return read_integer(mark, digits, 8);
    if (is_float(text))
        return read_float(mark, text);
    if (is_one_of(without_sign(text), {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"}))
        throw Refused{mark, fmt::format("'{}' is not a number of JSON", text)};
    return Json(text);
}

// Builds the value from the parser's events.
class Builder final : public YAML::EventHandler {
public:
    explicit Builder(const YamlLimits& limits) : limits_(limits) {}

    Json take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        if (expects_key())
            throw Refused{mark, "a key is missing"};
        add_leaf(mark, anchor, Json(nullptr));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        if (expects_key())
            throw Refused{mark, "an alias cannot be a key"};
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end())
            throw Refused{mark, "an alias inside its own anchor"};
        count(mark, found->second.values);
        if (open_.size() + found->second.depth > limits_.depth_max)
            refuse_depth(mark);
        add(Json(found->second.json), found->second.depth);
    }

    void OnScalar(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
        const std::string& text
    ) override
    {
        const bool plain = tag == "?" || tag.empty();
        if (!plain && tag != "!" && tag != fmt::format("{}str", core_tag))
            throw Refused{mark, fmt::format("the tag '{}' is not supported", printable(tag))};
        if (!expects_key())
            return add_leaf(mark, anchor, plain ? read_plain(mark, text) : Json(text));
        if (plain && text == "<<")
            throw Refused{mark, "merge keys ('<<') are not supported"};
        add_key(mark, anchor, text);
    }

    void OnSequenceStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override
    {
        check_tag(mark, tag, "seq");
        begin(mark, anchor, Json::array());
    }

    void OnSequenceEnd() override { end(); }

    void OnMapStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override
    {
        check_tag(mark, tag, "map");
        begin(mark, anchor, Json::object());
    }

    void OnMapEnd() override { end(); }

private:
    struct Open {
        Json json;
        YAML::anchor_t anchor = 0;
        std::size_t values_before = 0;
        std::size_t depth = 1; // levels of nesting within, with its own
        std::optional<std::string> key = {};
        std::unordered_set<std::string> keys = {};
    };

    struct Anchored {
        Json json;
        std::size_t values = 0;
        std::size_t depth = 0;
    };

    static void check_tag(const YAML::Mark& mark, const std::string& tag, std::string_view type)
    {
        if (!is_one_of(tag, {"", "?", "!"}) && tag != fmt::format("{}{}", core_tag, type))
            throw Refused{mark, fmt::format("the tag '{}' is not supported", printable(tag))};
    }

    [[noreturn]] void refuse_depth(const YAML::Mark& mark) const
    {
        throw Refused{mark, fmt::format("nested deeper than {} levels", limits_.depth_max)};
    }

    bool expects_key() const
    {
        return !open_.empty() && open_.back().json.is_object() && !open_.back().key;
    }

    void count(const YAML::Mark& mark, std::size_t values)
    {
        values_ += values;
        if (values_ > limits_.values_max)
            throw Refused{mark, fmt::format("more than {} values", limits_.values_max)};
    }

    void add_key(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& text)
    {
        Open& map = open_.back();
        if (!map.keys.insert(text).second)
            throw Refused{mark, fmt::format("key '{}' stands twice", printable(text))};
        map.key = text;
        if (anchor)
            anchors_[anchor] = {.json = Json(text), .values = 1};
    }

    void add_leaf(const YAML::Mark& mark, YAML::anchor_t anchor, Json value)
    {
        count(mark, 1);
        if (anchor)
            anchors_[anchor] = {.json = value, .values = 1};
        add(std::move(value), 0);
    }

    void add(Json value, std::size_t depth)
    {
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        Open& parent = open_.back();
        parent.depth = std::max(parent.depth, depth + 1);
        if (parent.json.is_array()) {
            parent.json.push_back(std::move(value));
            return;
        }
        // Straight to the underlying vector: ordered_json's own insertion searches linearly.
        auto& members = parent.json.get_ref<Json::object_t&>();
        static_cast<std::vector<Json::object_t::value_type>&>(members).emplace_back(
            std::move(*parent.key), std::move(value)
        );
        parent.key.reset();
    }

    void begin(const YAML::Mark& mark, YAML::anchor_t anchor, Json empty)
    {
        if (expects_key())
            throw Refused{mark, "a key must be a scalar"};
        if (open_.size() == limits_.depth_max)
            refuse_depth(mark);
        count(mark, 1);
        open_.push_back({.json = std::move(empty), .anchor = anchor, .values_before = values_ - 1});
    }

    void end()
    {
        Open done = std::move(open_.back());
        open_.pop_back();
        if (done.anchor)
            anchors_[done.anchor] = {done.json, values_ - done.values_before, done.depth};
        add(std::move(done.json), done.depth);
    }

    YamlLimits limits_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    std::size_t values_ = 0;
    Json root_;
};

} // namespace

Result<Json> parse_yaml(std::string_view text, const YamlLimits& limits)
{
    if (text.size() > limits.bytes_max)
        return Error{
            Errc::invalid, fmt::format(
                               "YAML of {} bytes is larger than the limit of {} bytes", text.size(),
                               limits.bytes_max
                           )};
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
        return not_yaml(YAML::Mark::null_mark(), "it is not UTF-8 text");

    std::istringstream stream{std::string(text)};
    try {
        YAML::Parser parser(stream);
        Builder builder(limits);
        parser.HandleNextDocument(builder);
        Builder rest(limits);
        if (parser.HandleNextDocument(rest))
            return not_yaml(YAML::Mark::null_mark(), "it has more than one document");
        return json_result(builder.take());
    } catch (const Refused& refused) {
        return not_yaml(refused.mark, refused.why);
    } catch (const YAML::Exception& failure) {
        return not_yaml(failure.mark, failure.msg);
    }
}

} // namespace sluice
