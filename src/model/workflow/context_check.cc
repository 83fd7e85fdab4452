// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/context_check.h"

#include "base/text.h"
#include "model/workflow/context_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

Problem problem_at(const Path& path, std::string message)
{
    return {path.text(), std::move(message)};
}

std::optional<Problem> scalar_problem(const Json& value, const Path& path)
{
    if (value.is_string() && !is_utf8(value.get_ref<const std::string&>()))
        return problem_at(path, "text that is not UTF-8 is not a JSON value");
    if (value.is_binary() || value.is_discarded())
        return problem_at(path, "bytes are not a JSON value");
    if (!value.is_number_float() || std::isfinite(value.get<double>()))
        return std::nullopt;
    const double number = value.get<double>();
    const std::string_view word = std::isnan(number) ? "NaN"
                                  : number > 0       ? "Infinity"
                                                     : "-Infinity";
    return problem_at(path, fmt::format("{} is not a JSON value", word));
}

// Without words when it is nested too deeply: the limit is known further up.
std::optional<Problem> value_problem(const Json& value, const Path& path, std::size_t depth_left);

std::optional<Problem> member_problem(const Json& object, const Path& path, std::size_t depth_left)
{
    for (const auto& [name, member] : object.get_ref<const Json::object_t&>()) {
        if (!is_utf8(name))
            return problem_at(path, fmt::format("the key '{}' is not UTF-8", printable(name)));
        if (auto problem = value_problem(member, Path(path, name), depth_left))
            return problem;
    }
    return std::nullopt;
}

std::optional<Problem> item_problem(const Json& array, const Path& path, std::size_t depth_left)
{
    for (std::size_t i = 0; i < array.size(); ++i)
        if (auto problem = value_problem(array[i], Path(path, i), depth_left))
            return problem;
    return std::nullopt;
}

std::optional<Problem> value_problem(const Json& value, const Path& path, std::size_t depth_left)
{
    if (!value.is_structured())
        return scalar_problem(value, path);
    if (depth_left == 0)
        return problem_at(path, std::string());
    return value.is_object() ? member_problem(value, path, depth_left - 1)
                             : item_problem(value, path, depth_left - 1);
}

// 17,000,123
std::string grouped(std::size_t number)
{
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3; i -= 3)
        digits.insert(i - 3, ",");
    return digits;
}

// The parser does not count the innermost level when it is empty. It goes further than contexts
// may, and context_problem, which names the key, counts.
JsonLimits json_limits(std::size_t bytes_max, const ContextLimits& limits)
{
    return {.bytes_max = bytes_max, .depth_max = std::max<std::size_t>(limits.depth_max + 2, 1000)};
}

std::string shortened(const std::string& path)
{
    constexpr std::size_t shown_max = 200;
    return path.size() <= shown_max ? path : path.substr(0, shown_max) + "…";
}

} // namespace

std::optional<Problem> context_problem(const Json& context, const ContextLimits& limits)
{
    if (!context.is_object())
        return Problem{
            "", fmt::format("a context is a JSON object, not {}", describe_value(context))};
    std::optional<Problem> problem = member_problem(context, Path(), limits.depth_max);
    if (problem && problem->message.empty())
        problem->message = fmt::format("nested deeper than {} levels (a cycle?)", limits.depth_max);
    return problem;
}

std::string format_context_problem(const Problem& problem)
{
    if (problem.path.empty())
        return problem.message;
    return fmt::format("context key '{}': {}", printable(shortened(problem.path)), problem.message);
}

Checked<Json> read_context(std::string_view text, const ContextLimits& limits)
{
    if (text.size() > limits.bytes_max) {
        const Error error = context_too_large("the context", text.size(), limits.bytes_max);
        return std::vector<Problem>{{"", error.detail}};
    }
    Result<Json> value = parse_json(text, json_limits(limits.bytes_max, limits));
    if (!value)
        return std::vector<Problem>{
            problem_of_text(text).value_or(Problem{"", value.error().detail})};
    if (std::optional<Problem> problem = context_problem(*value, limits))
        return std::vector<Problem>{std::move(*problem)};
    return Checked<Json>(boost::system::in_place_value, std::move(*value));
}

Result<std::string>
write_context(const Json& context, std::string_view whose, const ContextLimits& limits)
{
    if (const std::optional<Problem> problem = context_problem(context, limits))
        return Error{Errc::invalid, format_context_problem(*problem)};
    if (context.empty())
        return std::string();
    std::string text = dump_json(context);
    if (text.size() > limits.bytes_max)
        return context_too_large(whose, text.size(), limits.bytes_max);
    return text;
}

Result<std::string>
context_to_store(std::string_view text, std::string_view whose, const ContextLimits& limits)
{
    if (text.empty())
        return std::string();
    if (text.size() > limits.bytes_max)
        return context_too_large(whose, text.size(), limits.bytes_max);
    const Checked<Json> context = read_context(text, limits);
    if (!context)
        return Error{Errc::invalid, format_context_problem(context.error().front())};
    return write_context(*context, whose, limits);
}

Result<Json> stored_context(std::string_view text, const ContextLimits& limits)
{
    if (text.empty())
        return json_result(Json::object());
    // What was stored under another limit of size is good.
    Result<Json> value = parse_json(text, json_limits(text.size(), limits));
    if (!value || !value->is_object())
        return Error{Errc::corrupt, "a stored context is not a JSON object"};
    return value;
}

Error context_too_large(std::string_view whose, std::size_t bytes, std::size_t bytes_max)
{
    return {
        Errc::invalid,
        fmt::format("{} has {} bytes; {} are allowed", whose, grouped(bytes), grouped(bytes_max))};
}

} // namespace sluice
