// SPDX-License-Identifier: Apache-2.0
#include "store/queue_board.h"

#include "base/assert.h"
#include "store/queue_filter.h"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

bool comes_before(const Tables::QueueMark& a, const Tables::QueueMark& b)
{
    return std::pair(a.nprio, a.task) < std::pair(b.nprio, b.task);
}

} // namespace

void QueueBoard::add(const QueueRow& row)
{
    Queue queue;
    queue.name = std::make_shared<const std::string>(row.name);
    queue.run = row.run;
    queue.open = row.open;
    queue.ruled = row.ruled;
    queue.mark.queue = row.id;
    queues_[row.id] = std::move(queue);
    if (!row.run)
        shared_[{row.name, row.ruled}] = row.id;
}

void QueueBoard::refresh(Tables& tables)
{
    if (fresh_)
        return;
    queues_.clear();
    shared_.clear();
    ready_.clear();
    emptied_.clear();
    for (const QueueRow& row : tables.queues())
        add(row);
    for (const Tables::QueueMark& head : tables.queue_heads()) {
        const auto found = queues_.find(head.queue);
        if (found == queues_.end())
            continue;
        found->second.mark = head;
        found->second.may_have_ready = true;
        ready_.insert(head.queue);
    }
    fresh_ = true;
}

QueueBoard::Queue* QueueBoard::find(Tables& tables, QueueId queue)
{
    refresh(tables);
    const auto found = queues_.find(queue);
    return found == queues_.end() ? nullptr : &found->second;
}

QueueId QueueBoard::shared(Tables& tables, const std::string& name, bool ruled)
{
    refresh(tables);
    const auto found = shared_.find({name, ruled});
    if (found != shared_.end())
        return found->second;
    QueueRow row{
        QueueId{tables.next_ids(Tables::Sequence::queue, 1).front()}, name, RunId{}, true, ruled};
    row.id = tables.ensure_shared_queue(row);
    add(row);
    return row.id;
}

QueueId QueueBoard::own(Tables& tables, const std::string& name, RunId run, bool ruled)
{
    refresh(tables);
    for (const auto& [id, queue] : queues_)
        if (queue.run == run && queue.ruled == ruled && *queue.name == name)
            return id;
    const QueueRow row{
        QueueId{tables.next_ids(Tables::Sequence::queue, 1).front()}, name, run, false, ruled};
    tables.insert_queue(row);
    add(row);
    return row.id;
}

bool QueueBoard::is_ruled(Tables& tables, QueueId queue)
{
    const Queue* found = find(tables, queue);
    return found && found->ruled;
}

bool QueueBoard::may_be_ruled(QueueId queue) const
{
    const auto found = queues_.find(queue);
    return found == queues_.end() || found->second.ruled;
}

QueueId QueueBoard::beside(Tables& tables, QueueId queue, bool ruled)
{
    const Queue* found = find(tables, queue);
    SLUICE_ASSERT(found != nullptr);
    if (found->ruled == ruled)
        return queue;
    const std::string name = *found->name;
    if (!found->run)
        return shared(tables, name, ruled);
    const bool open = found->open;
    const RunId run = found->run;
    const QueueId id = own(tables, name, run, ruled);
    if (open)
        set_open(tables, run, true);
    return id;
}

QueueBoard::Name QueueBoard::open_name(Tables& tables, QueueId queue)
{
    const Queue* found = find(tables, queue);
    return found && found->open ? found->name : nullptr;
}

void QueueBoard::set_open(Tables& tables, RunId run, bool open)
{
    refresh(tables);
    tables.set_queues_open(run, open);
    for (auto& [id, queue] : queues_)
        if (queue.run == run)
            queue.open = open;
}

void QueueBoard::remove(Tables& tables, RunId run)
{
    refresh(tables);
    tables.delete_queues(run);
    std::erase_if(queues_, [&](const auto& entry) {
        if (entry.second.run != run)
            return false;
        ready_.erase(entry.first);
        return true;
    });
}

QueueBoard::Name QueueBoard::put(Tables& tables, const Place& place)
{
    Queue* queue = find(tables, place.queue);
    if (!queue)
        return nullptr;
    const Tables::QueueMark key{place.queue, place.nprio, place.task};
    if (!queue->may_have_ready || comes_before(key, queue->mark)) {
        // Nothing was known to be ready, or all of it stands after this place.
        queue->mark = key;
        queue->may_have_ready = true;
        ready_.insert(place.queue);
    }
    return queue->open ? queue->name : nullptr;
}

QueueBoard::Candidates
QueueBoard::candidates(Tables& tables, const QueueFilter& filter, std::size_t limit)
{
    refresh(tables);
    Candidates found;
    std::vector<Tables::QueueMark>& marks = found.marks;
    for (const QueueId id : ready_) {
        const Queue& queue = queues_.at(id);
        if (queue.open && !queue.ruled && filter.matches(*queue.name))
            marks.push_back(queue.mark);
    }
    if (marks.size() > limit) {
        const auto nth = marks.begin() + static_cast<std::ptrdiff_t>(limit);
        std::nth_element(marks.begin(), nth, marks.end(), comes_before);
        found.bound = *nth;
        marks.resize(limit);
    }
    std::sort(marks.begin(), marks.end(), comes_before);
    return found;
}

void QueueBoard::took(const Candidates& asked, const Tables::ReadyHeads& taken, bool all)
{
    for (const Place& place : taken.places)
        queues_.at(place.queue).mark = {place.queue, place.nprio, place.task};
    // What the bound has kept back stands behind it, and the task of the bound is another queue's.
    if (all && asked.bound)
        for (const Tables::QueueMark& mark : asked.marks) {
            Tables::QueueMark& own = queues_.at(mark.queue).mark;
            const Tables::QueueMark behind{
                mark.queue, asked.bound->nprio, TaskId{asked.bound->task.value + 1}};
            if (comes_before(own, behind))
                own = behind;
        }
    for (const QueueId id : taken.emptied) {
        queues_.at(id).may_have_ready = false;
        ready_.erase(id);
        emptied_.push_back(id);
    }
}

void QueueBoard::drop_emptied(std::vector<Name>& names)
{
    std::vector<const std::string*> emptied;
    for (const QueueId id : std::exchange(emptied_, {})) {
        const auto found = queues_.find(id);
        if (found != queues_.end() && !found->second.may_have_ready)
            emptied.push_back(found->second.name.get());
    }
    std::ranges::sort(emptied);
    std::erase_if(names, [&](const Name& name) {
        return std::ranges::binary_search(emptied, name.get());
    });
}

QueueBoard::Name QueueBoard::name(Tables& tables, QueueId queue)
{
    const Queue* found = find(tables, queue);
    SLUICE_ASSERT(found != nullptr);
    return found->name;
}

bool QueueBoard::has_ready(Tables& tables, const QueueFilter& filter)
{
    return !candidates(tables, filter, 1).marks.empty();
}

std::vector<QueueBoard::Name> QueueBoard::ready_names(Tables& tables)
{
    refresh(tables);
    std::vector<Name> names;
    for (const QueueId id : ready_) {
        const auto found = queues_.find(id);
        if (found != queues_.end() && found->second.open)
            names.push_back(found->second.name);
    }
    return names;
}

} // namespace sluice
