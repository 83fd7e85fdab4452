// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/refusal.h"
#include "model/schedule/schedule_request.h"
#include "store/schedule_reads.h"
#include "tasks/target_names.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class Engine;
class Store;

// What creates batches at times, as users see it; who fires them is the Scheduler. Ids are the
// public ones (UUID). Lives on the loop; what it is given outlives it.
//
// Errors of all methods that take an id: not_found; of all: unavailable.
class Schedules {
public:
    Schedules(Engine& engine, const AddressGuard& guard);

    // All problems of the body, and of its tasks, come at once (invalid).
    Async<Judged<StoredSchedule>> create(Json body, std::string actor);

    // Replaces some members (model/schedule/schedule_request.h). With other times, or enabled
    // again, it owes nothing of what was before. conflict: others change it all the time.
    Async<Judged<StoredSchedule>> change(std::string id, Json changes, std::string actor);

    Async<Result<void>> remove(std::string id, std::string actor); // its batches stay

    Async<Result<StoredSchedule>> find(std::string id);
    Async<Result<std::vector<StoredSchedule>>> list(ScheduleReads::Filter filter); // newest first
    Async<Result<std::vector<TickRow>>> ticks(std::string id, std::size_t skip, std::size_t limit);

private:
    Store& store() const;
    std::optional<ScheduleId> schedule_id(std::string_view uuid) const;
    Async<Judged<StoredSchedule>>
    change_once(const StoredSchedule& stored, const Json& changes, const std::string& actor);
    Async<std::vector<Problem>> problems_of_tasks(const Json& body);

    Engine& engine_;
    const AddressGuard& guard_;
    TargetNames names_;
};

// What a tick, which looks nothing up, cannot create.
std::vector<Problem> problems_of_ticks(const std::vector<TaskRequest>& tasks);

// Who creates the batches of a schedule.
std::string schedule_actor(std::string_view name);

// How the tasks of users are read: where their webhooks may lead is the guard's word.
ActionRules action_rules(const AddressGuard& guard);

} // namespace sluice
