// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_payload.h"

#include <algorithm>
#include <array>
#include <set>

namespace sluice {

namespace {

const Json none = nullptr;

const Json& member(const Json& document, std::string_view name)
{
    const auto found = document.find(name);
    return found == document.end() ? none : *found;
}

// The actions of one trigger in a document; a single one stands alone.
std::vector<const Json*> actions_in(const Json& document, Trigger trigger)
{
    std::vector<const Json*> actions;
    const Json& value = member(document, member_name(trigger));
    if (value.is_array())
        for (const Json& action : value)
            actions.push_back(&action);
    else if (!value.is_null())
        actions.push_back(&value);
    return actions;
}

Json kinds_of(const std::vector<TaskRequest>& tasks)
{
    std::set<std::string_view> kinds;
    for (const TaskRequest& task : tasks)
        kinds.insert(task.kind);
    Json list = Json::array();
    for (const std::string_view kind : kinds)
        list.push_back(std::string(kind));
    return list;
}

} // namespace

PayloadWriter::PayloadWriter(const std::vector<TaskRequest>& tasks)
{
    std::unordered_map<std::string, int> places;
    std::vector<const std::string*> order; // the numbers follow the request
    std::vector<const Json*> documents;
    for (const TaskRequest& task : tasks)
        for (const Trigger trigger : all_triggers)
            for (const Json* action : actions_in(*task.document, trigger)) {
                const auto [place, is_new] = places.emplace(dump_json(*action), 0);
                if (++place->second == 2) {
                    order.push_back(&place->first);
                    documents.push_back(action);
                }
            }
    spec_ = Json::object();
    // Which tasks are not created is found out later: their kinds are looked up then.
    const auto may_exist = [](const TaskRequest& task) { return !task.dedupe.empty(); };
    if (std::ranges::none_of(tasks, may_exist))
        spec_["kinds"] = kinds_of(tasks);
    if (order.empty())
        return;
    Json& shared = spec_["actions"] = Json::array();
    for (std::size_t i = 0; i < order.size(); ++i) {
        shared_.emplace(*order[i], i);
        shared.push_back(*documents[i]);
    }
}

Json PayloadWriter::reference_to(const Json& action) const
{
    if (shared_.empty())
        return action;
    const auto shared = shared_.find(dump_json(action));
    return shared == shared_.end() ? action : Json(shared->second);
}

std::string PayloadWriter::payload_of(const TaskRequest& task) const
{
    Json payload = Json::object();
    for (const Trigger trigger : all_triggers) {
        const std::vector<const Json*> actions = actions_in(*task.document, trigger);
        if (actions.empty())
            continue;
        const std::string name(member_name(trigger));
        if (trigger == Trigger::start) {
            payload[name] = reference_to(*actions.front());
            continue;
        }
        Json& list = payload[name] = Json::array();
        for (const Json* action : actions)
            list.push_back(reference_to(*action));
    }
    if (const Json& retry = member(*task.document, "retry"); !retry.is_null())
        payload["retry"] = retry;
    return dump_json(payload);
}

Result<TaskPayload> TaskPayload::read(const std::string& payload, const Json& spec)
{
    Result<Json> document = parse_json(payload);
    if (!document)
        return Error{Errc::corrupt, "a task's payload: " + document.error().detail};
    if (!document->is_object())
        return Error{Errc::corrupt, "a task's payload is not an object"};
    return TaskPayload(*std::move(document), spec);
}

TaskPayload::TaskPayload(Json payload, const Json& spec)
    : payload_(std::move(payload)), spec_(&spec)
{}

// A number stands for an action of the batch.
const Json* TaskPayload::resolve(const Json& reference) const
{
    if (!reference.is_number_integer())
        return &reference;
    const auto actions = spec_->is_object() ? spec_->find("actions") : spec_->end();
    const auto number = reference.get<std::size_t>();
    return actions == spec_->end() || number >= actions->size() ? nullptr : &(*actions)[number];
}

const Json* TaskPayload::action(Trigger trigger, std::size_t position) const
{
    const std::vector<const Json*> found = actions_in(payload_, trigger);
    return position < found.size() ? resolve(*found[position]) : nullptr;
}

std::vector<const Json*> TaskPayload::actions(Trigger trigger) const
{
    std::vector<const Json*> found = actions_in(payload_, trigger);
    for (const Json*& action : found)
        action = resolve(*action);
    std::erase(found, nullptr);
    return found;
}

const Json& TaskPayload::retry() const
{
    return member(payload_, "retry");
}

} // namespace sluice
