// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/connection.h"

#include "store/postgres/errors.h"

#include <poll.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace sluice::postgres {

namespace {

// A server that is silent for longer than its own statement_timeout is away.
constexpr std::chrono::seconds silence_beyond_timeout{15};

constexpr Statement sync_point{"sync", ""};

} // namespace

void Connection::open()
{
    if (settings_.is_broken_off())
        throw lost("connect to postgres", not_waited_for);
    if (handle_ && PQstatus(handle_.get()) == CONNECTION_OK)
        return;
    close();
    Handle handle = connect(settings_);
    if (PQsetnonblocking(handle.get(), 1) != 0 || PQenterPipelineMode(handle.get()) != 1)
        throw lost("connect to postgres", *handle);
    handle_ = std::move(handle);
}

void Connection::close() noexcept
{
    handle_.reset();
    prepared_.clear();
    pending_.clear();
    failure_.reset();
}

bool Connection::is_idle() const
{
    return handle_ && pending_.empty() && PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

void Connection::queue(const Statement& statement, const Params& params, Rows* rows)
{
    // Whoever watches statements expects the earlier ones to have happened.
    if (observer_) {
        drain();
        observer_->before(statement.name);
    }
    if (!handle_)
        throw lost(statement.name, "not connected");
    if (!prepared_.contains(&statement))
        prepare(statement);

    const std::vector<const char*> values = params.values();
    const std::vector<int> lengths = params.lengths();
    const std::vector<int> binary(values.size(), 1);
    const int accepted = PQsendQueryPrepared(
        handle_.get(), statement.name.data(), params.size(), values.data(), lengths.data(),
        binary.data(), 1
    );
    sent(accepted, {Step::execute, &statement, rows});
}

Rows Connection::query(const Statement& statement, const Params& params)
{
    Rows rows;
    queue(statement, params, &rows);
    drain();
    return rows;
}

const Rows& Connection::wait_for(const Rows& queued)
{
    if (!queued)
        drain();
    return queued;
}

void Connection::prepare(const Statement& statement)
{
    // Names and texts are literals, so their data() ends with a NUL.
    const int accepted =
        PQsendPrepare(handle_.get(), statement.name.data(), statement.text.data(), 0, nullptr);
    sent(accepted, {Step::prepare, &statement, nullptr});
    prepared_.insert(&statement);
}

void Connection::sent(int accepted, Pending pending)
{
    if (accepted != 1)
        fail_lost(PQerrorMessage(handle_.get()));
    pending_.push_back(pending);
}

void Connection::drain()
{
    if (pending_.empty())
        return;
    const std::string_view last = pending_.back().statement->name;
    const auto begin = std::chrono::steady_clock::now();
    sent(PQpipelineSync(handle_.get()), {Step::sync, &sync_point, nullptr});
    while (!pending_.empty()) {
        const Pending pending = pending_.front();
        Answer answer = next_answer(pending);
        pending_.pop_front();
        settle(pending, std::move(answer));
    }
    if (settings_.meter)
        settings_.meter->ran(
            last, std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - begin)
        );
    if (failure_) {
        const StoreFailure failure = *std::exchange(failure_, std::nullopt);
        throw failure;
    }
}

void Connection::settle(const Pending& pending, Answer answer)
{
    switch (PQresultStatus(answer.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        if (pending.rows)
            *pending.rows = Rows(std::move(answer));
        return;
    case PGRES_PIPELINE_SYNC:
        return;
    default:
        break;
    }
    if (pending.step == Step::prepare)
        prepared_.erase(pending.statement);
    if (PQresultStatus(answer.get()) == PGRES_PIPELINE_ABORTED)
        return;
    if (!failure_)
        failure_ = failure_of(pending.statement->name, *answer);
}

// libpq ends the answers to each statement with a null pointer, those to a sync not.
Answer Connection::next_answer(const Pending& pending)
{
    wait_for_answer();
    Answer answer(PQgetResult(handle_.get()));
    if (!answer)
        fail_lost(PQerrorMessage(handle_.get()));
    if (PQresultStatus(answer.get()) == PGRES_FATAL_ERROR)
        check_still_there(pending, *answer);
    if (pending.step != Step::sync) {
        wait_for_answer();
        const Answer end(PQgetResult(handle_.get()));
        if (end)
            fail_lost("an answer without a question");
    }
    return answer;
}

// A server that shuts down says so and closes: nothing comes after that.
void Connection::check_still_there(const Pending& pending, const PGresult& answer)
{
    const StoreFailure failure = failure_of(pending.statement->name, answer);
    if (failure.kind() != StoreFailure::Kind::lost)
        return;
    close();
    throw failure;
}

void Connection::wait_for_answer()
{
    using std::chrono::milliseconds;
    const milliseconds patience = settings_.statement_timeout + silence_beyond_timeout;
    while (PQisBusy(handle_.get())) {
        const int unsent = PQflush(handle_.get());
        if (unsent < 0)
            fail_lost(PQerrorMessage(handle_.get()));
        const short events = static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN);
        pollfd descriptors[] = {
            {PQsocket(handle_.get()), events, 0}, {settings_.break_off_descriptor(), POLLIN, 0}};
        const int ready = ::poll(descriptors, 2, static_cast<int>(patience.count()));
        if (settings_.is_broken_off())
            fail_lost(not_waited_for);
        if (ready == 0)
            fail_lost("the server does not answer");
        if (ready < 0 && errno != EINTR)
            fail_lost("poll failed");
        if (ready > 0 && PQconsumeInput(handle_.get()) != 1)
            fail_lost(PQerrorMessage(handle_.get()));
    }
}

void Connection::fail_lost(std::string_view reason)
{
    const std::string_view name = pending_.empty() ? "postgres" : pending_.front().statement->name;
    const StoreFailure failure = lost(name, reason);
    close();
    throw failure;
}

} // namespace sluice::postgres
