// SPDX-License-Identifier: Apache-2.0
// rules.sql: signatures, members and counters.
#include "store/sqlite/rule_tables.h"

#include "base/json.h"
#include "store/gates.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/rule_codec.h"

#include "store/sqlite_sql.h"

#include <algorithm>

namespace sluice::sqlite {

namespace {

PatternRow read_pattern(Row& row)
{
    PatternRow pattern;
    row.into(pattern.counter.signature);
    row.into(pattern.counter.key);
    row.into(pattern.values);
    return pattern;
}

CounterKey read_counter_key(Row& row)
{
    CounterKey key;
    row.into(key.signature);
    row.into(key.key);
    return key;
}

SubjectRow read_subject(Row& row)
{
    SubjectRow subject;
    row.into(subject.task);
    row.into(subject.state);
    row.into(subject.kind);
    row.into(subject.metadata);
    row.into(subject.left);
    return subject;
}

MemberRow read_member(Row& row)
{
    MemberRow member;
    row.into(member.task);
    row.into(member.counter.signature);
    row.into(member.counter.key);
    row.into(member.amount);
    return member;
}

CounterRow read_counter(Row& row)
{
    CounterRow counter;
    row.into(counter.counter.signature);
    row.into(counter.counter.key);
    row.into(counter.total);
    return counter;
}

} // namespace

std::int64_t SqliteRuleTables::signatures_version()
{
    return find(connection_.prepared(sql::signatures_version), read_value<std::int64_t>)
        .value_or(0);
}

std::vector<SignatureRow> SqliteRuleTables::signatures()
{
    return collect(connection_.prepared(sql::signatures), read_signature);
}

std::vector<PatternRow> SqliteRuleTables::patterns()
{
    return collect(connection_.prepared(sql::patterns), read_pattern);
}

void SqliteRuleTables::insert_signature(const SignatureRow& row)
{
    const std::string fields = dump_json(Json(row.fields));
    connection_.prepared(sql::insert_signature).run(row.id, row.use, row.status, row.kind, fields);
}

void SqliteRuleTables::insert_pattern(SignatureId id, const PatternRow& row)
{
    connection_.prepared(sql::insert_pattern)
        .run(id, row.counter.signature, row.counter.key, row.values);
}

void SqliteRuleTables::delete_patterns(std::span<const CounterKey> patterns)
{
    Prepared& remove = connection_.prepared(sql::delete_pattern);
    for (const CounterKey& key : patterns)
        remove.run(key.signature, key.key);
}

std::vector<CounterKey> SqliteRuleTables::memberless_patterns(SignatureId signature)
{
    return collect(connection_.prepared(sql::memberless_patterns), read_counter_key, signature);
}

std::vector<std::string> SqliteRuleTables::live_gates(SignatureId signature)
{
    const std::string mark = gates_mark(signature);
    return collect(connection_.prepared(sql::live_gates), read_value<std::string>, mark);
}

std::vector<SubjectRow>
SqliteRuleTables::subjects(std::span<const TaskId> tasks, std::span<const std::string> kinds)
{
    std::vector<SubjectRow> found;
    Prepared& select = connection_.prepared(sql::subject);
    for (const TaskId task : tasks)
        collect_into(found, select, read_subject, task);
    std::erase_if(found, [&](const SubjectRow& row) {
        return std::ranges::find(kinds, row.kind) == kinds.end();
    });
    return found;
}

std::vector<SubjectRow> SqliteRuleTables::subjects_of_kind(
    const std::string& kind, Among among, TaskId after, std::size_t limit
)
{
    Prepared& select = connection_.prepared(
        among == Among::leased ? sql::leased_subjects_of_kind : sql::subjects_of_kind
    );
    return collect(select, read_subject, kind, after, limit);
}

std::vector<MemberRow> SqliteRuleTables::members(std::span<const TaskId> tasks)
{
    std::vector<MemberRow> found;
    Prepared& select = connection_.prepared(sql::members);
    for (const TaskId task : tasks)
        collect_into(found, select, read_member, task);
    return found;
}

void SqliteRuleTables::insert_members(std::span<const MemberRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_member);
    for (const MemberRow& row : rows)
        insert.run(row.task, row.counter.signature, row.counter.key, row.amount);
}

void SqliteRuleTables::delete_members(std::span<const MemberRow> rows)
{
    Prepared& remove = connection_.prepared(sql::delete_member);
    for (const MemberRow& row : rows)
        remove.run(row.task, row.counter.signature, row.counter.key);
}

std::vector<MemberRow> SqliteRuleTables::take_members_of_run(RunId run, TaskId first, TaskId last)
{
    return collect(connection_.prepared(sql::take_members_of_run), read_member, first, last, run);
}

std::vector<MemberRow> SqliteRuleTables::find_members(std::span<const CounterKey> counters)
{
    std::vector<MemberRow> found;
    Prepared& select = connection_.prepared(sql::find_member);
    for (const CounterKey& counter : counters)
        collect_into(found, select, read_member, counter.signature, counter.key);
    return found;
}

std::vector<TaskId>
SqliteRuleTables::displaceable(const CounterKey& counter, int nprio_above, std::size_t limit)
{
    return collect(
        connection_.prepared(sql::displaceable), read_value<TaskId>, counter.signature, counter.key,
        nprio_above, limit
    );
}

std::vector<CounterRow> SqliteRuleTables::add_to_counters(std::span<const CounterRow> rows)
{
    std::vector<CounterRow> totals;
    Prepared& add = connection_.prepared(sql::add_to_counter);
    for (const CounterRow& row : rows)
        collect_into(totals, add, read_counter, row.counter.signature, row.counter.key, row.total);
    return totals;
}

std::vector<CounterRow> SqliteRuleTables::counters(std::span<const CounterKey> keys)
{
    std::vector<CounterRow> totals;
    Prepared& select = connection_.prepared(sql::counter);
    for (const CounterKey& key : keys)
        collect_into(totals, select, read_counter, key.signature, key.key);
    return totals;
}

void SqliteRuleTables::delete_empty_counters(std::span<const CounterKey> keys)
{
    Prepared& remove = connection_.prepared(sql::delete_empty_counter);
    for (const CounterKey& key : keys)
        remove.run(key.signature, key.key);
}

} // namespace sluice::sqlite
