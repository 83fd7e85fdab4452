// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <map>
#include <optional>
#include <span>
#include <vector>

namespace sluice {

// Numbers that stand for the kinds that the matchers of these submissions look at or may miss.
std::vector<std::int32_t> kinds_to_deduplicate(Operations<Submit> operations);

// Deduplication of one group of submissions (docs/decisions/0005): a new task that one of its
// matchers finds an existing task for is not created.
class Deduplication {
public:
    explicit Deduplication(WriteContext& context) : context_(context) {}

    // What is left of a submission: the same one when nothing in it has a matcher. Links to a task
    // that was found lead to that one, also in another run, which must be locked then.
    struct Left {
        std::optional<Submit> request;      // none: all of it
        std::vector<std::uint32_t> created; // which of its tasks; meaningless without a request
        std::vector<RunId> runs;            // of the parents outside
        bool is_early = false; // a parent is created by another submission of this group
    };
    Left reduce(const Submit& request);

    // These tasks are going to be created: later submissions of the group may find them. The list
    // of tasks stays where it is as long as this object lives.
    void created(const Submit& request);

private:
    struct Found {
        std::optional<std::uint32_t> here; // number of a task that is created by the same request
        TaskId outside;                    // or an existing task
    };
    struct Reduction;

    void
    take_links(Reduction& reduction, std::uint32_t number, const std::vector<GraphLink>& links);
    void find_outside_runs(Left& left) const;

    // Tasks that are going to be created, of a submission before.
    struct Created {
        std::span<const NewTask> tasks;
        std::vector<bool> waits;
    };

    void prepare(const Submit& request);
    void refresh_fresh();
    std::optional<Found> find(const NewTask& task) const;
    void add_fresh(const Created& created);
    void add_fresh(const NewTask& task, bool waits, std::optional<std::uint32_t> number);

    WriteContext& context_;
    std::map<const NewTask*, std::vector<CounterKey>> keys_; // of its matchers
    std::map<CounterKey, TaskId> present_;
    std::map<CounterKey, Found> fresh_; // of tasks that are not written yet
    std::vector<Created> created_;
    std::uint64_t additions_ = 0; // to the book, when fresh_ was made
};

} // namespace sluice
