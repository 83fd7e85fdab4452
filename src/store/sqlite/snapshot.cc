// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

Snapshot::Snapshot(Connection& connection, Turnstile* gate) : connection_(connection)
{
    if (connection.is_in_transaction())
        return;
    if (gate)
        gate->pass_gate();
    connection.prepared(sql::begin_read).run();
    owns_ = true;
}

Snapshot::~Snapshot()
{
    if (owns_)
        connection_.rollback();
}

} // namespace sluice::sqlite
