// SPDX-License-Identifier: Apache-2.0
#include "api/worker_gate.h"

#include "api/auth.h"
#include "base/text.h"
#include "base/uid.h"
#include "model/state.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t known_max = 10'000; // of each kind

struct WorkerRoute {
    Method method;
    std::string_view pattern;
    bool ends_work = false; // also after the end of the job
};

constexpr WorkerRoute worker_routes[] = {
    {Method::get, "/jobs/{id}"},
    {Method::post, "/jobs/{id}/reserve_next_datum", true}, // says that the job has ended
    {Method::post, "/datums/{id}/heartbeat"},
    {Method::post, "/datums/{id}/output_files"},
    {Method::patch, "/datums/{id}/output_files", true}, // ends the leave to upload
    {Method::post, "/datums/{id}/upload_leave"},
    {Method::post, "/datums/{id}/logs"},
    {Method::post, "/datums/{id}/give_back", true},
    {Method::patch, "/datums/{id}", true}, // the same report again
    {Method::post, "/workers/leave", true},
};

const WorkerRoute* find_route(Method method, std::string_view pattern)
{
    const auto* const found = std::ranges::find_if(worker_routes, [&](const WorkerRoute& route) {
        return route.method == method && route.pattern == pattern;
    });
    return found == std::end(worker_routes) ? nullptr : found;
}

std::optional<std::int64_t> key_of(Store& store, UidKind kind, std::string_view id)
{
    const std::optional<Uid> uid = parse_uid(id);
    return uid ? store.key(kind, *uid) : std::nullopt;
}

} // namespace

bool WorkerGate::is_worker_route(Method method, std::string_view pattern)
{
    return find_route(method, pattern) != nullptr;
}

Async<std::optional<Response>>
WorkerGate::check(Request& request, const Route& route, std::string job_id)
{
    std::optional<Response> refusal = refuse_stranger("the job of this token does not exist");
    const std::optional<std::int64_t> key = key_of(store_, UidKind::run, job_id);
    if (!key)
        co_return refusal;
    const RunId run{*key};
    const Result<Standing> standing = co_await standing_of(run);
    if (!standing) {
        refusal = refuse_without_look(standing.error());
        co_return refusal;
    }
    if (*standing == Standing::gone)
        co_return refusal;
    request.identity = Caller{std::string(worker_caller), KeyRole::write, run};
    const WorkerRoute* known = find_route(route.method, route.pattern);
    if (*standing == Standing::ended && !(known && known->ends_work)) {
        refusal = refuse_stranger("the job of this token has ended");
        co_return refusal;
    }
    if (!known) {
        refusal = error_response(403, "the token of a job's workers is for their calls alone");
        co_return refusal;
    }
    const Result<bool> own = co_await is_own(request, route.pattern, run);
    refusal.reset();
    if (!own)
        refusal = refuse_without_look(own.error());
    else if (!*own)
        refusal = error_response(403, fmt::format("the token is for job {} alone", job_id));
    co_return refusal;
}

// What does not exist is let in: 404 comes from who looks for it.
Async<Result<bool>> WorkerGate::is_own(const Request& request, std::string_view pattern, RunId run)
{
    if (!pattern.starts_with("/jobs/") && !pattern.starts_with("/datums/"))
        co_return true;
    const std::string& id = request.path_field("id");
    if (pattern.starts_with("/jobs/"))
        co_return key_of(store_, UidKind::run, id) == run.value;
    const std::optional<std::int64_t> key = key_of(store_, UidKind::task, id);
    if (!key)
        co_return true;
    const TaskId task{*key};
    const Result<RunId> found = co_await run_of(task);
    if (!found)
        co_return found.error();
    co_return !*found || *found == run;
}

Async<Result<WorkerGate::Standing>> WorkerGate::standing_of(RunId run)
{
    const auto known = known_.find(run);
    if (known != known_.end() && Clock::now() < known->second.until)
        co_return known->second.standing;
    auto look = [run](Reads& reads) {
        const std::optional<RunRow> found = reads.run_row(run);
        if (!found)
            return Standing::gone;
        return is_final(found->state) ? Standing::ended : Standing::going_on;
    };
    const Result<Standing> standing = co_await store_.read(look);
    if (!standing) {
        const auto last = known_.find(run); // while the database is away, who was let in still is
        if (last != known_.end())
            co_return last->second.standing;
        co_return standing.error();
    }
    if (known_.size() >= known_max)
        known_.clear();
    known_[run] = {*standing, Clock::now() + memory_};
    co_return *standing;
}

// None: there is no such datum.
Async<Result<RunId>> WorkerGate::run_of(TaskId task)
{
    const auto known = run_of_.find(task);
    if (known != run_of_.end())
        co_return known->second;
    auto look = [task](Reads& reads) {
        const std::optional<Reads::Task> found = reads.task(task);
        return found ? found->row.run : RunId{};
    };
    const Result<RunId> run = co_await store_.read(look);
    if (!run)
        co_return run.error();
    if (run_of_.size() >= known_max)
        run_of_.clear();
    if (*run)
        run_of_[task] = *run;
    co_return *run;
}

} // namespace sluice
