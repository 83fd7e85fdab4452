// SPDX-License-Identifier: Apache-2.0
// What a worker says about the datum that it holds: that it lives, what it prints, how it ended.
#include "api/auth.h"
#include "api/held_datum.h"
#include "api/log_keeper.h"
#include "api/log_uploads.h"
#include "api/remote_workers.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/wire.h"
#include "api/wire_worker.h"
#include "store/store.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// News of other processes may come in quick succession, and each is a question to the database.
constexpr std::chrono::milliseconds check_pause{200};

Async<Result<bool>> still_holds(Api& api, const HeldDatum& held)
{
    auto look = [task = held.task](Reads& reads) { return reads.lease(task); };
    const Result<std::optional<LeaseRow>> lease = co_await api.store().read(look);
    if (!lease)
        co_return lease.error();
    const bool holds =
        *lease && (*lease)->worker == held.worker && (*lease)->place.attempt == held.attempt;
    co_return holds;
}

Response lost(std::string_view pod)
{
    return error_response(403, fmt::format("worker '{}' does not hold the datum any more", pod));
}

Async<Response>
watch_lease(Api& api, const Request& request, const LeaseRequest& asked, const HeldDatum& held)
{
    Signal news(api.executor);
    const PeerWatch peer(request, news);
    const RemoteWorkers::Interest interest{nullptr, {}, held.task};
    const RemoteWorkers::Watch watch(api.workers, interest, news);
    const auto wait = std::min<std::chrono::milliseconds>(asked.wait, api.options.poll_max);
    const auto deadline = std::chrono::steady_clock::now() + wait;
    for (;;) {
        const Result<bool> holds = co_await still_holds(api, held);
        if (holds && !*holds)
            co_return lost(asked.pod_name);
        const auto left = deadline - std::chrono::steady_clock::now();
        if (left.count() <= 0 || !request.is_awaited())
            break;
        co_await news.wait_for(left);
        if (request.is_awaited())
            co_await sleep_for(std::min<std::chrono::steady_clock::duration>(check_pause, left));
    }
    if (request.peer && request.peer->has_left())
        co_await api.workers.connection_lost(asked.pod_name, held.worker);
    co_return json_response(200, Json::object());
}

LeaseClaim claim_of(const Request& request, const LeaseRequest& asked)
{
    return {request.path_field("id"), asked.pod_name, asked.attempt};
}

Async<Response> heartbeat(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<LeaseRequest> asked = read_lease_request(std::get<Json>(body));
    if (!asked)
        co_return refused_body(asked.error());
    LeaseClaim claim = claim_of(request, *asked);
    const Result<HeldDatum> held = co_await require_held(api, std::move(claim));
    if (!held)
        co_return refuse_worker(held.error());
    const Result<bool> alive =
        co_await api.workers.beat(asked->pod_name, held->worker, held->lease());
    if (!alive)
        co_return error_response(alive.error());
    if (!*alive)
        co_return lost(asked->pod_name);
    co_return co_await watch_lease(api, request, *asked, *held);
}

Async<Response> give_back(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<LeaseRequest> asked = read_lease_request(std::get<Json>(body));
    if (!asked)
        co_return refused_body(asked.error());
    LeaseClaim claim = claim_of(request, *asked);
    const Result<HeldDatum> held = co_await find_held(api, std::move(claim));
    if (!held)
        co_return refuse_worker(held.error());
    if (!held->is_held)
        co_return no_content(); // given back before, and the answer was lost; or taken away
    GiveBack give;
    give.task = held->task;
    give.run = held->run;
    give.attempt = held->attempt;
    give.worker = held->worker;
    give.reason = asked->reason.empty() ? "the worker stops" : asked->reason;
    const Result<bool> given = co_await api.store().give_back(std::move(give));
    if (!given && given.error().code != Errc::conflict)
        co_return error_response(given.error());
    co_return no_content();
}

Async<Response> leave(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<LeaseRequest> asked = read_lease_request(std::get<Json>(body));
    if (!asked)
        co_return refused_body(asked.error());
    std::string reason = asked->reason.empty() ? "the worker stops" : asked->reason;
    const Caller* caller = std::any_cast<Caller>(&request.identity);
    RemoteWorkers::Leaving leaving{asked->pod_name, std::move(reason), {}};
    if (caller && caller->job)
        leaving.only = *caller->job;
    const Result<void> left = co_await api.workers.leave(std::move(leaving));
    co_return left ? no_content() : error_response(left.error());
}

Result<std::uint64_t> log_offset(const Request& request)
{
    const Result<std::int64_t> offset = query_integer(request, "offset", 0, 0, INT64_MAX);
    return offset ? Result<std::uint64_t>(static_cast<std::uint64_t>(*offset)) : offset.error();
}

// "restart=1": the worker sends the log from its beginning, because this server has another part.
Result<LogUploads::Piece::Begin> log_begin(const Request& request, std::uint64_t offset)
{
    const Result<Flag> restart = query_flag(request, "restart");
    if (!restart)
        return restart.error();
    if (*restart == Flag::on && offset != 0)
        return Error{Errc::invalid, "query parameter restart: needs offset=0"};
    return *restart == Flag::on ? LogUploads::Piece::Begin::anew
                                : LogUploads::Piece::Begin::as_it_is;
}

Response gap_before(std::uint64_t offset, std::uint64_t end)
{
    Json body = Json::object();
    body["error"] = fmt::format("offset {}: the log goes on at {}", offset, end);
    body["status"] = 409;
    body["offset"] = end;
    return json_response(409, body);
}

Jobs::LiveAttempt live(const HeldDatum& held)
{
    return {held.run, held.task, held.attempt};
}

Async<Response> append_log(Api& api, const Request& request)
{
    const Result<std::int64_t> attempt = query_integer(request, "attempt", 0, 1, INT32_MAX);
    if (!attempt)
        co_return error_response(attempt.error());
    const Result<std::uint64_t> offset = log_offset(request);
    if (!offset)
        co_return error_response(offset.error());
    const Result<LogUploads::Piece::Begin> begin = log_begin(request, *offset);
    if (!begin)
        co_return error_response(begin.error());
    Result<std::vector<LogChunk>> chunks = parse_log_chunks(request.body);
    if (!chunks)
        co_return error_response(chunks.error());
    LeaseClaim claim{request.path_field("id"), query_text(request, "pod_name"), *attempt};
    const Result<HeldDatum> held = co_await require_held(api, std::move(claim));
    if (!held)
        co_return refuse_worker(held.error());
    const Result<Jobs::LogPlace> place = co_await api.jobs.log_place(live(*held));
    if (!place)
        co_return error_response(place.error());
    api.keeper.written(*place);
    LogUploads::Piece piece{*offset, request.body.size(), std::move(*chunks), *begin};
    std::string path = place->path;
    const Result<LogUploads::Reached> reached =
        co_await api.uploads.append(std::move(path), std::move(piece));
    if (!reached)
        co_return error_response(reached.error());
    if (!reached->accepted)
        co_return gap_before(*offset, reached->end);
    Json body = Json::object();
    body["offset"] = reached->end;
    co_return json_response(200, body);
}

Finish finish_of(const HeldDatum& held, const DatumReport& report)
{
    Finish finish;
    finish.task = held.task;
    finish.run = held.run;
    finish.attempt = held.attempt;
    finish.worker = held.worker;
    Json result = Json::object();
    result["output"] = report.output;
    if (!report.backtrace.empty())
        result["backtrace"] = report.backtrace;
    finish.result = dump_json(result);
    if (report.status == DatumReport::Status::error) {
        finish.failure = FailureKind::reported;
        finish.error = report.error_message.empty() ? "no error message" : report.error_message;
    }
    return finish;
}

// Did this worker report this very end before? Then the answer to that was lost.
Async<Result<bool>> was_reported(Api& api, const HeldDatum& held, const DatumReport& report)
{
    if (report.status == DatumReport::Status::done)
        co_return false; // Finish knows done rows by itself
    auto look = [task = held.task](Reads& reads) { return reads.attempts(task); };
    const Result<std::vector<AttemptRow>> attempts = co_await api.store().read(look);
    if (!attempts)
        co_return attempts.error();
    bool found = false;
    for (const AttemptRow& row : *attempts)
        found = found || (row.attempt == held.attempt && row.worker == held.worker &&
                          row.end == AttemptEnd::failed);
    co_return found;
}

Async<Result<void>> accept_report(Api& api, const HeldDatum& held, const DatumReport& report)
{
    Finish finish = finish_of(held, report);
    const Result<Finished> finished = co_await api.store().finish(std::move(finish));
    if (finished)
        co_return Result<void>();
    if (finished.error().code != Errc::conflict)
        co_return finished.error();
    const Result<bool> before = co_await was_reported(api, held, report);
    if (!before)
        co_return before.error();
    if (!*before)
        co_return Error{Errc::unauthorized, finished.error().detail};
    co_return Result<void>();
}

Async<Response> report_end(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<DatumReport> report = read_datum_report(std::get<Json>(body));
    if (!report)
        co_return refused_body(report.error());
    const std::string& id = request.path_field("id");
    LeaseClaim claim{id, report->pod_name, report->attempt};
    const Result<HeldDatum> held = co_await find_held(api, std::move(claim));
    if (!held)
        co_return refuse_worker(held.error());
    Result<Jobs::LogPlace> log = co_await api.jobs.log_place(live(*held));
    const Result<void> accepted = co_await accept_report(api, *held, *report);
    if (!accepted)
        co_return refuse_worker(accepted.error());
    if (log)
        co_await api.keeper.ended(std::move(*log));
    const Result<DatumDescription> found = co_await api.jobs.describe_held(held->run, held->task);
    if (!found)
        co_return error_response(found.error());
    Json answer = Json::object();
    answer["datum"] = to_json(found->datum);
    co_return json_response(200, answer);
}

} // namespace

std::vector<Operation> reserve_operations();
std::vector<Operation> output_operations();
std::vector<Operation> leave_operations();

std::vector<Operation> worker_operations()
{
    std::vector<Operation> all{
        {.method = Method::post,
         .pattern = "/datums/{id}/heartbeat",
         .summary = "The worker lives: its leases go on for a minute. With `wait` the answer comes "
                    "after that many seconds, or at once with 403 when the lease is lost; a "
                    "connection that breaks meanwhile shortens the leases to ten seconds.",
         .body = "Lease",
         .answer = "Empty",
         .errors = {404, 415},
         .handle = heartbeat},
        {.method = Method::post,
         .pattern = "/datums/{id}/give_back",
         .summary = "The worker stops: another may take the datum. No try is used up.",
         .body = "Lease",
         .status = 204,
         .errors = {404, 415},
         .handle = give_back},
        {.method = Method::post,
         .pattern = "/workers/leave",
         .summary = "The worker has gone: everything that it holds goes back.",
         .body = "Lease",
         .status = 204,
         .errors = {415},
         .handle = leave},
        {.method = Method::patch,
         .pattern = "/datums/{id}",
         .summary = "How the attempt has ended. The same report again has the same answer.",
         .body = "Report",
         .answer = "DatumAnswer",
         .errors = {404, 415},
         .handle = report_end},
        {.method = Method::post,
         .pattern = "/datums/{id}/logs",
         .summary =
             "Goes on with the attempt's log: records of 8 bytes time in microseconds, 4 "
             "bytes size, 4 bytes stream (1 stdout, 2 stderr, 3 notice) and the bytes, all "
             "little endian. `offset` counts the bytes sent before; a piece that was sent "
             "before changes nothing. 409 names the `offset` where this server's log goes on; "
             "with `restart` it begins anew.",
         .query = {"pod_name", "attempt", "offset", "restart"},
         .body = "LogRecords",
         .answer = "LogOffset",
         .errors = {404, 409},
         .handle = append_log},
    };
    for (auto list : {reserve_operations, output_operations, leave_operations})
        for (Operation& operation : list())
            all.push_back(std::move(operation));
    return all;
}

} // namespace sluice
