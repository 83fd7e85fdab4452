// SPDX-License-Identifier: Apache-2.0
#include "api/held_datum.h"

#include "api/remote_workers.h"
#include "base/text.h"
#include "store/store.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// The last attempt that `worker` has had of the task: its number, or that one when `wanted` is it.
int ended_attempt(
    const Reads::Task& task, const std::vector<AttemptRow>& attempts, WorkerId worker,
    std::int64_t wanted
)
{
    int found = 0;
    for (const AttemptRow& row : attempts)
        if (row.worker == worker && (wanted == 0 || row.attempt == wanted))
            found = row.attempt;
    const bool ended_it =
        task.done && task.done->worker == worker && (wanted == 0 || task.done->attempt == wanted);
    return ended_it ? task.done->attempt : found;
}

std::optional<TaskId> task_of(Api& api, std::string_view id)
{
    const std::optional<Uid> uid = parse_uid(id);
    const std::optional<std::int64_t> key =
        uid ? api.store().key(UidKind::task, *uid) : std::nullopt;
    if (!key)
        return std::nullopt;
    return TaskId{*key};
}

bool is_meant(const LeaseRow& lease, WorkerId worker, const LeaseClaim& claim)
{
    return lease.worker == worker && (claim.attempt == 0 || claim.attempt == lease.place.attempt);
}

} // namespace

Async<Result<HeldDatum>> find_held(Api& api, LeaseClaim claim)
{
    const Error unknown{Errc::not_found, fmt::format("no datum '{}'", printable(claim.datum))};
    const std::optional<TaskId> id = task_of(api, claim.datum);
    if (!id)
        co_return unknown;
    const Result<WorkerId> worker = co_await api.workers.find(claim.pod);
    if (!worker && worker.error().code != Errc::not_found)
        co_return worker.error();
    if (worker) { // most calls are of what is held, and the lease alone tells that
        auto look = [task = *id](Reads& reads) { return reads.lease(task); };
        const Result<std::optional<LeaseRow>> lease = co_await api.store().read(look);
        if (!lease)
            co_return lease.error();
        if (*lease && is_meant(**lease, *worker, claim)) {
            const Place& place = (*lease)->place;
            HeldDatum held{*id, place.run, place.attempt, *worker, true};
            co_return held;
        }
    }

    auto look = [task = *id](Reads& reads) { return reads.task(task); };
    const Result<std::optional<Reads::Task>> task = co_await api.store().read(look);
    if (!task)
        co_return task.error();
    if (!*task)
        co_return unknown;
    const Error stranger{
        Errc::unauthorized,
        fmt::format("worker '{}' does not hold datum {}", printable(claim.pod), claim.datum)};
    if (!worker)
        co_return stranger;
    auto look_back = [task = *id](Reads& reads) { return reads.attempts(task); };
    const Result<std::vector<AttemptRow>> attempts = co_await api.store().read(look_back);
    if (!attempts)
        co_return attempts.error();
    HeldDatum held{*id, (*task)->row.run, 0, *worker, false};
    held.attempt = ended_attempt(**task, *attempts, *worker, claim.attempt);
    if (held.attempt == 0)
        co_return stranger;
    co_return held;
}

Async<Result<HeldDatum>> require_held(Api& api, LeaseClaim claim)
{
    const std::string pod = claim.pod;
    const std::string datum = claim.datum;
    Result<HeldDatum> held = co_await find_held(api, std::move(claim));
    if (held && !held->is_held)
        co_return Error{
            Errc::unauthorized,
            fmt::format("worker '{}' does not hold datum {} any more", printable(pod), datum)};
    co_return held;
}

Response refuse_worker(const Error& error)
{
    if (error.code == Errc::unauthorized)
        return error_response(403, error.detail);
    return error_response(error);
}

} // namespace sluice
