// SPDX-License-Identifier: Apache-2.0
#include "base/trace_context.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

// version "-" trace "-" span "-" flags
constexpr std::size_t trace_at = 3;
constexpr std::size_t span_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::size_t length = 55;
constexpr std::uint64_t sampled_flag = 1;

// Small letters only, as the standard has it.
int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<std::uint64_t> read_hex(std::string_view digits)
{
    std::uint64_t number = 0;
    for (const char c : digits) {
        const int digit = digit_of(c);
        if (digit < 0)
            return std::nullopt;
        number = number << 4 | static_cast<std::uint64_t>(digit);
    }
    return number;
}

void put(TraceId& id, std::size_t at, std::uint64_t number)
{
    for (std::size_t i = 0; i < 8; ++i)
        id.bytes[at + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
}

bool has_form(std::string_view text)
{
    if (text.size() < length || text.substr(0, 2) == "ff")
        return false;
    const bool is_first_version = text.substr(0, 2) == "00";
    if (text.size() > length && (is_first_version || text[length] != '-'))
        return false;
    return text[trace_at - 1] == '-' && text[span_at - 1] == '-' && text[flags_at - 1] == '-';
}

} // namespace

TraceId new_trace_id(Random& random)
{
    TraceId id;
    put(id, 0, random.next());
    put(id, 8, random.next() | 1);
    return id;
}

SpanId new_span_id(Random& random)
{
    return {random.next() | 1};
}

std::string format_trace_id(const TraceId& id)
{
    std::string text;
    text.reserve(2 * id.bytes.size());
    for (const std::uint8_t byte : id.bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

std::string format_span_id(SpanId id)
{
    return fmt::format("{:016x}", id.value);
}

std::string format_traceparent(const TraceContext& context)
{
    return fmt::format(
        "00-{}-{}-{:02x}", format_trace_id(context.trace), format_span_id(context.span),
        context.is_sampled ? 1 : 0
    );
}

std::optional<TraceContext> parse_traceparent(std::string_view text)
{
    if (!has_form(text))
        return std::nullopt;
    const auto version = read_hex(text.substr(0, 2));
    const auto trace_front = read_hex(text.substr(trace_at, 16));
    const auto trace_back = read_hex(text.substr(trace_at + 16, 16));
    const auto span = read_hex(text.substr(span_at, 16));
    const auto flags = read_hex(text.substr(flags_at, 2));
    if (!version || !trace_front || !trace_back || !span || !flags)
        return std::nullopt;
    TraceContext context;
    put(context.trace, 0, *trace_front);
    put(context.trace, 8, *trace_back);
    context.span.value = *span;
    context.is_sampled = (*flags & sampled_flag) != 0;
    if (context.trace == TraceId() || context.span == SpanId())
        return std::nullopt;
    return context;
}

} // namespace sluice
