// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/propagation.h"

#include "model/task/task_words.h"
#include "model/workflow/run_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sluice {

namespace {

// Why children of unmet conditions end: what is looked up for it is looked up for all at once.
class Reasons {
public:
    Reasons(WriteContext& context, const Verdicts& verdicts) : context_(context)
    {
        std::vector<TaskId> parents;
        for (const auto& [child, verdict] : verdicts)
            if (verdict.unmet && is_named(verdict.unmet_by))
                parents.push_back(verdict.unmet_by.task);
        if (parents.empty())
            return;
        sort_unique(parents);
        for (TaskRow& row : context.tables.tasks(parents))
            names_.emplace(row.id, std::move(row.name));
    }

    std::string of(const Verdict& verdict) const;

private:
    // In the words of workflows, which say so of parents that did not succeed.
    bool is_named(const Parent& parent) const
    {
        const RunRow* run = context_.runs.find(parent.run);
        return run && run->kind == RunKind::execution &&
               (parent.outcome == TaskState::failed || parent.outcome == TaskState::canceled);
    }

    WriteContext& context_;
    std::map<TaskId, std::string> names_; // of parents in runs of workflows
};

// "dependency 'extract' failed"; elsewhere "Required parent task <id> failed" and its like.
std::string Reasons::of(const Verdict& verdict) const
{
    const Parent& parent = verdict.unmet_by;
    if (const auto name = names_.find(parent.task); name != names_.end())
        return unmet_dependency(name->second, parent.outcome);
    const std::string id = format_uid(
        make_uid(UidKind::task, parent.run_created_at, parent.task.value, context_.uid_secret)
    );
    if (*verdict.unmet == Unmet::fail)
        return fmt::format("Required parent task {} failed", id);
    const RunRow* run = context_.runs.find(parent.run);
    const bool is_batch = !run || run->kind == RunKind::batch;
    return fmt::format(
        "Parent task {} {}, which the link does not accept", id,
        is_batch ? fmt::format("ended as {}", task_status_names.name(parent.outcome))
                 : std::string(name(parent.outcome))
    );
}

Verdicts verdicts_of(WriteContext& context, const std::vector<Parent>& parents)
{
    std::vector<TaskId> ids;
    for (const Parent& parent : parents)
        ids.push_back(parent.task);

    Verdicts verdicts;
    std::set<TaskId> with_children;
    for (const LinkRow& link : context.tables.links_from(ids)) {
        const auto parent = std::ranges::lower_bound(parents, link.parent, {}, &Parent::task);
        add_verdict(verdicts, link, *parent);
        if (with_children.insert(link.parent).second)
            ++context.tally.parents_ended.at(static_cast<std::size_t>(parent->outcome));
    }
    return verdicts;
}

Place released(const NeedRow& need)
{
    Place place;
    place.task = need.task;
    place.run = need.run;
    place.queue = need.queue;
    place.nprio = need.nprio;
    place.attempt = need.attempt;
    place.run_at = need.run_at;
    return place;
}

} // namespace

void add_verdict(Verdicts& verdicts, const LinkRow& link, const Parent& parent)
{
    Verdict& verdict = verdicts[link.child];
    ++verdict.finished;
    if (is_met(link.condition, parent.outcome))
        return;
    const Unmet effect = effect_of(link.unmet, parent.outcome);
    const Unmet unmet = verdict.unmet ? stronger(*verdict.unmet, effect) : effect;
    if (!verdict.unmet || unmet != *verdict.unmet)
        verdict.unmet_by = parent;
    verdict.unmet = unmet;
}

std::vector<Ended> settle_children(WriteContext& context, const std::vector<Parent>& parents)
{
    return settle(context, verdicts_of(context, parents));
}

std::vector<Ended> settle(WriteContext& context, const Verdicts& verdicts)
{
    std::vector<Tables::NeedChange> changes;
    for (const auto& [child, verdict] : verdicts)
        changes.push_back({child, verdict.finished});
    if (changes.empty())
        return {};

    const Reasons reasons(context, verdicts);
    std::vector<Ended> ending;
    std::vector<Place> free;
    std::vector<TaskId> settled;
    std::vector<TaskId> no_longer_held;
    for (const NeedRow& need : context.tables.subtract_needs(changes)) {
        const Verdict& verdict = verdicts.at(need.task);
        if (!verdict.unmet && need.unfinished > 0)
            continue;
        settled.push_back(need.task);
        if (verdict.unmet) {
            const TaskState outcome =
                *verdict.unmet == Unmet::fail ? TaskState::failed : TaskState::skipped;
            ending.push_back(ended(need, outcome));
            ending.back().error = reasons.of(verdict);
            context.tally.failed_by_parent += outcome == TaskState::failed;
            if (need.paused)
                no_longer_held.push_back(need.task);
        } else if (!need.paused) { // a paused one stays held; resume will find it pending
            free.push_back(released(need));
        }
    }
    if (!settled.empty()) {
        std::sort(settled.begin(), settled.end());
        context.tables.delete_needs(settled);
    }
    if (!no_longer_held.empty()) {
        std::sort(no_longer_held.begin(), no_longer_held.end());
        context.tables.take_held({nullptr, no_longer_held});
    }
    context.make_pending(std::move(free), TaskState::waiting);
    return ending;
}

} // namespace sluice
