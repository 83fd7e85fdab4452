// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

#include <algorithm>

namespace sluice::sqlite {

std::vector<LinkRow> SqliteTables::links_from(std::span<const TaskId> parents)
{
    std::vector<LinkRow> rows;
    Prepared& select = connection_.prepared(sql::links_from);
    for (const TaskId parent : parents)
        collect_into(rows, select, read_link, parent);
    return rows;
}

// No index leads to the parents: the links of the run are walked once, however many children ask.
std::vector<LinkRow> SqliteTables::links_to(const RunRow& run, std::span<const TaskId> children)
{
    std::vector<TaskId> wanted(children.begin(), children.end());
    std::sort(wanted.begin(), wanted.end());
    std::vector<LinkRow> rows;
    const auto keep = [&](Row& row) {
        const LinkRow link = read_link(row);
        if (std::binary_search(wanted.begin(), wanted.end(), link.child))
            rows.push_back(link);
    };
    if (wanted.size() == 1)
        collect_into(
            rows, connection_.prepared(sql::links_to), read_link, run.task_first, run.task_last,
            wanted.front()
        );
    else if (!wanted.empty())
        connection_.prepared(sql::links_of_run).rows(keep, run.task_first, run.task_last);
    return rows;
}

std::vector<NeedRow> SqliteTables::subtract_needs(std::span<const NeedChange> changes)
{
    std::vector<NeedRow> rows;
    rows.reserve(changes.size());
    Prepared& subtract = connection_.prepared(sql::subtract_need);
    for (const NeedChange& change : changes)
        subtract.run(change.finished, change.task);
    Prepared& select = connection_.prepared(sql::need_and_pause);
    for (const NeedChange& change : changes)
        collect_into(rows, select, read_need_and_pause, change.task);
    return rows;
}

void SqliteTables::delete_needs(std::span<const TaskId> ids)
{
    Prepared& remove = connection_.prepared(sql::delete_need);
    for (const TaskId id : ids)
        remove.run(id);
}

} // namespace sluice::sqlite
