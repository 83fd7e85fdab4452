// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/cluster_reads.h"

#include "store/sqlite/cluster_codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

std::optional<ClusterJobRow> SqliteClusterReads::job(RunId run)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::read_cluster_job), read_cluster_job, run);
}

std::vector<LedJob> SqliteClusterReads::led_by(WorkerId worker)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::read_led_jobs), read_led_job, worker);
}

std::vector<RunId> SqliteClusterReads::known(std::span<const RunId> runs)
{
    const Snapshot snapshot(connection_, gate_);
    std::vector<RunId> found;
    Prepared& select = connection_.prepared(sql::has_cluster_job);
    for (const RunId run : runs)
        collect_into(found, select, read_value<RunId>, run);
    return found;
}

} // namespace sluice::sqlite
