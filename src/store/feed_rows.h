// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "model/state.h"
#include "store/rows.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

// What those who watch the feed are told of a task beside its moves.
struct TaskLabel {
    TaskId task;
    RunId run;
    Time run_created_at;
    std::string kind;
    std::string name;
};

// A parent in another run that has not ended.
struct OutsideParent {
    TaskId task;
    Time run_created_at;
};

// A link to a parent in another batch that has not ended yet.
struct OutsideLinkView {
    LinkRow link;
    Time parent_created_at; // of its batch
};

// How the parents that a task has in its own batch have ended.
struct ParentsEnded {
    std::int64_t parents = 0;
    std::int64_t ended = 0;
    std::optional<Time> last_at;
};

// How the tasks of the whole database stand.
struct TaskFigures {
    std::array<std::int64_t, all_task_states.size()> by_state{}; // by TaskState
    std::vector<std::pair<std::string, std::int64_t>> running_by_kind;
    std::int64_t deliveries_pending = 0;
};

} // namespace sluice
