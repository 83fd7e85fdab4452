// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rows.h"
#include "store/rule_rows.h"
#include "store/service_rows.h"

#include <span>
#include <string>
#include <vector>

namespace sluice {

// The statements of rules and deduplication in an open transaction; see Tables.
class RuleTables {
public:
    virtual ~RuleTables() = default;

    // --- signatures --------------------------------------------------------------------------
    // Grows when a signature or a pattern is added, and says nothing of one that is removed:
    // whoever removes patterns adds one in the same transaction.
    virtual std::int64_t signatures_version() = 0;
    virtual std::vector<SignatureRow> signatures() = 0;
    virtual std::vector<PatternRow> patterns() = 0;
    virtual void insert_signature(const SignatureRow& row) = 0;
    virtual void insert_pattern(SignatureId id, const PatternRow& row) = 0;
    virtual void delete_patterns(std::span<const CounterKey> patterns) = 0;
    // Those of a signature that no task is a member of.
    virtual std::vector<CounterKey> memberless_patterns(SignatureId signature) = 0;
    // The gates of tasks that are not final, where one of them counts by the signature; each text
    // once. Reads all cards.
    virtual std::vector<std::string> live_gates(SignatureId signature) = 0;

    // Of two groups that deduplicate tasks of one of these kinds, one waits for the other. Before
    // any other lock.
    virtual void lock_kinds(std::span<const std::int32_t> kinds) = 0;

    // --- tasks and their groups --------------------------------------------------------------
    // Those of the tasks that have a card of one of the kinds. They stand still until the end of
    // the transaction: nobody else may change how they count.
    virtual std::vector<SubjectRow>
    subjects(std::span<const TaskId> tasks, std::span<const std::string> kinds) = 0;
    // Those of a kind, by id, after `after`.
    enum class Among : std::uint8_t { leased, all };
    virtual std::vector<SubjectRow>
    subjects_of_kind(const std::string& kind, Among among, TaskId after, std::size_t limit) = 0;

    virtual std::vector<MemberRow> members(std::span<const TaskId> tasks) = 0;
    virtual void insert_members(std::span<const MemberRow> rows) = 0;
    virtual void delete_members(std::span<const MemberRow> rows) = 0;
    virtual std::vector<MemberRow> take_members_of_run(RunId run, TaskId first, TaskId last) = 0;
    // Any member of each group that has one.
    virtual std::vector<MemberRow> find_members(std::span<const CounterKey> counters) = 0;
    // Running members that may be displaced by a task of a higher priority, the least important
    // first.
    virtual std::vector<TaskId>
    displaceable(const CounterKey& counter, int nprio_above, std::size_t limit) = 0;

    // --- counters ----------------------------------------------------------------------------
    // Adds, creating and locking the rows in the order given (by key); the reply: the totals.
    virtual std::vector<CounterRow> add_to_counters(std::span<const CounterRow> rows) = 0;
    virtual std::vector<CounterRow> counters(std::span<const CounterKey> keys) = 0; // unlocked
    virtual void delete_empty_counters(std::span<const CounterKey> keys) = 0;

    // --- lines -------------------------------------------------------------------------------
    // Puts tasks that have just become ready into their lines: what their cards say of gates.
    virtual std::vector<GatedRow> insert_gated(std::span<const TaskId> tasks) = 0;
    virtual void delete_gated(std::span<const TaskId> tasks) = 0;
    virtual std::vector<GatedRow> line_heads() = 0; // the first of each line
    struct Waiting {
        GatedRow row;
        SubjectRow subject;
        std::string gates;
        std::uint8_t flags = 0; // CardRow::Flag bits
    };
    // Up to `limit` of each line from a place on, by line and place; not locked.
    virtual std::vector<Waiting> waiting(std::span<const GatedRow> from, std::size_t limit) = 0;
    // Takes them out of `ready` and out of their lines. Those that another process is taking are
    // passed over.
    virtual std::vector<Place> take_waiting(std::span<const TaskId> tasks) = 0;

    // --- changes of rules --------------------------------------------------------------------
    // The tasks of a kind in a run that are not final, by id.
    virtual std::vector<CardRow>
    cards_of_run(RunId run, TaskId first, TaskId last, const std::string& kind) = 0;
    virtual void set_gates(std::span<const CardRow> cards) = 0; // rules and gates
    struct TaskQueue {
        TaskId task;
        QueueId queue;
    };
    virtual void set_queues(std::span<const TaskQueue> queues) = 0; // in task and lease rows
};

} // namespace sluice
