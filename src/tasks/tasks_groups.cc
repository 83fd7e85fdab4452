// SPDX-License-Identifier: Apache-2.0
// Groups: tasks of any batch to which clients have given one name. What is done to a group is done
// batch by batch: each is changed as a whole, the group is not.
#include "base/text.h"
#include "engine/engine.h"
#include "store/store.h"
#include "tasks/tasks.h"

#include <fmt/format.h>

#include <map>

namespace sluice {

namespace {

constexpr std::size_t page = 1000;

Error no_such_group(std::string_view id)
{
    return {Errc::not_found, fmt::format("no group '{}'", printable(id))};
}

// No task has another one, and not every database can be asked for it.
bool may_be_group(std::string_view id)
{
    return is_utf8(id) && id.find('\0') == std::string_view::npos;
}

void add(Affected& sum, const Affected& more)
{
    sum.waiting += more.waiting;
    sum.pending += more.pending;
    sum.claimed += more.claimed;
    sum.running += more.running;
    sum.paused += more.paused;
}

} // namespace

Async<Result<GroupView>> Tasks::group(std::string id)
{
    if (!may_be_group(id))
        co_return no_such_group(id);
    auto look = [id](Reads& reads) { return reads.service().group(id); };
    Result<std::optional<GroupView>> view = co_await store().read(std::move(look));
    if (!view)
        co_return view.error();
    if (!*view)
        co_return no_such_group(id);
    co_return std::move(**view);
}

Async<Result<std::vector<GroupView>>> Tasks::groups(std::size_t skip, std::size_t limit)
{
    auto look = [skip, limit](Reads& reads) { return reads.service().group_ids(skip, limit); };
    const Result<std::vector<std::string>> ids = co_await store().read(std::move(look));
    if (!ids)
        co_return ids.error();
    std::vector<GroupView> views;
    for (const std::string& id : *ids) {
        auto look_at_one = [id](Reads& reads) { return reads.service().group(id); };
        Result<std::optional<GroupView>> view = co_await store().read(std::move(look_at_one));
        if (!view)
            co_return view.error();
        if (*view)
            views.push_back(std::move(**view));
    }
    co_return views;
}

template <class Request>
Async<Result<Affected>> Tasks::for_group(
    std::string id, std::string kind, std::string actor, std::string reason,
    Async<Result<Affected>> (Store::*action)(Request)
)
{
    const Result<GroupView> view = co_await group(id);
    if (!view)
        co_return view.error();
    RecordEvent event;
    event.kind = std::move(kind);
    event.actor = actor;
    event.object = "group";
    event.object_id = id;
    const Result<bool> recorded = co_await store().record_event(std::move(event));
    if (!recorded)
        co_return recorded.error();
    Affected sum;
    for (std::size_t state = 0; state < view->counts.size(); ++state)
        if (is_final(all_task_states[state]))
            sum.final += view->counts[state];
    for (TaskId after;;) {
        auto look = [id, after](Reads& reads) {
            return reads.service().live_group_tasks(id, after, page);
        };
        const Result<std::vector<ServiceReads::GroupTask>> tasks =
            co_await store().read(std::move(look));
        if (!tasks)
            co_return tasks.error();
        if (tasks->empty())
            co_return sum;
        after = tasks->back().task;
        std::map<RunId, Target> targets;
        for (const ServiceReads::GroupTask& task : *tasks)
            targets[task.run].tasks.push_back(task.task);
        for (auto& [run, target] : targets) {
            target.run = run;
            target.actor = actor;
            target.reason = reason;
            Request request{std::move(target)};
            const Result<Affected> affected = co_await (store().*action)(std::move(request));
            if (affected)
                add(sum, *affected);
            else if (is_retryable(affected.error().code))
                co_return affected.error(); // what has ended meanwhile is left alone
        }
    }
}

Async<Result<Affected>> Tasks::cancel_group(std::string id, std::string actor)
{
    return for_group(std::move(id), "cancel", std::move(actor), "Group stopped", &Store::cancel);
}

Async<Result<Affected>> Tasks::pause_group(std::string id, std::string actor)
{
    return for_group(std::move(id), "pause", std::move(actor), "", &Store::pause);
}

Async<Result<Affected>> Tasks::resume_group(std::string id, std::string actor)
{
    return for_group(std::move(id), "resume", std::move(actor), "", &Store::resume);
}

} // namespace sluice
