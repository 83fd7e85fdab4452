// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/cluster_reads.h"
#include "store/postgres/connection.h"

namespace sluice::postgres {

// cluster.sql: each call is one statement, and so one snapshot.
class PostgresClusterReads final : public ClusterReads {
public:
    explicit PostgresClusterReads(Connection& connection) : connection_(connection) {}

    std::optional<ClusterJobRow> job(RunId run) override;
    std::vector<LedJob> led_by(WorkerId worker) override;
    std::vector<RunId> known(std::span<const RunId> runs) override;

private:
    Connection& connection_;
};

} // namespace sluice::postgres
