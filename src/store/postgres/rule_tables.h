// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/connection.h"
#include "store/postgres/rows.h"
#include "store/rule_tables.h"

namespace sluice::postgres {

// rules.sql; see RuleTables.
class PostgresRuleTables final : public RuleTables {
public:
    explicit PostgresRuleTables(Connection& connection) : connection_(connection) {}

    // Begins a transaction's part: takes the lock on signatures, and asks for their version.
    void begin(bool may_add);

    std::int64_t signatures_version() override;
    std::vector<SignatureRow> signatures() override;
    std::vector<PatternRow> patterns() override;
    void insert_signature(const SignatureRow& row) override;
    void insert_pattern(SignatureId id, const PatternRow& row) override;
    void delete_patterns(std::span<const CounterKey> patterns) override;
    std::vector<CounterKey> memberless_patterns(SignatureId signature) override;
    std::vector<std::string> live_gates(SignatureId signature) override;

    void lock_kinds(std::span<const std::int32_t> kinds) override;
    std::vector<SubjectRow>
    subjects(std::span<const TaskId> tasks, std::span<const std::string> kinds) override;
    std::vector<SubjectRow> subjects_of_kind(
        const std::string& kind, Among among, TaskId after, std::size_t limit
    ) override;

    std::vector<MemberRow> members(std::span<const TaskId> tasks) override;
    void insert_members(std::span<const MemberRow> rows) override;
    void delete_members(std::span<const MemberRow> rows) override;
    std::vector<MemberRow> take_members_of_run(RunId run, TaskId first, TaskId last) override;
    std::vector<MemberRow> find_members(std::span<const CounterKey> counters) override;
    std::vector<TaskId>
    displaceable(const CounterKey& counter, int nprio_above, std::size_t limit) override;

    std::vector<CounterRow> add_to_counters(std::span<const CounterRow> rows) override;
    std::vector<CounterRow> counters(std::span<const CounterKey> keys) override;
    void delete_empty_counters(std::span<const CounterKey> keys) override;

    std::vector<GatedRow> insert_gated(std::span<const TaskId> tasks) override;
    void delete_gated(std::span<const TaskId> tasks) override;
    std::vector<GatedRow> line_heads() override;
    std::vector<Waiting> waiting(std::span<const GatedRow> from, std::size_t limit) override;
    std::vector<Place> take_waiting(std::span<const TaskId> tasks) override;

    std::vector<CardRow>
    cards_of_run(RunId run, TaskId first, TaskId last, const std::string& kind) override;
    void set_gates(std::span<const CardRow> cards) override;
    void set_queues(std::span<const TaskQueue> queues) override;

private:
    Connection& connection_;
    Rows version_;
};

} // namespace sluice::postgres
