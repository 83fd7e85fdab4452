// SPDX-License-Identifier: Apache-2.0
// reserve_next_datum: a worker asks for work, and waits for it.
#include "api/protocol.h"
#include "api/remote_workers.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/wire.h"
#include "api/wire_worker.h"
#include "batch/job_rows.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// With a datum that it runs and one that it prefetches, a worker has enough.
constexpr std::size_t held_max = 2;

struct Wish {
    ReserveRequest request;
    RunId job; // none: any
    std::shared_ptr<const QueueFilter> queues;

    bool allows(RunId run) const { return !job || job == run; }
};

struct Reserved {
    TaskId task;
    RunId run;
    int attempt = 0;
    WorkerId worker;
};

Reserved reserved(const LeaseRow& lease)
{
    return {lease.place.task, lease.place.run, lease.place.attempt, lease.worker};
}

// What the worker holds of what it wishes for, oldest first. What was paused before it started must
// not start.
Async<Result<std::vector<LeaseRow>>> leases_held(Api& api, const Wish& wish, WorkerId worker)
{
    auto look = [worker](Reads& reads) { return reads.leases_of(worker); };
    Result<std::vector<LeaseRow>> held = co_await api.store().read(look);
    if (!held)
        co_return held;
    std::erase_if(*held, [&](const LeaseRow& lease) {
        return !wish.allows(lease.place.run) || (lease.paused_left && !lease.started_at);
    });
    std::sort(held->begin(), held->end(), [](const LeaseRow& a, const LeaseRow& b) {
        return std::pair(a.claimed_at, a.place.task) < std::pair(b.claimed_at, b.place.task);
    });
    co_return held;
}

// A datum that was prefetched begins now.
Async<Result<bool>> start(Api& api, const LeaseRow& lease)
{
    if (lease.started_at)
        co_return true;
    Start request;
    request.task = lease.place.task;
    request.run = lease.place.run;
    request.attempt = lease.place.attempt;
    request.worker = lease.worker;
    const Result<bool> started = co_await api.store().start(std::move(request));
    if (!started && started.error().code == Errc::conflict)
        co_return false; // canceled or rescued this moment
    co_return started;
}

Async<Result<std::optional<Reserved>>> claim(Api& api, const Wish& wish, WorkerId worker)
{
    Claim request;
    request.worker = worker;
    request.queues = wish.queues;
    request.as = wish.request.prefetch ? Claim::As::claimed : Claim::As::running;
    const Result<std::vector<Leased>> claimed = co_await api.store().claim(std::move(request));
    if (!claimed)
        co_return claimed.error();
    std::optional<Reserved> first;
    if (!claimed->empty()) {
        const Leased& task = claimed->front();
        first = Reserved{task.task, task.run, task.attempt, worker};
    }
    co_return first;
}

// What the worker gets now, if there is anything.
Async<Result<std::optional<Reserved>>> take(Api& api, const Wish& wish)
{
    RemoteWorkers::Name name{wish.request.pod_name, wish.request.node_name};
    const Result<WorkerId> worker = co_await api.workers.enroll(std::move(name));
    if (!worker)
        co_return worker.error();
    const Result<std::vector<LeaseRow>> held = co_await leases_held(api, wish, *worker);
    if (!held)
        co_return held.error();
    std::optional<Reserved> again;
    if (wish.request.prefetch && held->size() >= held_max)
        again = reserved(held->back());
    for (const LeaseRow& lease : *held) {
        if (wish.request.prefetch || again)
            break;
        const Result<bool> started = co_await start(api, lease);
        if (!started)
            co_return started.error();
        if (*started)
            again = reserved(lease);
    }
    if (again)
        co_return again;
    Result<std::optional<Reserved>> fresh = co_await claim(api, wish, *worker);
    co_return fresh;
}

// Nobody is there to take it.
Async<void> put_back(Api& api, const Reserved& datum)
{
    GiveBack request;
    request.task = datum.task;
    request.run = datum.run;
    request.attempt = datum.attempt;
    request.worker = datum.worker;
    request.reason = "the worker had gone before it got the datum";
    const Result<bool> given = co_await api.store().give_back(std::move(request));
    if (!given)
        api.log.info("give back a datum: {}", given.error().detail);
}

Async<Response> answer(Api& api, const Reserved& datum)
{
    const Result<DatumDescription> found = co_await api.jobs.describe_held(datum.run, datum.task);
    if (!found)
        co_return error_response(found.error());
    Json body = Json::object();
    body["datum"] = to_json(found->datum);
    body["input_files"] = input_files_json(found->datum, found->input_files);
    body["attempt"] = datum.attempt;
    co_return json_response(200, body);
}

Async<Result<RunState>> state_of(Api& api, RunId job)
{
    auto look = [job](Reads& reads) { return reads.run_row(job); };
    const Result<std::optional<RunRow>> row = co_await api.store().read(look);
    if (!row)
        co_return row.error();
    if (!*row)
        co_return Error{Errc::not_found, "the job was deleted"};
    co_return (*row)->state;
}

Response nothing(const Wish& wish, RunState state)
{
    Response response = json_response(200, nullptr);
    if (wish.job)
        response.headers.add(job_status_header, name(to_job_status(state)));
    return response;
}

Async<Response> reserve(Api& api, const Request& request, Wish wish)
{
    Signal news(api.executor);
    const PeerWatch peer(request, news);
    const RemoteWorkers::Interest interest{wish.queues.get(), wish.job, {}};
    RemoteWorkers::Watch watch(api.workers, interest, news);
    const auto wait = std::min<std::chrono::milliseconds>(wish.request.wait, api.options.poll_max);
    const SteadyTime deadline = std::chrono::steady_clock::now() + wait;
    for (;;) {
        watch.looks();
        const Result<std::optional<Reserved>> taken = co_await take(api, wish);
        if (!taken)
            co_return error_response(taken.error());
        if (*taken)
            watch.found();
        if (*taken && !request.is_awaited())
            co_await put_back(api, **taken);
        else if (*taken)
            co_return co_await answer(api, **taken);
        Result<RunState> state = RunState::active;
        if (wish.job)
            state = co_await state_of(api, wish.job);
        if (!state)
            co_return error_response(state.error());
        const bool over = is_final(*state);
        if (over)
            watch.found_end();
        else
            watch.found_nothing();
        const auto left = deadline - std::chrono::steady_clock::now();
        if (over || left.count() <= 0 || !request.is_awaited())
            co_return nothing(wish, *state);
        co_await news.wait_for(left);
    }
}

Async<Response> reserve_of_job(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<ReserveRequest> asked = read_reserve_request(std::get<Json>(body));
    if (!asked)
        co_return refused_body(asked.error());
    const Result<std::shared_ptr<const JobFacts>> job =
        co_await api.jobs.facts(request.path_field("id"));
    if (!job)
        co_return error_response(job.error());
    Wish wish;
    wish.request = *asked;
    wish.queues = std::make_shared<const QueueFilter>(std::vector<std::string>{
        fmt::format("job/{}", (*job)->name)});
    wish.job = (*job)->run;
    co_return co_await reserve(api, request, std::move(wish));
}

Async<Response> reserve_of_any(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<ReserveRequest> asked = read_reserve_request(std::get<Json>(body));
    if (!asked)
        co_return refused_body(asked.error());
    Wish wish;
    wish.request = *asked;
    wish.queues = std::make_shared<const QueueFilter>(std::vector<std::string>{"job/*"});
    co_return co_await reserve(api, request, std::move(wish));
}

} // namespace

std::vector<Operation> reserve_operations()
{
    return {
        {.method = Method::post,
         .pattern = "/jobs/{id}/reserve_next_datum",
         .summary = "A datum of the job for this worker, as soon as there is one within `wait` "
                    "seconds, else null. Asked again while one is held, it is the same one; with "
                    "`prefetch` it is a second one, which starts when it is reserved without. The "
                    "header Sluice-Job-Status comes with null: a final job has no more work.",
         .body = "Reserve",
         .answer = "Reserved",
         .errors = {404, 415},
         .handle = reserve_of_job},
        {.method = Method::post,
         .pattern = "/workers/reserve_next_datum",
         .summary = "The same for a worker that serves every job.",
         .body = "Reserve",
         .answer = "Reserved",
         .errors = {415},
         .handle = reserve_of_any},
    };
}

} // namespace sluice
