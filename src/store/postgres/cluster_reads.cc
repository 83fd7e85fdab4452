// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/cluster_reads.h"

#include "store/postgres/cluster_codec.h"
#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

std::optional<ClusterJobRow> PostgresClusterReads::job(RunId run)
{
    Params params;
    params.add(run);
    return connection_.query(sql::read_cluster_job, params).first(read_cluster_job);
}

std::vector<LedJob> PostgresClusterReads::led_by(WorkerId worker)
{
    Params params;
    params.add(worker);
    return connection_.query(sql::read_led_jobs, params).all(read_led_job);
}

std::vector<RunId> PostgresClusterReads::known(std::span<const RunId> runs)
{
    if (runs.empty())
        return {};
    Params params;
    params.array(runs, std::identity());
    return connection_.query(sql::known_cluster_jobs, params).column<RunId>();
}

} // namespace sluice::postgres
