// SPDX-License-Identifier: Apache-2.0
// rules.sql: signatures, members and counters.
#include "store/postgres/rule_tables.h"

#include "base/json.h"
#include "store/gates.h"
#include "store/postgres/codec.h"
#include "store/postgres/rule_codec.h"
#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

namespace {

PatternRow read_pattern(Row& row)
{
    PatternRow pattern;
    row.into(pattern.counter.signature, pattern.counter.key, pattern.values);
    return pattern;
}

CounterKey read_counter_key(Row& row)
{
    CounterKey key;
    row.into(key.signature, key.key);
    return key;
}

SubjectRow read_subject(Row& row)
{
    SubjectRow subject;
    row.into(subject.task, subject.state, subject.kind, subject.metadata, subject.left);
    return subject;
}

MemberRow read_member(Row& row)
{
    MemberRow member;
    row.into(member.task, member.counter.signature, member.counter.key, member.amount);
    return member;
}

CounterRow read_counter(Row& row)
{
    CounterRow counter;
    row.into(counter.counter.signature, counter.counter.key, counter.total);
    return counter;
}

Params& add_keys(Params& params, std::span<const CounterKey> keys)
{
    return params.array(keys, &CounterKey::signature).texts("key", keys, &CounterKey::key);
}

Params member_keys(std::span<const MemberRow> rows)
{
    Params params;
    params.array(rows, &MemberRow::task);
    params.array(rows, [](const MemberRow& row) { return row.counter.signature; });
    params.texts("key", rows, [](const MemberRow& row) {
        return std::string_view(row.counter.key);
    });
    return params;
}

} // namespace

void PostgresRuleTables::begin(bool may_add)
{
    version_ = Rows();
    connection_.queue(may_add ? sql::own_signatures : sql::share_signatures);
    connection_.queue(sql::signatures_version, {}, &version_);
}

std::int64_t PostgresRuleTables::signatures_version()
{
    return connection_.wait_for(version_).value<std::int64_t>().value_or(0);
}

std::vector<SignatureRow> PostgresRuleTables::signatures()
{
    return connection_.query(sql::signatures).all(read_signature);
}

std::vector<PatternRow> PostgresRuleTables::patterns()
{
    return connection_.query(sql::patterns).all(read_pattern);
}

void PostgresRuleTables::insert_signature(const SignatureRow& row)
{
    const std::string fields = dump_json(Json(row.fields));
    Params params;
    params.add(row.id).add(row.use).add(row.status).add(Text{"kind", row.kind});
    params.add(Text{"fields", fields});
    connection_.queue(sql::insert_signature, params);
}

void PostgresRuleTables::insert_pattern(SignatureId id, const PatternRow& row)
{
    Params params;
    params.add(id).add(row.counter.signature).add(Text{"key", row.counter.key});
    params.add(Text{"task.metadata", row.values});
    connection_.queue(sql::insert_pattern, params);
}

void PostgresRuleTables::delete_patterns(std::span<const CounterKey> patterns)
{
    Params params;
    connection_.queue(sql::delete_patterns, add_keys(params, patterns));
}

std::vector<CounterKey> PostgresRuleTables::memberless_patterns(SignatureId signature)
{
    Params params;
    params.add(signature);
    return connection_.query(sql::memberless_patterns, params).all(read_counter_key);
}

std::vector<std::string> PostgresRuleTables::live_gates(SignatureId signature)
{
    const std::string mark = gates_mark(signature);
    Params params;
    params.add(Text{"gates", mark});
    return connection_.query(sql::live_gates, params).column<std::string>();
}

void PostgresRuleTables::lock_kinds(std::span<const std::int32_t> kinds)
{
    Params params;
    params.array(kinds, std::identity());
    connection_.queue(sql::lock_kinds, params);
}

std::vector<SubjectRow>
PostgresRuleTables::subjects(std::span<const TaskId> tasks, std::span<const std::string> kinds)
{
    Params params;
    params.array(tasks, std::identity());
    params.texts("kind", kinds, [](const std::string& kind) { return std::string_view(kind); });
    connection_.queue(sql::lock_subjects, params);
    return connection_.query(sql::subjects, params).all(read_subject);
}

std::vector<SubjectRow> PostgresRuleTables::subjects_of_kind(
    const std::string& kind, Among among, TaskId after, std::size_t limit
)
{
    Params params;
    params.add(Text{"kind", kind}).add(after).add(static_cast<std::int64_t>(limit));
    return connection_
        .query(
            among == Among::leased ? sql::leased_subjects_of_kind : sql::subjects_of_kind, params
        )
        .all(read_subject);
}

std::vector<MemberRow> PostgresRuleTables::members(std::span<const TaskId> tasks)
{
    Params params;
    params.array(tasks, std::identity());
    return connection_.query(sql::members, params).all(read_member);
}

void PostgresRuleTables::insert_members(std::span<const MemberRow> rows)
{
    Params params = member_keys(rows);
    params.array(rows, &MemberRow::amount);
    connection_.queue(sql::insert_members, params);
}

void PostgresRuleTables::delete_members(std::span<const MemberRow> rows)
{
    connection_.queue(sql::delete_members, member_keys(rows));
}

std::vector<MemberRow> PostgresRuleTables::take_members_of_run(RunId run, TaskId first, TaskId last)
{
    Params params;
    params.add(first).add(last).add(run);
    return connection_.query(sql::take_members_of_run, params).all(read_member);
}

std::vector<MemberRow> PostgresRuleTables::find_members(std::span<const CounterKey> counters)
{
    Params params;
    return connection_.query(sql::find_members, add_keys(params, counters)).all(read_member);
}

std::vector<TaskId>
PostgresRuleTables::displaceable(const CounterKey& counter, int nprio_above, std::size_t limit)
{
    Params params;
    params.add(counter.signature).add(Text{"key", counter.key});
    params.add(static_cast<std::int16_t>(nprio_above)).add(static_cast<std::int64_t>(limit));
    return connection_.query(sql::displaceable, params).column<TaskId>();
}

std::vector<CounterRow> PostgresRuleTables::add_to_counters(std::span<const CounterRow> rows)
{
    Params params;
    params.array(rows, [](const CounterRow& row) { return row.counter.signature; });
    params.texts("key", rows, [](const CounterRow& row) {
        return std::string_view(row.counter.key);
    });
    params.array(rows, &CounterRow::total);
    return connection_.query(sql::add_to_counters, params).all(read_counter);
}

std::vector<CounterRow> PostgresRuleTables::counters(std::span<const CounterKey> keys)
{
    Params params;
    return connection_.query(sql::counters, add_keys(params, keys)).all(read_counter);
}

void PostgresRuleTables::delete_empty_counters(std::span<const CounterKey> keys)
{
    Params params;
    connection_.queue(sql::delete_empty_counters, add_keys(params, keys));
}

} // namespace sluice::postgres
