// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/testing.h"
#include "store/store.h"
#include "store/testing/gate.h"
#include "store/testing/manual_clock.h"

#include <boost/asio/io_context.hpp>

#include <stdexcept>

namespace sluice::testing {

// The method of Store that a request belongs to.
Async<Result<Submitted>> call(Store& store, Submit request);
Async<Result<Submitted>> call(Store& store, StageRun request);
Async<Result<std::vector<TaskId>>> call(Store& store, StageTasks request);
Async<Result<bool>> call(Store& store, StageLinks request);
Async<Result<Submitted>> call(Store& store, PublishRun request);
Async<Result<WorkerId>> call(Store& store, RegisterWorker request);
Async<Result<bool>> call(Store& store, ReleaseWorker request);
Async<Result<std::vector<Leased>>> call(Store& store, Claim request);
Async<Result<bool>> call(Store& store, Start request);
Async<Result<Finished>> call(Store& store, Finish request);
Async<Result<bool>> call(Store& store, GiveBack request);
Async<Result<std::vector<HeldLease>>> call(Store& store, Heartbeat request);
Async<Result<Affected>> call(Store& store, Cancel request);
Async<Result<Affected>> call(Store& store, Pause request);
Async<Result<Affected>> call(Store& store, Resume request);
Async<Result<Affected>> call(Store& store, RetryTasks request);
Async<Result<bool>> call(Store& store, DeleteRun request);
Async<Result<std::size_t>> call(Store& store, Tick request);
Async<Result<std::size_t>> call(Store& store, Expire request);
Async<Result<std::size_t>> call(Store& store, Rescue request);
Async<Result<std::size_t>> call(Store& store, Sweep request);
Async<Result<bool>> call(Store& store, CheckClock request);
Async<Result<OutputsRegistered>> call(Store& store, RegisterOutputs request);
Async<Result<bool>> call(Store& store, OutputsUploaded request);
Async<Result<TakeDoomed::Reply>> call(Store& store, TakeDoomed request);
Async<Result<bool>> call(Store& store, OutputsRemoved request);
Async<Result<KeyRow>> call(Store& store, CreateKey request);
Async<Result<bool>> call(Store& store, RevokeKey request);
Async<Result<bool>> call(Store& store, UpdateTask request);
Async<Result<bool>> call(Store& store, AddCounts request);
Async<Result<std::vector<OwedDelivery>>> call(Store& store, TakeOwed request);
Async<Result<bool>> call(Store& store, EndTry request);
Async<Result<std::size_t>> call(Store& store, SetRules request);
Async<Result<bool>> call(Store& store, HideTask request);
Async<Result<std::size_t>> call(Store& store, Settle request);
Async<Result<ScheduleRow>> call(Store& store, CreateSchedule request);
Async<Result<ScheduleRow>> call(Store& store, ChangeSchedule request);
Async<Result<bool>> call(Store& store, DeleteSchedule request);
Async<Result<std::vector<StoredSchedule>>> call(Store& store, TakeSchedules request);
Async<Result<bool>> call(Store& store, SettleSchedule request);
Async<Result<bool>> call(Store& store, CountTickTry request);
Async<Result<RenewTriggers::Reply>> call(Store& store, RenewTriggers request);
Async<Result<bool>> call(Store& store, RecordEvent request);
Async<Result<PurgedBatches>> call(Store& store, PurgeBatches request);
Async<Result<std::size_t>> call(Store& store, PurgeTasks request);
Async<Result<std::size_t>> call(Store& store, PruneEvents request);
Async<Result<Defined>> call(Store& store, Define request);
Async<Result<DefinitionRow>> call(Store& store, Redefine request);
Async<Result<bool>> call(Store& store, Undefine request);
Async<Result<FollowRules::Reply>> call(Store& store, FollowRules request);
Async<Result<DeclareWorkflows::Reply>> call(Store& store, DeclareWorkflows request);
Async<Result<bool>> call(Store& store, Defer request);
Async<Result<bool>> call(Store& store, DescribeWorker request);
Async<Result<std::size_t>> call(Store& store, Abandon request);
Async<Result<std::vector<LedJob>>> call(Store& store, TakeClusterJobs request);
Async<Result<bool>> call(Store& store, NoteClusterJob request);
Async<Result<bool>> call(Store& store, FailRun request);
Async<Result<std::size_t>> call(Store& store, EndWorker request);
Async<Result<Micros>> call(Store& store, ExtendLeave request);
Async<Result<std::size_t>> call(Store& store, Redeliver request);

// Turns the loop until `done`. What never happens ends the test program with an exception.
template <class Done>
void turn_until(asio::io_context& loop, Done done)
{
    while (!done()) {
        loop.restart();
        if (loop.run_one_for(std::chrono::seconds(60)) == 0 && !done())
            throw std::logic_error("nothing happens any more");
    }
}

// The answer to a call that is under way.
template <class Reply>
class Pending {
public:
    explicit Pending(asio::io_context& loop) : loop_(loop) {}

    bool has_answer() const { return answer_->has_value(); }
    Result<Reply> get()
    {
        turn_until(loop_, [this] { return has_answer(); });
        return std::move(**answer_);
    }
    std::shared_ptr<std::optional<Result<Reply>>> place() const { return answer_; }

private:
    asio::io_context& loop_;
    std::shared_ptr<std::optional<Result<Reply>>> answer_ =
        std::make_shared<std::optional<Result<Reply>>>();
};

// A store that a test calls like a plain object, with a gate before its writer's statements.
class Driver {
public:
    Driver(asio::io_context& loop, const std::string& url, const ClockSource& clock);
    ~Driver() { gate_.open(); }
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;

    template <class Request>
    Pending<typename Request::Reply> start(Request request)
    {
        Pending<typename Request::Reply> pending(loop_);
        spawn(loop_, keep(*store_, std::move(request), pending.place()));
        return pending;
    }

    template <class Request>
    Result<typename Request::Reply> operator()(Request request)
    {
        return start(std::move(request)).get();
    }

    // All in one write group, in this order.
    template <class... Requests>
    std::tuple<Result<typename Requests::Reply>...> together(Requests... requests)
    {
        gate_.close_at(1);
        Pending<bool> held = start(OutputsRemoved{});
        turn_until(loop_, [this] { return gate_.is_reached(); });
        std::tuple<Pending<typename Requests::Reply>...> pending{start(std::move(requests))...};
        loop_.restart();
        while (loop_.poll_one() > 0) {
        }
        gate_.open();
        (void)held.get();
        return std::apply(
            [](auto&... each) {
                return std::tuple<Result<typename Requests::Reply>...>{each.get()...};
            },
            pending
        );
    }

    template <class Body>
    auto read(Body body)
    {
        using Out = std::invoke_result_t<Body&, Reads&>;
        Pending<Out> pending(loop_);
        spawn(loop_, keep_read<Body>(*store_, std::move(body), pending.place()));
        return pending.get().value();
    }

    Store& store() { return *store_; }
    Gate& gate() { return gate_; }

    // What the store has told since the last call.
    std::vector<Changes> take_changes();

private:
    template <class Request>
    static Async<void> keep(
        Store& store, Request request,
        std::shared_ptr<std::optional<Result<typename Request::Reply>>> place
    )
    {
        Result<typename Request::Reply> reply = co_await call(store, std::move(request));
        place->emplace(std::move(reply));
    }

    template <class Body>
    static Async<void> keep_read(
        Store& store, Body body,
        std::shared_ptr<std::optional<Result<std::invoke_result_t<Body&, Reads&>>>> place
    )
    {
        Result<std::invoke_result_t<Body&, Reads&>> reply = co_await store.read(std::move(body));
        place->emplace(std::move(reply));
    }

    asio::io_context& loop_;
    Gate gate_;
    std::vector<Changes> changes_;
    std::unique_ptr<Store> store_;
};

} // namespace sluice::testing
