// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/neighbours.h"

#include "base/guarded.h"
#include "base/json.h"
#include "store/postgres/notifier.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace sluice::postgres {

namespace {

Changes anything()
{
    Changes changes;
    changes.from_outside = true;
    return changes;
}

template <class Tag>
Json ids_json(const std::vector<Id<Tag>>& ids)
{
    Json list = Json::array();
    for (const Id<Tag> id : ids)
        list.push_back(id.value);
    return list;
}

template <class Tag>
void read_ids(const Json& json, const char* key, std::vector<Id<Tag>>& ids)
{
    if (const auto list = json.find(key); list != json.end())
        for (const Json& id : *list)
            ids.push_back(Id<Tag>{id.get<std::int64_t>()});
}

Json leases_json(const std::vector<HeldLease>& leases)
{
    Json list = Json::array();
    for (const HeldLease& lease : leases)
        list.push_back(Json::array({lease.task.value, lease.attempt}));
    return list;
}

void read_leases(const Json& json, std::vector<HeldLease>& leases)
{
    if (const auto list = json.find("leases"); list != json.end())
        for (const Json& lease : *list)
            leases.push_back({TaskId{lease.at(0).get<std::int64_t>()}, lease.at(1).get<int>()});
}

class PostgresNeighbours final : public Neighbours {
public:
    PostgresNeighbours(
        const ConnectSettings& settings, OthersWrote others_wrote, Log log, Handle first
    )
        : notifier_(
              settings,
              {.arrived = [this](std::string_view payload) { tell(decode_changes(payload)); },
               .everything_changed = [this] { tell(anything()); }},
              std::move(others_wrote), std::move(log), std::move(first)
          )
    {}

    void listen(OnNews on_news) override
    {
        on_news_.with([&](OnNews& current) { current = std::move(on_news); });
    }

    bool tell_what() const override { return true; }

    void announce(const Changes& changes) override { notifier_.notify(encode_changes(changes)); }

    void join(WorkerId worker) override
    {
        own_.with([&](std::set<WorkerId>& own) { own.insert(worker); });
        notifier_.hold(worker);
    }

    void leave(WorkerId worker) override
    {
        own_.with([&](std::set<WorkerId>& own) { own.erase(worker); });
        notifier_.release(worker);
    }

    // The pulse has asked the server already; ours live, whatever it says.
    std::vector<WorkerId> dead(const std::vector<WorkerId>& workers) override
    {
        return own_.with([&](const std::set<WorkerId>& own) {
            std::vector<WorkerId> others;
            std::ranges::copy_if(workers, std::back_inserter(others), [&](WorkerId worker) {
                return !own.contains(worker);
            });
            return others;
        });
    }

private:
    void tell(const Changes& changes)
    {
        on_news_.with([&](const OnNews& on_news) {
            if (on_news)
                on_news(changes);
        });
    }

    Guarded<OnNews> on_news_;
    Guarded<std::set<WorkerId>> own_;
    Notifier notifier_; // last: its thread uses the others
};

} // namespace

std::unique_ptr<Neighbours>
make_neighbours(const ConnectSettings& settings, OthersWrote others_wrote, Log log, Handle first)
{
    return std::make_unique<PostgresNeighbours>(
        settings, std::move(others_wrote), std::move(log), std::move(first)
    );
}

std::string encode_changes(const Changes& changes)
{
    Json json = Json::object();
    if (!changes.ready_queues.empty()) {
        Json& names = json["queues"] = Json::array();
        for (const auto& name : changes.ready_queues)
            names.push_back(*name);
    }
    if (!changes.final_runs.empty())
        json["runs"] = ids_json(changes.final_runs);
    if (!changes.lost_leases.empty())
        json["leases"] = leases_json(changes.lost_leases);
    if (!changes.early_ends.empty())
        json["ends"] = ids_json(changes.early_ends);
    if (changes.earliest_due)
        json["due"] = to_micros(*changes.earliest_due);
    if (changes.sweep)
        json["sweep"] = true;
    if (changes.doomed_outputs)
        json["doomed"] = true;
    if (changes.cluster_jobs)
        json["cluster"] = true;
    if (changes.schedule_due)
        json["schedule"] = to_micros(*changes.schedule_due);
    return dump_json(json);
}

Changes decode_changes(std::string_view payload)
{
    const Result<Json> json = parse_json(payload);
    if (!json)
        return anything();
    Changes changes = anything();
    try {
        if (const auto names = json->find("queues"); names != json->end())
            for (const Json& name : *names)
                changes.ready_queues.push_back(
                    std::make_shared<const std::string>(name.get<std::string>())
                );
        read_ids(*json, "runs", changes.final_runs);
        read_leases(*json, changes.lost_leases);
        read_ids(*json, "ends", changes.early_ends);
        if (const auto due = json->find("due"); due != json->end())
            changes.earliest_due = from_micros(due->get<std::int64_t>());
        changes.sweep = json->value("sweep", false);
        changes.doomed_outputs = json->value("doomed", false);
        changes.cluster_jobs = json->value("cluster", false);
        if (const auto due = json->find("schedule"); due != json->end())
            changes.schedule_due = from_micros(due->get<std::int64_t>());
        changes.told = true;
    } catch (const Json::exception&) {
        return anything();
    }
    return changes;
}

} // namespace sluice::postgres
