// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/propagation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace sluice {

namespace {

// What the ends of this level mean for one child.
struct Verdict {
    int finished = 0;
    std::optional<Unmet> unmet;
    const Parent* because = nullptr; // of the strongest unmet condition
};

std::map<TaskId, Verdict> verdicts(WriteContext& context, const std::vector<Parent>& parents)
{
    std::vector<TaskId> ids;
    for (const Parent& parent : parents)
        ids.push_back(parent.task);

    std::map<TaskId, Verdict> children;
    for (const LinkRow& link : context.tables.links_from(ids)) {
        const auto parent = std::lower_bound(
            parents.begin(), parents.end(), link.parent,
            [](const Parent& a, TaskId id) { return a.task < id; }
        );
        Verdict& verdict = children[link.child];
        ++verdict.finished;
        if (is_met(link.condition, parent->outcome))
            continue;
        const Unmet unmet = verdict.unmet ? stronger(*verdict.unmet, link.unmet) : link.unmet;
        if (!verdict.unmet || unmet != *verdict.unmet)
            verdict.because = &*parent;
        verdict.unmet = unmet;
    }
    return children;
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

std::string
unmet_reason(const WriteContext& context, const RunRow& run, const Parent& parent, Unmet unmet)
{
    const std::string id =
        format_uid(make_uid(UidKind::task, run.created_at, parent.task.value, context.uid_secret));
    if (unmet == Unmet::fail)
        return fmt::format("Required parent task {} failed", id);
    return fmt::format(
        "Parent task {} {}, which the link does not accept", id, name(parent.outcome)
    );
}

std::vector<Ended> settle_children(WriteContext& context, const std::vector<Parent>& parents)
{
    const std::map<TaskId, Verdict> children = verdicts(context, parents);
    std::vector<Tables::NeedChange> changes;
    for (const auto& [child, verdict] : children)
        changes.push_back({child, verdict.finished});
    if (changes.empty())
        return {};

    std::vector<Ended> ending;
    std::vector<Place> free;
    std::vector<TaskId> settled;
    std::vector<TaskId> no_longer_held;
    for (const NeedRow& need : context.tables.subtract_needs(changes)) {
        const Verdict& verdict = children.at(need.task);
        if (!verdict.unmet && need.unfinished > 0)
            continue;
        settled.push_back(need.task);
        if (verdict.unmet) {
            const TaskState outcome =
                *verdict.unmet == Unmet::fail ? TaskState::failed : TaskState::skipped;
            ending.push_back(ended(need, outcome));
            ending.back().error =
                unmet_reason(context, context.runs.at(need.run), *verdict.because, *verdict.unmet);
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
    context.make_pending(std::move(free));
    return ending;
}

} // namespace sluice
