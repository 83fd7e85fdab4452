// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/session.h"

#include "store/postgres_sql.h"

namespace sluice::postgres {

PostgresSession::PostgresSession(
    ConnectSettings settings, StatementObserver* observer, OthersWrote others_wrote
)
    : observer_(observer),
      connection_(std::move(settings), observer),
      tables_(connection_),
      reads_(connection_),
      others_wrote_(std::move(others_wrote))
{}

void PostgresSession::connect()
{
    connection_.open();
}

void PostgresSession::begin_write(bool registers)
{
    transaction_ = Rows();
    connection_.queue(sql::begin_write);
    connection_.queue(sql::current_transaction, {}, &transaction_);
    tables_.begin(registers);
}

void PostgresSession::commit()
{
    // A group that has asked nothing does not know its number yet, and could not be asked about.
    if (!transaction_)
        connection_.drain();

    Rows answer;
    try {
        connection_.queue(sql::commit, {}, &answer);
        connection_.drain();
    } catch (const StoreFailure& failure) {
        if (failure.kind() != StoreFailure::Kind::lost)
            throw;
        throw StoreFailure(StoreFailure::Kind::lost_commit, failure.error());
    }
    if (answer.command() != "COMMIT")
        throw StoreFailure(
            StoreFailure::Kind::again,
            Error{Errc::unavailable, "commit: the transaction had failed before"}
        );
    if (observer_)
        observer_->committed();
}

void PostgresSession::rollback() noexcept
{
    try {
        if (!connection_.is_open())
            return;
        // What is still queued may fail; that is why we are here.
        try {
            connection_.drain();
        } catch (const StoreFailure&) {
        }
        if (connection_.is_open() && !connection_.is_idle())
            connection_.query(sql::rollback);
    } catch (const std::exception&) {
        connection_.close();
    }
    if (!connection_.is_idle())
        connection_.close();
}

CommitFate PostgresSession::fate_of_last_commit()
{
    const auto transaction = transaction_.value<std::int64_t>();
    if (!transaction)
        return CommitFate::rolled_back; // it was never begun
    connection_.open();
    Params params;
    params.add(*transaction);
    std::string status;
    try {
        status =
            connection_.query(sql::transaction_status, params).value<std::string>().value_or("");
    } catch (const StoreFailure& failure) {
        // "Transaction ID is in the future": the server crashed before it wrote anything of it.
        if (failure.kind() != StoreFailure::Kind::refused)
            throw;
        return CommitFate::rolled_back;
    }
    if (status == "committed")
        return CommitFate::committed;
    return status == "aborted" ? CommitFate::rolled_back : CommitFate::unknown;
}

bool PostgresSession::written_by_others()
{
    return !others_wrote_ || others_wrote_->exchange(false);
}

} // namespace sluice::postgres
