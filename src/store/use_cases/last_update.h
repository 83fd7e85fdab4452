// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <map>
#include <span>
#include <vector>

namespace sluice {

// Whatever is done to a task of the service moves the time of its last update, which stands in its
// progress row. The clock of inactivity counts from the same time.

// When the time of tasks that have reported runs out: their timeout after the last report.
std::map<TaskId, Time> ends_after_reports(WriteContext& context, const std::vector<TaskId>& tasks);

// Tasks of which none holds a lease.
void note_change(WriteContext& context, std::vector<TaskId> tasks);

// The leases as they stand now, each once. Their clocks go on as if nobody had been heard.
void note_change_of_leased(WriteContext& context, const std::vector<LeaseRow>& leases);

// Attempts are over, and their tasks live on: what a target gave as a reason goes with its attempt.
// Tasks that are not of the service are passed over.
void note_attempts_over(WriteContext& context, std::span<const Place> places);

// Those of the tasks that a user wants to start at a later time.
std::map<TaskId, Time> scheduled_later(WriteContext& context, std::vector<TaskId> tasks);

// Leased tasks that go back to where they wait: not before the time that a user has set meanwhile.
void go_back(WriteContext& context, std::span<Place> places);

} // namespace sluice
