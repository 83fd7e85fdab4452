// SPDX-License-Identifier: Apache-2.0
#include "tasks/batch_plan.h"

#include "engine/submit.h"
#include "model/task/task_payload.h"
#include "model/webhook/template_check.h"
#include "net/guard/url_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace sluice {

namespace {

std::uint8_t flags_of(const TaskRequest& task)
{
    std::uint8_t flags = 0;
    if (task.dead_end_barrier)
        flags |= CardRow::dead_end_barrier;
    if (task.preemptible)
        flags |= CardRow::preemptible;
    if (task.preempts)
        flags |= CardRow::preempts;
    return flags;
}

CardRow card_of(const TaskRequest& task, const std::string& requester)
{
    CardRow card;
    card.kind = task.kind;
    card.name = task.name;
    card.flags = flags_of(task);
    card.success_actions = static_cast<int>(task.on_success.size());
    card.failure_actions = static_cast<int>(task.on_failure.size());
    card.cancel_actions = static_cast<int>(task.on_cancel.size());
    card.expected_count = task.expected_count;
    card.group = task.group;
    card.requester = task.requester;
    if (!card.requester && !requester.empty())
        card.requester = requester;
    if (!task.metadata.is_null())
        card.metadata = dump_json(task.metadata);
    if (!task.rules.empty())
        card.rules = dump_json(task.document->at("rules"));
    return card;
}

NewTask new_task(const TaskRequest& task, const std::string& requester, Time now)
{
    NewTask row;
    row.priority = static_cast<int>(task.priority);
    row.timeout = task.timeout;
    row.retry = task.retry.value_or(Retry{});
    row.card = card_of(task, requester);
    row.run_at = task.scheduled_at;
    if (task.delay)
        row.run_at = now + *task.delay;
    row.card->scheduled_at = row.run_at;
    row.dedupe = task.dedupe;
    return row;
}

class QueueNumbers {
public:
    std::uint32_t of(std::string name)
    {
        const auto [place, is_new] =
            numbers_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
        if (is_new)
            names_.push_back(std::move(name));
        return place->second;
    }
    std::vector<std::string> take() { return std::move(names_); }

private:
    std::map<std::string, std::uint32_t> numbers_;
    std::vector<std::string> names_;
};

// Dependencies name earlier tasks of the request, which reading has made sure of. Those on existing
// tasks are not of the plan.
std::vector<GraphLink> links_of(const std::vector<TaskRequest>& tasks)
{
    std::map<std::string_view, std::uint32_t> numbers;
    std::vector<GraphLink> links;
    for (std::uint32_t child = 0; child < tasks.size(); ++child) {
        for (const TaskDependency& dependency : tasks[child].dependencies)
            if (dependency.task.empty())
                links.push_back(
                    {numbers.at(dependency.local), child, dependency.condition, dependency.unmet()}
                );
        numbers.emplace(tasks[child].id, child);
    }
    return links;
}

} // namespace

std::string webhook_queue(std::string_view url)
{
    // No placeholder stands in the host.
    const Result<UrlHost> host = read_url_host(sample_of_template(url));
    return host ? fmt::format("webhook/{}:{}", host->name, host->port) : "webhook/";
}

std::vector<Problem> check_batch_size(const std::vector<TaskRequest>& tasks)
{
    Problems problems;
    const Path root;
    const Path list(root, "tasks");
    const bool deduplicates =
        std::ranges::any_of(tasks, [](const TaskRequest& task) { return !task.dedupe.empty(); });
    if (deduplicates && tasks.size() > staging_threshold)
        problems.add(
            list, fmt::format(
                      "has {} tasks: with dedupe_strategy, at most {} are accepted at once",
                      tasks.size(), staging_threshold
                  )
        );
    return problems.take();
}

Checked<Submit>
plan_batch(const std::vector<TaskRequest>& tasks, const std::string& requester, Time now)
{
    std::vector<Problem> problems = check_batch_size(tasks);
    if (!problems.empty())
        return problems;

    Submit request;
    request.run.kind = RunKind::batch;
    QueueNumbers queues;
    const PayloadWriter payloads(tasks);
    request.tasks.reserve(tasks.size());
    for (const TaskRequest& task : tasks) {
        NewTask& row = request.tasks.emplace_back(new_task(task, requester, now));
        row.queue = queues.of(webhook_queue(task.on_start.params.url));
        row.payload = payloads.payload_of(task);
    }
    request.links = links_of(tasks);
    request.run.queues = queues.take();
    request.run.spec = dump_json(payloads.spec());
    return request;
}

std::vector<TaskView> new_views(const Submit& request, const Submitted& submitted)
{
    std::vector<bool> waits(request.tasks.size(), false);
    for (const GraphLink& link : request.links)
        waits[link.child] = true;
    std::vector<TaskView> views;
    views.reserve(submitted.tasks.size());
    for (std::size_t i = 0; i < submitted.tasks.size(); ++i) {
        const std::size_t number = submitted.created ? (*submitted.created)[i] : i;
        const NewTask& task = request.tasks[number];
        TaskView& view = views.emplace_back();
        view.task.row.id = submitted.tasks[i];
        view.task.row.run = submitted.run;
        view.task.row.nprio = -task.priority;
        view.task.row.timeout = task.timeout;
        view.task.row.retry = format_retry(task.retry);
        view.task.row.payload = task.payload;
        view.task.state = waits[number] ? TaskState::waiting : TaskState::pending;
        view.card = *task.card;
        view.card.task = submitted.tasks[i];
        view.card.run = submitted.run;
        view.run_created_at = submitted.created_at;
    }
    if (!views.empty())
        views.front().spec = request.run.spec; // one for all
    return views;
}

} // namespace sluice
