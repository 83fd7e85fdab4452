// SPDX-License-Identifier: Apache-2.0
#include "store/batch_figures.h"
#include "store/postgres/codec.h"
#include "store/postgres/service_reads.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

#include <algorithm>

namespace sluice::postgres {

namespace {

BatchView read_batch(Row& row)
{
    const RunRow run = read_run(row);
    BatchFigures figures;
    std::string spec;
    row.into(figures.cards, figures.with_expected_count, figures.expected, figures.success);
    row.into(figures.failures, figures.waiting, figures.claimed, figures.running, figures.paused);
    row.into(figures.updated_at, spec);
    BatchView view = batch_view(run, figures);
    view.kinds = kinds_in(spec);
    return view;
}

// Those of batches whose specification does not name them, in one round trip.
void add_kinds(Connection& connection, std::vector<BatchView>& batches)
{
    std::vector<Rows> rows(batches.size());
    for (std::size_t i = 0; i < batches.size(); ++i) {
        if (!batches[i].kinds.empty())
            continue;
        const RunRow& run = batches[i].run;
        Params params;
        params.add(run.task_first).add(run.task_last).add(run.id);
        connection.queue(sql::batch_kinds, params, &rows[i]);
    }
    connection.drain();
    for (std::size_t i = 0; i < batches.size(); ++i) {
        if (!rows[i])
            continue;
        batches[i].kinds = rows[i].column<std::string>();
        std::ranges::sort(batches[i].kinds);
    }
}

} // namespace

std::optional<BatchView> PostgresServiceReads::batch(RunId id)
{
    Params params;
    params.add(id);
    std::vector<BatchView> found = connection_.query(sql::view_batch, params).all(read_batch);
    if (found.empty())
        return std::nullopt;
    add_kinds(connection_, found);
    return std::move(found.front());
}

std::vector<BatchView> PostgresServiceReads::batches(const BatchFilter& filter)
{
    if (filter.skip > 0) {
        const auto newest = connection_.query(sql::newest_run).value<RunId>();
        if (!newest || filter.skip > static_cast<std::uint64_t>(newest->value))
            return {};
    }
    Params params;
    params.add(filter.created_after).add(filter.created_before).add(filter.state);
    params.add(Text{"name", filter.name_part}).add(Text{"kind", filter.kind_part});
    params.add(limit_of(filter.skip)).add(limit_of(filter.limit));
    std::vector<BatchView> batches = connection_.query(sql::list_batches, params).all(read_batch);
    add_kinds(connection_, batches);
    return batches;
}

} // namespace sluice::postgres
