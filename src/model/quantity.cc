// SPDX-License-Identifier: Apache-2.0
#include "model/quantity.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::size_t digits_max = 18;
constexpr int exponent_max = 100; // beyond this any number is too large, or rounds up to one unit

struct Decimal {
    std::uint64_t digits = 0; // the significant ones
    int exponent = 0;         // of ten
};

struct Scale {
    int ten = 0;
    int two = 0;
};

Error refused_quantity(std::string_view text, std::string_view why)
{
    return {
        Errc::invalid, fmt::format(
                           "'{}' is not a quantity: {} (accepted: numbers like 2, 1.5, 2e3, with a "
                           "suffix like 100m, 512Mi, 2G)",
                           printable(text), why
                       )};
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Takes "12.50" from the front; nothing when it has no digit or too many significant ones.
std::optional<Decimal> take_decimal(std::string_view& rest)
{
    std::string digits;
    std::optional<std::size_t> point;
    for (; !rest.empty() && (is_digit(rest[0]) || (rest[0] == '.' && !point));
         rest.remove_prefix(1)) {
        if (rest[0] == '.')
            point = digits.size();
        else
            digits += rest[0];
    }
    if (digits.empty())
        return std::nullopt;

    Decimal number{.exponent = point ? static_cast<int>(*point - digits.size()) : 0};
    for (; digits.ends_with('0'); digits.pop_back())
        ++number.exponent;
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.size() > digits_max)
        return std::nullopt;
    std::from_chars(digits.data(), digits.data() + digits.size(), number.digits);
    return number;
}

std::optional<Scale> read_exponent(std::string_view text)
{
    text.remove_prefix(1);
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    int exponent = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (failure != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return Scale{.ten = std::clamp(exponent, -exponent_max, exponent_max)};
}

std::optional<Scale> read_suffix(std::string_view text)
{
    constexpr std::pair<std::string_view, Scale> suffixes[] = {
        {"", {0, 0}},    {"n", {-9, 0}},  {"u", {-6, 0}},  {"m", {-3, 0}},
        {"k", {3, 0}},   {"M", {6, 0}},   {"G", {9, 0}},   {"T", {12, 0}},
        {"P", {15, 0}},  {"E", {18, 0}},  {"Ki", {0, 10}}, {"Mi", {0, 20}},
        {"Gi", {0, 30}}, {"Ti", {0, 40}}, {"Pi", {0, 50}}, {"Ei", {0, 60}}};
    for (const auto& [suffix, scale] : suffixes)
        if (suffix == text)
            return scale;
    if (text[0] == 'e' || text[0] == 'E')
        return read_exponent(text);
    return std::nullopt;
}

// digits × 10^ten × 2^two, rounded up; nothing beyond 64 bits.
std::optional<std::int64_t> scaled(std::uint64_t digits, Scale scale)
{
    if (digits == 0)
        return 0;
    Wide amount = digits;
    if (__builtin_mul_overflow(amount, Wide{1} << scale.two, &amount))
        return std::nullopt;
    for (; scale.ten > 0; --scale.ten)
        if (__builtin_mul_overflow(amount, Wide{10}, &amount) || amount > INT64_MAX)
            return std::nullopt;
    bool rest = false;
    for (; scale.ten < 0; ++scale.ten) {
        rest = rest || amount % 10 != 0;
        amount /= 10;
    }
    amount += rest ? 1 : 0;
    if (amount > INT64_MAX)
        return std::nullopt;
    return static_cast<std::int64_t>(amount);
}

} // namespace

Result<Quantity> parse_quantity(std::string_view text, QuantityUnit unit)
{
    std::string_view rest = text;
    if (rest.starts_with('-'))
        return refused_quantity(text, "it is below zero");
    if (rest.starts_with('+'))
        rest.remove_prefix(1);
    const std::optional<Decimal> number = take_decimal(rest);
    if (!number)
        return refused_quantity(text, fmt::format("it needs 1 to {} digits", digits_max));
    std::optional<Scale> scale = read_suffix(rest);
    if (!scale)
        return refused_quantity(text, fmt::format("unknown suffix '{}'", printable(rest)));

    scale->ten += number->exponent + (unit == QuantityUnit::milli ? 3 : 0);
    const std::optional<std::int64_t> amount = scaled(number->digits, *scale);
    if (!amount)
        return refused_quantity(text, "it is too large");
    return Quantity{std::string(text), *amount};
}

void QuantityKind::read(const Value& value, Quantity& out) const
{
    if (!value.json.is_string() && !value.json.is_number())
        return value.refuse_type("a number or a quantity like '100m' or '512Mi'");
    const std::string text =
        value.json.is_string() ? value.json.get<std::string>() : dump_json(value.json);
    Result<Quantity> parsed = parse_quantity(text, unit);
    if (!parsed)
        return value.refuse(parsed.error().detail);
    if (parsed->amount == 0)
        return value.refuse(fmt::format("must be more than zero, not {}", printable(text)));
    out = std::move(*parsed);
}

Json QuantityKind::schema() const
{
    return Json{
        {"type", {"string", "number"}},
        {"pattern", "^\\+?([0-9]+\\.?[0-9]*|\\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$"},
        {"exclusiveMinimum", 0}};
}

} // namespace sluice
