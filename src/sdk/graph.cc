// SPDX-License-Identifier: Apache-2.0
#include "sluice/graph.h"

#include "sdk/members.h"
#include "sdk/words.h"

#include <atomic>
#include <stdexcept>

namespace sluice::client {

namespace {

// Tells the drafts of one graph from those of another. 0 belongs to none.
std::uint64_t new_identity()
{
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

} // namespace

Dependency succeeded(const Parent& parent)
{
    return {parent, Condition::on_success};
}

Dependency failed(const Parent& parent)
{
    return {parent, Condition::on_failure};
}

Dependency always(const Parent& parent)
{
    return {parent, Condition::always};
}

Batch::Batch() : identity_(new_identity())
{}

TaskDraft Batch::task(const NewTask& task)
{
    const Json after = dependencies(task.after); // throws before anything is kept
    const std::string id = new_id(task.id);
    Members members;
    members.add("id", id).add("name", task.name).add("kind", task.kind);
    if (!task.after.empty())
        members.add("dependencies", after);
    if (!task.on_start.to_json().is_null())
        members.add("on_start", task.on_start);
    members.add("on_success", task.on_success)
        .add("on_failure", task.on_failure)
        .add("on_cancel", task.on_cancel)
        .add("timeout", task.timeout)
        .add("retry", task.retry)
        .add("scheduled_at", task.scheduled_at)
        .add("delay", task.delay)
        .add("metadata", task.metadata)
        .add("expected_count", task.expected_count)
        .add("rules", task.rules)
        .add("dedupe_strategy", task.dedupe)
        .add("priority", task.priority)
        .add("preemptible", task.preemptible)
        .add("preempts", task.preempts)
        .add("dead_end_barrier", task.dead_end_barrier)
        .add("group_id", task.group_id)
        .add("requester", task.requester);
    tasks_.push_back(members.json());
    return TaskDraft(id, identity_);
}

std::string Batch::new_id(const std::optional<std::string>& wanted)
{
    std::string id;
    if (wanted)
        id = *wanted;
    for (std::size_t number = tasks_.size() + 1; !wanted && (id.empty() || ids_.contains(id));)
        id = "task-" + std::to_string(number++);
    if (!ids_.insert(id).second)
        throw std::invalid_argument("'" + id + "' is the id of another task of this batch");
    return id;
}

Json Batch::dependencies(const std::vector<Dependency>& after) const
{
    std::vector<Json> list;
    for (const Dependency& dependency : after) {
        const Parent& parent = dependency.parent;
        if (parent.batch_ != 0 && parent.batch_ != identity_)
            throw std::invalid_argument("'" + parent.id_ + "' belongs to another batch");
        const char* member = parent.batch_ == 0 ? "task_id" : "id";
        list.push_back(Json::object(
            {{member, parent.id_}, {"condition", condition_words.name(dependency.condition)}}
        ));
    }
    return Json::array(list);
}

} // namespace sluice::client
