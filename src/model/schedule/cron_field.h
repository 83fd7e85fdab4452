// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace sluice {

// A field of a cron expression: its values and how messages speak of it.
struct CronField {
    std::string_view name;
    int first, last; // the values
    int top;         // the largest that is read; one beyond `last` means `first` (7 is Sunday)
    std::span<const std::string_view> words; // other spellings of the values, from `first` on
    std::string_view accepted;               // what may stand in it, for messages
};

extern const CronField cron_second, cron_minute, cron_hour, cron_day, cron_month, cron_weekday;

inline std::uint64_t cron_bit(int value)
{
    return std::uint64_t{1} << value;
}

// "minute '61': <why> (accepted: …)".
Error refused(const CronField& field, std::string_view item, std::string_view why);

// "5", "MON"; at most `field.top`.
Result<int> read_cron_value(const CronField& field, std::string_view item, std::string_view word);

// An item of a list that any field may hold, as the bits of its values: "*", "5", "1-5", "*/15".
Result<std::uint64_t> read_cron_item(const CronField& field, std::string_view item);

} // namespace sluice
