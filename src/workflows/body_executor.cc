// SPDX-License-Identifier: Apache-2.0
#include "workflows/body_executor.h"

#include "base/uid.h"
#include "store/store.h"
#include "workflows/body_outcome.h"
#include "workflows/running_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t not_begun_max = 10'000; // that are remembered

// 1, 2, 4 … 60 seconds, by how often it was so here before.
Micros pause_after(int times)
{
    return std::min<Micros>(std::chrono::seconds(1 << std::min(times, 6)), std::chrono::minutes(1));
}

// Nobody could begin with it: it comes back later, and the attempt was none.
template <class Counts>
Outcome not_begun(Counts& counts, const Leased& task, std::string reason)
{
    if (counts.size() >= not_begun_max)
        counts.clear();
    Outcome outcome = returned_outcome(std::move(reason));
    outcome.again_after = pause_after(counts[task.task.value]++);
    return outcome;
}

} // namespace

BodyExecutor::BodyExecutor(Needs needs, Options options, Log log)
    : parts_(std::make_unique<Parts>(std::move(needs), options, std::move(log)))
{}

BodyExecutor::~BodyExecutor()
{
    parts_->door->shut();
}

void BodyExecutor::work_as(WorkerId worker)
{
    parts_->worker = worker;
}

void BodyExecutor::tell_bodies()
{
    for (Running* running : parts_->all)
        running->tell_body();
}

BodyExecutor::Load BodyExecutor::load() const
{
    Load load;
    load.overdue = parts_->overdue + parts_->door->left();
    load.running = parts_->running - parts_->overdue;
    load.deferred = parts_->door->waiting();
    return load;
}

// Few coroutines deep, because this is what every task costs on the loop.
Async<Outcome> BodyExecutor::execute(const Leased& task, Stop& stop)
{
    Parts& parts = *parts_;
    Registry::Found known = parts.needs.registry.body(*task.queue, task.name);
    if (!known.body)
        co_return not_begun(
            parts.not_begun, task,
            fmt::format("nobody here knows task '{}' of '{}'", task.name, *task.queue)
        );
    std::optional<InputParts> input = parts.inputs.known(task);
    if (!input) {
        Leased copy = task;
        Result<InputParts> read = co_await parts.inputs.read(std::move(copy));
        if (!read && read.error().code == Errc::corrupt)
            co_return failed_outcome(read.error().detail);
        if (!read)
            co_return not_begun(parts.not_begun, task, read.error().detail);
        input = *std::move(read);
    }
    if (!parts.not_begun.empty())
        parts.not_begun.erase(task.task.value);

    Running running(parts, task, stop, make_attempt(task, known, *std::move(input)), known.body);
    if (!running.begin())
        co_return returned_outcome("the process ends");
    for (;;) {
        std::optional<Outcome> outcome = running.look();
        if (outcome)
            co_return *std::move(outcome);
        if (running.is_to_act())
            co_await running.act();
        else
            co_await running.rest();
    }
}

std::shared_ptr<AttemptImpl>
BodyExecutor::make_attempt(const Leased& task, const Registry::Found& known, InputParts input)
{
    const Uid run = parts_->needs.store.uid(UidKind::run, input.run_created_at, task.run.value);
    AttemptImpl::Parts parts;
    parts.door = parts_->door;
    parts.body = known.body;
    parts.facts.run_id = format_uid(run);
    parts.facts.task_id = task.name;
    parts.facts.workflow = known.workflow->workflow_namespace;
    parts.facts.attempt = task.attempt;
    parts.facts.context_bytes_max = parts_->options.context_bytes_max;
    parts.facts.warn = [log = parts_->log](const std::string& line) { log.warn("{}", line); };
    parts.input = std::move(input);
    parts.workflow = known.workflow;
    return std::make_shared<AttemptImpl>(std::move(parts));
}

} // namespace sluice
