// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/connect.h"
#include "store/postgres/params.h"
#include "store/postgres/rows.h"
#include "store/session.h"
#include "store/statement.h"

#include <deque>
#include <exception>
#include <optional>
#include <unordered_set>

namespace sluice::postgres {

// One connection in pipeline mode. Statements whose rows nobody needs are queued and cost no round
// trip of their own; their errors come with the next query() or drain(), named after the statement
// that failed. Everything runs in binary format and is prepared at its first use. Used by one
// thread at a time; every method may throw StoreFailure.
class Connection {
public:
    // The observer may be null, else it outlives this.
    Connection(ConnectSettings settings, StatementObserver* observer)
        : settings_(std::move(settings)), observer_(observer)
    {}

    void open(); // does nothing when it is open
    void close() noexcept;
    bool is_open() const { return handle_ != nullptr; }
    bool is_idle() const; // open, nothing under way and in no transaction

    // `rows`, if given, is filled by the next drain and lives until then.
    void queue(const Statement& statement, const Params& params = {}, Rows* rows = nullptr);
    Rows query(const Statement& statement, const Params& params = {});

    // The rows of a queued statement: waits for them if no drain has filled them yet.
    const Rows& wait_for(const Rows& queued);

    // Sends what is queued and waits for all answers. After a failed statement the server skips the
    // others up to here, so that the connection is in step again when this throws; `lost` closes
    // it.
    void drain();

private:
    enum class Step : std::uint8_t { prepare, execute, sync };
    struct Pending {
        Step step;
        const Statement* statement;
        Rows* rows;
    };

    void prepare(const Statement& statement);
    void sent(int accepted, Pending pending);
    void settle(const Pending& pending, Answer answer);
    Answer next_answer(const Pending& pending);
    void check_still_there(const Pending& pending, const PGresult& answer);
    void wait_for_answer();
    [[noreturn]] void fail_lost(std::string_view reason);

    ConnectSettings settings_;
    StatementObserver* observer_;
    Handle handle_;
    std::unordered_set<const Statement*> prepared_;
    std::deque<Pending> pending_;
    std::optional<StoreFailure> failure_; // the first one of the running drain
};

} // namespace sluice::postgres
