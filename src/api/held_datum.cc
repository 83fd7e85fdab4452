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

} // namespace

Async<Result<Reads::Task>> find_datum(Api& api, std::string id)
{
    const Error unknown{Errc::not_found, fmt::format("no datum '{}'", printable(id))};
    const std::optional<Uid> uid = parse_uid(id);
    std::optional<std::int64_t> key;
    if (uid)
        key = api.store().key(UidKind::task, *uid);
    if (!key)
        co_return unknown;
    auto look = [task = TaskId{*key}](Reads& reads) { return reads.task(task); };
    Result<std::optional<Reads::Task>> found = co_await api.store().read(look);
    if (!found)
        co_return found.error();
    if (!*found)
        co_return unknown;
    co_return std::move(**found);
}

Async<Result<HeldDatum>> find_held(Api& api, LeaseClaim claim)
{
    const Result<Reads::Task> task = co_await find_datum(api, claim.datum);
    if (!task)
        co_return task.error();
    const Error stranger{
        Errc::unauthorized,
        fmt::format("worker '{}' does not hold datum {}", printable(claim.pod), claim.datum)};
    const Result<WorkerId> worker = co_await api.workers.find(claim.pod);
    if (!worker && worker.error().code == Errc::not_found)
        co_return stranger;
    if (!worker)
        co_return worker.error();

    HeldDatum held{task->row.id, task->row.run, 0, *worker, false};
    const std::optional<LeaseRow>& lease = task->lease;
    held.is_held = lease && lease->worker == *worker &&
                   (claim.attempt == 0 || claim.attempt == lease->place.attempt);
    if (held.is_held) {
        held.attempt = lease->place.attempt;
        co_return held;
    }
    auto look = [id = held.task](Reads& reads) { return reads.attempts(id); };
    const Result<std::vector<AttemptRow>> attempts = co_await api.store().read(look);
    if (!attempts)
        co_return attempts.error();
    held.attempt = ended_attempt(*task, *attempts, *worker, claim.attempt);
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
