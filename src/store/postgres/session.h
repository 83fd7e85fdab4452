// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/connection.h"
#include "store/postgres/reads.h"
#include "store/postgres/tables.h"
#include "store/session.h"

#include <atomic>
#include <memory>

namespace sluice::postgres {

// Set by whoever hears of other processes' writes (Notifier), cleared by the writer's session.
using OthersWrote = std::shared_ptr<std::atomic<bool>>;

class PostgresSession final : public Session {
public:
    // Opens nothing yet. `observer` may be null, else it outlives this; `others_wrote` may be null,
    // and then others are taken to have written always.
    PostgresSession(
        ConnectSettings settings, StatementObserver* observer, OthersWrote others_wrote
    );

    void connect() override;
    void begin_write(bool registers) override;
    void commit() override;
    void rollback() noexcept override;
    CommitFate fate_of_last_commit() override;
    bool written_by_others() override;
    Tables& tables() override { return tables_; }
    Reads& reads() override { return reads_; }

private:
    StatementObserver* observer_;
    Connection connection_;
    PostgresTables tables_;
    PostgresReads reads_;
    OthersWrote others_wrote_;
    Rows transaction_; // the number of the open or the last transaction, once it is known
};

} // namespace sluice::postgres
