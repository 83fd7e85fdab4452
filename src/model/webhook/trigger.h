// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// When an action is sent.
enum class Trigger : std::uint8_t { start, success, failure, cancel };

inline constexpr std::array all_triggers{
    Trigger::start, Trigger::success, Trigger::failure, Trigger::cancel};

// As clients read it: "Start", "End", "End", "Cancel".
std::string_view name(Trigger trigger);

// As it stands in headers and metrics: "start", "end", "end", "cancel".
std::string_view header_word(Trigger trigger);

// The member of a task that holds its actions: "on_start", "on_success", …
std::string_view member_name(Trigger trigger);

// One action of one attempt of a task.
struct ActionPlace {
    std::string_view task_id;
    int attempt = 1;
    Trigger trigger = Trigger::start;
    std::size_t index = 0; // among the actions of its trigger, as in the task's document
};

// The same for each try of one delivery, and for no other: "<id>:start", "<id>:end:success",
// "<id>:cancel"; later attempts "<id>:2:start"; second and later actions "<id>:end:success:1".
std::string idempotency_key(const ActionPlace& place);

// The key of an action that an answer asked for: "<key>:when:<entry>:<action>".
std::string follow_up_key(std::string_view key, std::size_t when, std::size_t index);

} // namespace sluice
