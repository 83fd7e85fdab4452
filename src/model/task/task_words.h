// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "model/link.h"
#include "model/state.h"

namespace sluice {

// How the task service spells states; one r in Canceled.
inline constexpr EnumNames<TaskState, 9> task_status_names{
    {{TaskState::waiting, "Waiting"},
     {TaskState::pending, "Pending"},
     {TaskState::claimed, "Claimed"},
     {TaskState::running, "Running"},
     {TaskState::succeeded, "Success"},
     {TaskState::failed, "Failure"},
     {TaskState::skipped, "Skipped"},
     {TaskState::paused, "Paused"},
     {TaskState::canceled, "Canceled"}}};

inline constexpr EnumNames<LinkCondition, 3> link_condition_names{
    {{LinkCondition::on_success, "on_success"},
     {LinkCondition::on_failure, "on_failure"},
     {LinkCondition::always, "always"}}};

} // namespace sluice
