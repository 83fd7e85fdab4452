// SPDX-License-Identifier: Apache-2.0
#include "tasks/timeline_states.h"

#include <string_view>

namespace sluice {

namespace {

// Follows a task through its history, for the lines that do not say themselves which status it has
// reached.
class Follower {
public:
    explicit Follower(const TaskHistory& history)
        : has_parents_(history.parents_ended.parents > 0 || history.view.task.need.has_value())
    {
        const ParentsEnded& ended = history.parents_ended;
        if (ended.ended == ended.parents && !history.view.task.need)
            waits_until_ = ended.last_at;
    }

    void see(TimelineEntry& entry)
    {
        if (entry.event == "created")
            entry.state = free_state(entry.at);
        else if (is_action(entry, "pause") && !is_final(state_))
            entry.state = TaskState::paused;
        else if (is_action(entry, "resume") && state_ == TaskState::paused)
            entry.state = before_pause_;
        else if (is_action(entry, "cancel") && !is_final(state_))
            entry.state = TaskState::canceled;
        else if (is_action(entry, "retry"))
            entry.state = free_state(entry.at);
        else if (entry.event == "parents ended" && state_ == TaskState::paused)
            hold_back(entry);
        if (!entry.state)
            return;
        if (entry.attempt > 0)
            attempt_ = entry.attempt;
        else if (is_leased_now())
            entry.attempt = attempt_;
        reach(*entry.state);
    }

private:
    static bool is_action(const TimelineEntry& entry, std::string_view action)
    {
        const std::string_view event = entry.event;
        return event == action || (event.starts_with("batch ") && event.substr(6) == action);
    }

    // What it is without a lease: its parents may end later.
    TaskState free_state(Time at) const
    {
        const bool waits = has_parents_ && (!waits_until_ || *waits_until_ > at);
        return waits ? TaskState::waiting : TaskState::pending;
    }

    bool is_leased_now() const
    {
        return is_leased(state_ == TaskState::paused ? before_pause_ : state_);
    }

    // It is pending only once it is resumed.
    void hold_back(TimelineEntry& entry)
    {
        entry.state.reset();
        before_pause_ = TaskState::pending;
    }

    void reach(TaskState state)
    {
        if (state == TaskState::paused && state_ != TaskState::paused)
            before_pause_ = state_;
        state_ = state;
    }

    bool has_parents_;
    std::optional<Time> waits_until_; // nothing: some have not ended yet
    TaskState state_ = TaskState::pending;
    TaskState before_pause_ = TaskState::pending;
    int attempt_ = 0;
};

} // namespace

void fill_in_states(const TaskHistory& history, std::vector<TimelineEntry>& entries)
{
    Follower follower(history);
    for (TimelineEntry& entry : entries)
        follower.see(entry);
}

} // namespace sluice
