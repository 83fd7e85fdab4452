// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/change_rows.h"
#include "store/outside_rows.h"

#include <span>
#include <string>
#include <vector>

namespace sluice {

// The statements of links between runs and of the feed of changes in an open transaction; see
// Tables.
class OutsideTables {
public:
    virtual ~OutsideTables() = default;

    virtual void insert_outside_links(std::span<const OutsideLink> rows) = 0;
    virtual std::vector<OutsideLink> take_outside_links(std::span<const TaskId> parents) = 0;
    // Which of these have a child in another run that has not heard of its end yet.
    virtual std::vector<TaskId> parents_outside(std::span<const TaskId> parents) = 0;

    // Each child once for each parent in another run that has not ended.
    virtual std::vector<TaskId> children_outside(std::span<const TaskId> children) = 0;

    virtual void insert_settlements(std::span<const Settlement> rows) = 0;
    virtual std::vector<RunId> unsettled_runs(std::size_t limit) = 0;
    virtual std::vector<Settlement> take_settlements(RunId run) = 0;

    // What these have not heard yet they will not hear any more.
    virtual void forget_settlements(RunId run, std::span<const TaskId> children) = 0;

    virtual void insert_change(Time now, const std::string& moves) = 0;
    virtual void delete_changes(Time before, std::size_t limit) = 0; // the oldest
};

} // namespace sluice
