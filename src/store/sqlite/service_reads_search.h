// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/metadata_filter.h"
#include "store/service_reads.h"
#include "store/sqlite/service_reads_newest.h"

namespace sluice::sqlite {

// What is asked of a task, beside the run that it is of.
struct TaskQuery {
    std::string name_part;
    std::string kind_part;
    std::optional<TaskState> state;
    std::optional<Micros> timeout;
    std::optional<MetadataFilter> metadata;
    std::optional<std::string> group;
    std::optional<bool> deleted; // none: both
};

// Finds tasks newest first. What has a table or an index of its own (a state, a group, being
// deleted) is read from there, and where several are asked for, the next id is the next that all of
// them have: so the rarest one decides what is looked at. Without any of these, all cards are.
class TaskSearch {
public:
    TaskSearch(Pieces& pieces, TaskQuery query); // pieces outlives this
    TaskSearch(const TaskSearch&) = delete;
    TaskSearch& operator=(const TaskSearch&) = delete;

    struct Range {
        TaskId upto;
        TaskId floor{1};
        RunId run; // none: any
    };
    std::optional<TaskId> newest(Range range);

private:
    using Source = std::vector<NewestRows>; // a task is in one of them

    void add_state(TaskState state);
    void add_pending();
    void add_canceled();
    template <class... More>
    NewestRows rows_of(const Statement& statement, More... more);
    std::size_t look_at_cards(std::vector<SeenRow>& seen, std::int64_t upto, std::size_t limit);
    std::optional<SeenRow> newest_in_all(std::int64_t upto, std::int64_t floor);

    Pieces& pieces_;
    const TaskQuery query_;
    NewestRows cards_;
    std::vector<Source> sources_;
};

} // namespace sluice::sqlite
