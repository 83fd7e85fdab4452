// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/dedupe.h"

#include "model/json/json_key.h"
#include "model/task/match_key.h"
#include "store/use_cases/signatures.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sluice {

namespace {

bool has_matchers(const Submit& request)
{
    return std::ranges::any_of(request.tasks, [](const NewTask& task) {
        return !task.dedupe.empty();
    });
}

SignatureRow signature_of(const TaskMatcher& matcher)
{
    SignatureRow like;
    like.use = MatchUse::find;
    like.status = matcher.status;
    like.kind = matcher.kind;
    like.fields = match_fields(matcher.fields);
    return like;
}

SubjectRow subject_of(const NewTask& task, bool waits)
{
    SubjectRow subject;
    subject.kind = task.card->kind;
    subject.metadata = task.card->metadata;
    subject.state = waits ? TaskState::waiting : TaskState::pending;
    return subject;
}

// Of several links between two tasks the first counts.
void add_link(std::vector<GraphLink>& links, std::set<std::pair<int, int>>& known, GraphLink link)
{
    if (known.emplace(link.parent, link.child).second)
        links.push_back(link);
}

std::vector<bool> waiting_tasks(const Submit& request)
{
    std::vector<bool> waits(request.tasks.size(), false);
    for (const GraphLink& link : request.links)
        waits[link.child] = true;
    for (const Submit::OutsideLink& link : request.outside)
        waits[link.child] = true;
    return waits;
}

} // namespace

std::vector<std::int32_t> kinds_to_deduplicate(Operations<Submit> operations)
{
    std::vector<std::int32_t> kinds;
    const auto add = [&](const Json& kind) {
        kinds.push_back(static_cast<std::int32_t>(json_key(kind).low));
    };
    for (const Operation<Submit>* operation : operations)
        for (const NewTask& task : operation->request.tasks) {
            if (!task.dedupe.empty())
                add(task.card->kind);
            for (const TaskMatcher& matcher : task.dedupe)
                add(matcher.kind);
        }
    sort_unique(kinds);
    return kinds;
}

// First all matchers: what they look for is counted from now on, in earlier tasks too.
void Deduplication::prepare(const Submit& request)
{
    std::vector<CounterKey> wanted;
    for (const NewTask& task : request.tasks)
        for (const TaskMatcher& matcher : task.dedupe) {
            const SignatureRow like = signature_of(matcher);
            const auto key = match_key(like.fields, parse_metadata(task.card->metadata));
            if (!key)
                continue; // a matcher whose field the task lacks finds nothing
            keys_[&task].push_back(counter_of(context_, like, *key));
            wanted.push_back(keys_[&task].back());
        }
    refresh_fresh();
    sort_unique(wanted);
    settle_members(context_);
    for (const MemberRow& member : context_.tables.rules().find_members(wanted))
        present_.insert_or_assign(member.counter, member.task);
}

std::optional<Deduplication::Found> Deduplication::find(const NewTask& task) const
{
    const auto keys = keys_.find(&task);
    if (keys == keys_.end())
        return std::nullopt;
    for (const CounterKey& key : keys->second) {
        if (const auto present = present_.find(key); present != present_.end())
            return Found{std::nullopt, present->second};
        if (const auto fresh = fresh_.find(key); fresh != fresh_.end())
            return fresh->second;
    }
    return std::nullopt;
}

void Deduplication::add_fresh(const NewTask& task, bool waits, std::optional<std::uint32_t> number)
{
    if (!task.card)
        return;
    for (const MemberRow& group : context_.book.groups_of(subject_of(task, waits)))
        if (context_.book.at(group.counter.signature).use == MatchUse::find)
            fresh_.try_emplace(group.counter, Found{number, {}});
}

void Deduplication::created(const Submit& request)
{
    context_.book.refresh(context_.tables.rules());
    created_.push_back({request.tasks, waiting_tasks(request)});
    if (!context_.book.kinds().empty())
        add_fresh(created_.back());
}

void Deduplication::add_fresh(const Created& created)
{
    for (std::size_t i = 0; i < created.tasks.size(); ++i)
        add_fresh(created.tasks[i], created.waits[i], std::nullopt);
}

// What a matcher looks for may be known only now: the tasks before were not asked whether they are
// that.
void Deduplication::refresh_fresh()
{
    if (std::exchange(additions_, context_.book.additions()) == context_.book.additions())
        return;
    fresh_.clear();
    for (const Created& created : created_)
        add_fresh(created);
}

// What has been made of the tasks so far.
struct Deduplication::Reduction {
    Submit& request;
    std::vector<Found> found; // by the number of each task that was sent
    std::set<std::pair<int, int>> known;
    std::set<std::pair<TaskId, std::uint32_t>> known_outside;
    bool is_early = false;
};

// The links to a task that is created, as `number`.
void Deduplication::take_links(
    Reduction& reduction, std::uint32_t number, const std::vector<GraphLink>& links
)
{
    for (GraphLink link : links) {
        const Found& parent = reduction.found[link.parent];
        if (parent.here) {
            link.parent = *parent.here;
            link.child = number;
            add_link(reduction.request.links, reduction.known, link);
        } else if (!parent.outside) {
            reduction.is_early = true;
        } else if (reduction.known_outside.emplace(parent.outside, number).second) {
            reduction.request.outside.push_back(
                {parent.outside, RunId{}, number, link.condition, link.unmet}
            );
        }
    }
}

void Deduplication::find_outside_runs(Left& left) const
{
    std::vector<TaskId> parents;
    for (const Submit::OutsideLink& link : left.request->outside)
        if (!link.parent_run)
            parents.push_back(link.parent);
    sort_unique(parents);
    std::map<TaskId, RunId> runs;
    for (const TaskRow& row : context_.tables.tasks(parents))
        runs[row.id] = row.run;
    for (Submit::OutsideLink& link : left.request->outside) {
        if (!link.parent_run)
            link.parent_run = runs.at(link.parent);
        left.runs.push_back(link.parent_run);
    }
    sort_unique(left.runs);
}

Deduplication::Left Deduplication::reduce(const Submit& request)
{
    Left left;
    if (!has_matchers(request))
        return left;
    prepare(request);
    const std::map<CounterKey, Found> before = fresh_;
    left.request.emplace();
    left.request->run = request.run;
    Reduction reduction{*left.request, {}, {}, {}, false};
    const std::vector<bool> waits = waiting_tasks(request);
    std::vector<GraphLink> all_links = request.links;
    std::ranges::stable_sort(all_links, {}, &GraphLink::child);
    std::size_t next_link = 0;
    for (std::uint32_t i = 0; i < request.tasks.size(); ++i) {
        const NewTask& task = request.tasks[i];
        std::vector<GraphLink> links;
        for (; next_link < all_links.size() && all_links[next_link].child == i; ++next_link)
            links.push_back(all_links[next_link]);
        if (const std::optional<Found> found = find(task)) {
            reduction.found.push_back(*found);
            continue;
        }
        const auto number = static_cast<std::uint32_t>(left.request->tasks.size());
        take_links(reduction, number, links);
        for (const Submit::OutsideLink& link : request.outside)
            if (link.child == i && reduction.known_outside.emplace(link.parent, number).second) {
                left.request->outside.push_back(link);
                left.request->outside.back().child = number;
            }
        reduction.found.push_back({number, {}});
        left.request->tasks.push_back(task);
        left.created.push_back(i);
        add_fresh(task, waits[i], number);
    }
    // To later submissions of the group these are tasks of another batch.
    fresh_ = before;
    left.is_early = reduction.is_early;
    find_outside_runs(left);
    return left;
}

} // namespace sluice
