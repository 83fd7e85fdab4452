// SPDX-License-Identifier: Apache-2.0
// How tasks with rules are claimed (docs/decisions/0005): the lines are merged without locks; what
// may start by the counters as they are read is taken; then the counters are locked and looked at
// again, and what does not fit any more goes back.
#include "store/use_cases/gated_claim.h"

#include "store/queue_filter.h"
#include "store/use_cases/displace.h"
#include "store/use_cases/gate_check.h"

#include <algorithm>
#include <deque>
#include <tuple>

namespace sluice {

namespace {

constexpr std::size_t lines_max = 64; // looked at together
constexpr std::size_t depth_max = 256;

// The choice of one claim, line by line, none of it locked.
class Choice {
public:
    Choice(WriteContext& context, const QueueFilter& filter, std::size_t limit)
        : context_(context), filter_(filter), limit_(limit), check_(context.book)
    {}

    std::vector<Candidate> make()
    {
        for (std::size_t depth = 1; chosen_.size() < limit_;
             depth = std::min(depth * 4, depth_max)) {
            const std::vector<GatedRow> lines = matching_lines();
            if (lines.empty())
                break;
            read(lines, std::min(depth, limit_ - chosen_.size()));
            while (chosen_.size() < limit_ && take_best()) {
            }
        }
        return std::move(chosen_);
    }

private:
    struct Line {
        std::deque<Candidate> rows;
        bool is_whole = false; // nothing stands behind the rows
    };

    std::vector<GatedRow> matching_lines()
    {
        std::vector<GatedRow> lines;
        for (const GatedRow& head : context_.lines.open_lines()) {
            const auto name = context_.board.open_name(context_.tables, head.line.queue);
            if (name && filter_.matches(*name))
                lines.push_back(head);
            if (lines.size() == lines_max)
                break;
        }
        return lines;
    }

    void read(const std::vector<GatedRow>& from, std::size_t depth)
    {
        lines_.clear();
        for (const GatedRow& head : from)
            lines_[head.line];
        for (RuleTables::Waiting& row : context_.tables.rules().waiting(from, depth)) {
            const LineKey key = row.row.line;
            lines_[key].rows.push_back(candidate_of(context_.book, std::move(row)));
        }
        for (auto line = lines_.begin(); line != lines_.end();) {
            line->second.is_whole = line->second.rows.size() < depth;
            if (line->second.rows.empty()) {
                context_.lines.remove(line->first);
                line = lines_.erase(line);
            } else {
                ++line;
            }
        }
        read_counters();
    }

    void read_counters()
    {
        std::vector<CounterKey> keys;
        for (const auto& [key, line] : lines_)
            for (const Candidate& candidate : line.rows)
                for (const Gate& gate : candidate.gates)
                    if (!check_.knows(gate.counter))
                        keys.push_back(gate.counter);
        sort_unique(keys);
        for (const CounterKey& key : keys)
            check_.know(key, 0);
        if (!keys.empty())
            for (const CounterRow& row : context_.tables.rules().counters(keys))
                check_.know(row.counter, row.total);
        for (const CounterKey& key : keys)
            if (const auto change = context_.counting.changes.find(key);
                change != context_.counting.changes.end())
                check_.add(key, change->second);
    }

    // False: nothing is left to be decided on without reading on.
    bool take_best()
    {
        const auto place = [](const auto& entry) {
            const GatedRow& row = entry.second.rows.front().waiting.row;
            return std::tie(row.nprio, row.task);
        };
        const auto best = std::ranges::min_element(lines_, {}, place);
        if (best == lines_.end())
            return false;
        auto& [key, line] = *best;
        Candidate& candidate = line.rows.front();
        if (const Gate* gate = check_.closed_gate(candidate)) {
            if (may_displace(candidate)) {
                gate = displace_for(context_, candidate, check_);
                if (!gate)
                    return true; // and looked at once more
            }
            context_.lines.hold_up(key, gate->counter);
            ++context_.tally.blocked;
            lines_.erase(best);
            return true;
        }
        check_.start(candidate);
        context_.lines.advance(candidate.waiting.row);
        chosen_.push_back(std::move(candidate));
        line.rows.pop_front();
        if (!line.rows.empty())
            return true;
        if (!line.is_whole)
            return false; // what follows in this line may be better than what is known of others
        context_.lines.remove(key);
        lines_.erase(best);
        return true;
    }

    // Once for each task: what it displaces makes room at once.
    bool may_displace(const Candidate& candidate)
    {
        return (candidate.waiting.flags & CardRow::preempts) != 0 &&
               asked_.insert(candidate.waiting.row.task).second;
    }

    WriteContext& context_;
    const QueueFilter& filter_;
    std::size_t limit_;
    GateCheck check_;
    std::map<LineKey, Line> lines_;
    std::vector<Candidate> chosen_;
    std::set<TaskId> asked_;
};

std::vector<CounterKey> counters_of(const std::vector<Candidate>& candidates)
{
    std::vector<CounterKey> keys;
    for (const Candidate& candidate : candidates)
        for (const Gate& gate : candidate.gates)
            keys.push_back(gate.counter);
    sort_unique(keys);
    return keys;
}

// The places that the candidates still have: others may have taken some meanwhile.
std::map<TaskId, Place> take(WriteContext& context, const std::vector<Candidate>& candidates)
{
    std::vector<TaskId> tasks;
    for (const Candidate& candidate : candidates)
        tasks.push_back(candidate.waiting.row.task);
    sort_unique(tasks);
    std::map<TaskId, Place> places;
    for (const Place& place : context.tables.rules().take_waiting(tasks))
        places.emplace(place.task, place);
    return places;
}

} // namespace

std::vector<Place> take_gated(WriteContext& context, const QueueFilter& filter, std::size_t limit)
{
    context.lines.refresh(context.tables.rules());
    if (context.lines.empty() || limit == 0)
        return {};
    context.book.refresh(context.tables.rules());
    settle_members(context);
    const std::vector<Candidate> candidates = Choice(context, filter, limit).make();
    if (candidates.empty())
        return {};
    std::map<TaskId, Place> places = take(context, candidates);

    settle_members(context); // of what was displaced
    GateCheck check(context.book);
    for (const auto& [counter, total] : write_counters(context, counters_of(candidates)))
        check.know(counter, total);
    std::vector<Place> taken;
    std::vector<Place> back;
    for (const Candidate& candidate : candidates) {
        const auto place = places.find(candidate.waiting.row.task);
        if (place == places.end())
            continue;
        if (check.closed_gate(candidate)) {
            back.push_back(place->second);
            continue;
        }
        check.start(candidate);
        taken.push_back(place->second);
    }
    context.make_pending(std::move(back), TaskState::pending);
    return taken;
}

} // namespace sluice
