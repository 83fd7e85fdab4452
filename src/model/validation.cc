// SPDX-License-Identifier: Apache-2.0
#include "model/validation.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t shown_max = 60; // bytes of a user's text that are repeated in a message
constexpr std::size_t listed_max = 12;

bool is_word(std::string_view key)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    };
    return !key.empty() && std::all_of(key.begin(), key.end(), fits);
}

std::string shorten(std::string text)
{
    if (text.size() <= shown_max)
        return text;
    std::size_t cut = shown_max;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80)
        --cut;
    text.resize(cut);
    return text + "…";
}

} // namespace

void throw_exception_from_error(const std::vector<Problem>& problems, const boost::source_location&)
{
    throw UncheckedError(to_error(problems));
}

std::string format_problem(const Problem& problem)
{
    if (problem.path.empty())
        return problem.message;
    return problem.path + ": " + problem.message;
}

Error to_error(std::span<const Problem> problems)
{
    std::vector<std::string> lines;
    for (const Problem& problem : problems)
        lines.push_back(format_problem(problem));
    return {Errc::invalid, join(lines, "; ")};
}

std::string Path::text() const
{
    if (!parent_)
        return {};
    std::string text = parent_->text();
    if (index_)
        return text + fmt::format("[{}]", *index_);
    if (!is_word(key_))
        return text + fmt::format("[{}]", dump_json(Json(key_)));
    if (!text.empty())
        text += '.';
    return text.append(key_);
}

void Problems::add(const Path& path, std::string message)
{
    if (list_.size() == count_max) {
        ++left_out_;
        return;
    }
    list_.push_back({path.text(), std::move(message)});
}

void Problems::add(Problem problem)
{
    if (list_.size() == count_max)
        ++left_out_;
    else
        list_.push_back(std::move(problem));
}

std::vector<Problem> Problems::take()
{
    if (left_out_ > 0)
        list_.push_back({"", fmt::format("and {} more problems", left_out_)});
    left_out_ = 0;
    return std::exchange(list_, {});
}

void Value::refuse_type(std::string_view accepted) const
{
    refuse(fmt::format("must be {}, not {}", accepted, describe_value(json)));
}

std::string describe_value(const Json& value)
{
    switch (value.type()) {
    case Json::value_t::object:
        return "an object";
    case Json::value_t::array:
        return "a list";
    case Json::value_t::string:
        return fmt::format(
            "the text '{}'", shorten(printable(value.get_ref<const std::string&>()))
        );
    case Json::value_t::null:
        return "null";
    case Json::value_t::boolean:
        return dump_json(value);
    default:
        return "the number " + dump_json(value);
    }
}

std::string suggest(std::string_view word, std::span<const std::string> candidates)
{
    const std::vector<std::string> near = nearest(word, candidates, 1);
    if (!near.empty())
        return fmt::format(" (did you mean '{}'?)", near.front());
    if (candidates.empty())
        return {};
    const std::size_t shown = std::min(candidates.size(), listed_max);
    const std::string_view more = shown < candidates.size() ? ", …" : "";
    return fmt::format(" (accepted: {}{})", join(candidates.first(shown), ", "), more);
}

ObjectReader::ObjectReader(const Value& value) : value_(value)
{
    if (!value.json.is_object())
        value.refuse_type("an object");
}

const Json* ObjectReader::find(std::string_view key)
{
    known_.emplace_back(key);
    if (!value_.json.is_object())
        return nullptr;
    const auto member = value_.json.find(known_.back());
    return member == value_.json.end() ? nullptr : &*member;
}

void ObjectReader::finish()
{
    if (!value_.json.is_object())
        return;
    for (const auto& [key, member] : value_.json.items())
        if (std::find(known_.begin(), known_.end(), key) == known_.end())
            value_.problems.add(Path(value_.path, key), "unknown key" + suggest(key, known_));
}

} // namespace sluice
