// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "model/webhook/trigger.h"

namespace sluice {

// How filters name the actions of a task: as its members (member_name() in trigger.h; a test
// compares).
inline constexpr EnumNames<Trigger, 4> trigger_words{
    {{Trigger::start, "on_start"},
     {Trigger::success, "on_success"},
     {Trigger::failure, "on_failure"},
     {Trigger::cancel, "on_cancel"}}};

} // namespace sluice
