// SPDX-License-Identifier: Apache-2.0
// How the values of our enums are spelled in requests and answers.
#pragma once

#include "base/enum_names.h"
#include "sluice/graph.h"

namespace sluice::client {

constexpr EnumNames<Status, 9> status_words{{
    {Status::waiting, "Waiting"},
    {Status::pending, "Pending"},
    {Status::claimed, "Claimed"},
    {Status::running, "Running"},
    {Status::success, "Success"},
    {Status::failure, "Failure"},
    {Status::skipped, "Skipped"},
    {Status::paused, "Paused"},
    {Status::canceled, "Canceled"},
}};

constexpr EnumNames<Verb, 5> verb_words{{
    {Verb::get, "Get"},
    {Verb::post, "Post"},
    {Verb::put, "Put"},
    {Verb::patch, "Patch"},
    {Verb::delete_, "Delete"},
}};

constexpr EnumNames<Condition, 3> condition_words{{
    {Condition::on_success, "on_success"},
    {Condition::on_failure, "on_failure"},
    {Condition::always, "always"},
}};

} // namespace sluice::client
