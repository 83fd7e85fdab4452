// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/cluster_reads.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/turnstile.h"

namespace sluice::sqlite {

// cluster.sql on one connection, which outlives this; see SqliteReads.
class SqliteClusterReads final : public ClusterReads {
public:
    // gate: null for no other connection
    SqliteClusterReads(Connection& connection, Turnstile* gate)
        : connection_(connection), gate_(gate)
    {}

    std::optional<ClusterJobRow> job(RunId run) override;
    std::vector<LedJob> led_by(WorkerId worker) override;
    std::vector<RunId> known(std::span<const RunId> runs) override;

private:
    Connection& connection_;
    Turnstile* gate_;
};

} // namespace sluice::sqlite
