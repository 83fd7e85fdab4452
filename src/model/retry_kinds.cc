// SPDX-License-Identifier: Apache-2.0
#include "model/retry_kinds.h"

#include <cmath>

namespace sluice {

namespace {

constexpr EnumNames<FailureKind, 3> failure_words{
    {{FailureKind::timeout, "timeout"},
     {FailureKind::start, "webhook_failure"},
     {FailureKind::reported, "explicit"}}};

const ListKind failure_list{EnumKind{failure_words}};

// Nothing when it is no number within the limits.
std::optional<double> number_within(const Json& json, double min, double max)
{
    if (!json.is_number())
        return std::nullopt;
    const double number = json.get<double>();
    return number >= min && number <= max ? std::optional(number) : std::nullopt;
}

} // namespace

std::uint8_t failure_bits(std::span<const FailureKind> failures)
{
    std::uint8_t bits = 0;
    for (const FailureKind failure : failures)
        bits |= static_cast<std::uint8_t>(failure);
    return bits;
}

void SecondsKind::read(const Value& value, Micros& out) const
{
    const std::optional<double> number =
        number_within(value.json, 0.0, static_cast<double>(max.count()));
    if (!number)
        return value.refuse_type(fmt::format("a number of seconds from 0 to {}", max.count()));
    out = Micros{std::llround(*number * 1e6)};
}

Json SecondsKind::schema() const
{
    return Json{{"type", "number"}, {"minimum", 0}, {"maximum", max.count()}};
}

void MultiplierKind::read(const Value& value, double& out) const
{
    const std::optional<double> number = number_within(value.json, 1.0, max);
    if (!number)
        return value.refuse_type(fmt::format("a number from 1 to {}", max));
    out = *number;
}

Json MultiplierKind::schema() const
{
    return Json{{"type", "number"}, {"minimum", 1}, {"maximum", max}};
}

void RetryOnKind::read(const Value& value, std::uint8_t& out) const
{
    std::vector<FailureKind> failures;
    failure_list.read(value, failures);
    out = failure_bits(failures);
}

Json RetryOnKind::schema() const
{
    return failure_list.schema();
}

} // namespace sluice
