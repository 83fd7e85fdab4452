// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/trigger.h"

#include "base/enum_names.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr EnumNames<Trigger, 4> names{
    {{Trigger::start, "Start"},
     {Trigger::success, "End"},
     {Trigger::failure, "End"},
     {Trigger::cancel, "Cancel"}}};

constexpr EnumNames<Trigger, 4> header_words{
    {{Trigger::start, "start"},
     {Trigger::success, "end"},
     {Trigger::failure, "end"},
     {Trigger::cancel, "cancel"}}};

constexpr EnumNames<Trigger, 4> member_names{
    {{Trigger::start, "on_start"},
     {Trigger::success, "on_success"},
     {Trigger::failure, "on_failure"},
     {Trigger::cancel, "on_cancel"}}};

constexpr EnumNames<Trigger, 4> key_words{
    {{Trigger::start, "start"},
     {Trigger::success, "end:success"},
     {Trigger::failure, "end:failure"},
     {Trigger::cancel, "cancel"}}};

} // namespace

std::string_view name(Trigger trigger)
{
    return names.name(trigger);
}

std::string_view header_word(Trigger trigger)
{
    return header_words.name(trigger);
}

std::string_view member_name(Trigger trigger)
{
    return member_names.name(trigger);
}

std::string idempotency_key(const ActionPlace& place)
{
    std::string key(place.task_id);
    if (place.attempt > 1)
        key += fmt::format(":{}", place.attempt);
    key += fmt::format(":{}", key_words.name(place.trigger));
    if (place.index > 0)
        key += fmt::format(":{}", place.index);
    return key;
}

std::string follow_up_key(std::string_view key, std::size_t when, std::size_t index)
{
    return fmt::format("{}:when:{}:{}", key, when, index);
}

} // namespace sluice
