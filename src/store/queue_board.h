// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/tables.h"

#include <map>
#include <memory>
#include <set>
#include <unordered_map>

namespace sluice {

class QueueFilter;

// What the writer knows of the queues without asking the database: their numbers and names, which
// may have something ready, and a mark before which nothing ready stands (docs/data-model.md,
// "Queues"). It is a cache: forget() is always correct, and called when a transaction fails or
// another process has written. Writer thread only.
class QueueBoard {
public:
    using Name = std::shared_ptr<const std::string>;

    // Everything may have changed: reads the tables again at the next use.
    void forget() { fresh_ = false; }

    // The shared queue of that name, created if need be. Tasks with rules have one of their own.
    QueueId shared(Tables& tables, const std::string& name, bool ruled = false);

    // A queue of one run's own, closed until the run is published.
    QueueId own(Tables& tables, const std::string& name, RunId run, bool ruled = false);

    bool is_ruled(Tables& tables, QueueId queue);
    bool may_be_ruled(QueueId queue) const; // unless it is known, from before too, not to be
    // The queue for the other sort of tasks, as it is named by a queue that stands for it.
    QueueId beside(Tables& tables, QueueId queue, bool ruled);
    Name open_name(Tables& tables, QueueId queue); // null: closed, or there is none
    void set_open(Tables& tables, RunId run, bool open);
    void remove(Tables& tables, RunId run);

    // Something was put into a queue: marks it, and gives back its name, null while it is closed.
    Name put(Tables& tables, const Place& place);

    // The open queues that match and may have something ready, nearest mark first, at most `limit`.
    struct Candidates {
        std::vector<Tables::QueueMark> marks;
        std::optional<Tables::QueueMark> bound; // the first that was left out
    };
    Candidates candidates(Tables& tables, const QueueFilter& filter, std::size_t limit);

    // A claim has taken this of `asked`; with `all`, everything that stands before their bound.
    void took(const Candidates& asked, const Tables::ReadyHeads& taken, bool all);

    // Takes those names off which claims have emptied since the last call.
    void drop_emptied(std::vector<Name>& names);

    Name name(Tables& tables, QueueId queue);
    bool has_ready(Tables& tables, const QueueFilter& filter);

    // Names of the open queues that may have something ready (all after forget()).
    std::vector<Name> ready_names(Tables& tables);

private:
    struct Queue {
        Name name;
        RunId run;
        bool open = false;
        bool ruled = false; // its tasks are claimed by way of the LineBoard
        bool may_have_ready = false;
        Tables::QueueMark mark;
    };

    void refresh(Tables& tables);
    void add(const QueueRow& row);
    Queue* find(Tables& tables, QueueId queue);

    bool fresh_ = false;
    std::unordered_map<QueueId, Queue> queues_;
    std::map<std::pair<std::string, bool>, QueueId> shared_; // by name and whether it is ruled
    std::set<QueueId> ready_;                                // those with may_have_ready
    std::vector<QueueId> emptied_;                           // since drop_emptied()
};

} // namespace sluice
