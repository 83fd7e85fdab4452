// SPDX-License-Identifier: Apache-2.0
#include "schedules.h"

#include "documents.h"
#include "waits.h"

#include <fmt/format.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace sluice::python {

namespace {

constexpr std::size_t page_max = 1000; // rows at once

// --- what the engine gives, as documents ---------------------------------------------------------

Json schedule_json(const CronScheduleView& view)
{
    Json json = Json::object();
    json["id"] = view.id;
    json["workflow_name"] = view.workflow;
    json["cron_expression"] = view.expression;
    json["timezone"] = view.timezone;
    json["enabled"] = view.enabled;
    json["catchup_policy"] = std::string(name(view.catchup));
    json["next_run_at"] = time_json(view.next_run_at);
    json["last_run_at"] = time_json(view.last_run_at);
    json["created_at"] = time_text(view.created_at);
    json["updated_at"] = time_text(view.updated_at);
    return json;
}

Json fire_json(const CronFireView& view)
{
    Json json = Json::object();
    json["id"] = view.id;
    json["schedule_id"] = view.schedule_id;
    json["scheduled_time"] = time_text(view.scheduled_time);
    json["claimed_at"] = time_text(view.claimed_at);
    json["pipeline_execution_id"] = text_or_null(view.run_id);
    json["workflow_execution_id"] = text_or_null(view.run_id);
    json["created_at"] = time_text(view.created_at);
    json["updated_at"] = time_text(view.updated_at);
    return json;
}

Json trigger_json(const TriggerView& view)
{
    Json json = Json::object();
    json["id"] = view.id;
    json["trigger_name"] = view.name;
    json["workflow_name"] = text_or_null(view.workflow);
    json["poll_interval_ms"] = view.poll_interval / std::chrono::milliseconds(1);
    json["allow_concurrent"] = view.allow_concurrent;
    json["enabled"] = view.enabled;
    json["last_poll_at"] = time_json(view.last_poll_at);
    json["created_at"] = time_text(view.created_at);
    json["updated_at"] = time_text(view.updated_at);
    return json;
}

Json trigger_fire_json(const TriggerFireView& view)
{
    Json json = Json::object();
    json["id"] = view.id;
    json["schedule_id"] = view.schedule_id;
    json["context_hash"] = view.context_hash;
    json["workflow_execution_id"] = text_or_null(view.run_id);
    json["started_at"] = time_text(view.started_at);
    json["completed_at"] = time_json(view.completed_at);
    json["created_at"] = time_text(view.created_at);
    return json;
}

// --- pages ---------------------------------------------------------------------------------------

struct Page {
    std::optional<bool> enabled = {};
    std::size_t limit = 100;
    std::size_t offset = 0;
};

enum class Filter : std::uint8_t { none, enabled };

Page read_page(const std::string& query, Filter filter)
{
    Page page;
    bool enabled_only = false;
    read_document(query, [&](ObjectReader& reader) {
        if (filter == Filter::enabled)
            reader.optional("enabled_only", enabled_only, FlagKind{});
        reader.optional("limit", page.limit, NumberKind<std::size_t>{0, INT64_MAX});
        reader.optional("offset", page.offset, NumberKind<std::size_t>{0, INT64_MAX});
    });
    if (enabled_only)
        page.enabled = true;
    return page;
}

// Asks for so many rows, in pieces that the engine gives at once, and writes them.
template <class Ask>
std::string listed(Page page, Ask ask, auto json_of)
{
    Json rows = Json::array();
    while (page.limit > 0) {
        const std::size_t wanted = std::min(page.limit, page_max);
        const auto found = ask(Page{page.enabled, wanted, page.offset});
        for (const auto& row : found)
            rows.push_back(json_of(row));
        if (found.size() < wanted)
            break;
        page.limit -= wanted;
        page.offset += wanted;
    }
    return dump_json(rows);
}

// --- cron ----------------------------------------------------------------------------------------

template <class T>
T of_cron(Runner& runner, Host::OnCron<T> work)
{
    return answer_of(runner.host().with_cron<T>(std::move(work)));
}

struct TimeTextKind {
    void read(const Value& value, Time& out) const
    {
        ParsedKind<Time>{parse_time}.read(value, out);
    }
};

struct CatchupWordKind {
    void read(const Value& value, Catchup& out) const
    {
        std::string word;
        TextKind{}.read(value, word);
        if (const std::optional<Catchup> known = catchup(word))
            out = *known;
        else
            value.refuse_type("one of skip, run_all, none");
    }
};

std::string add_schedule(Runner& runner, const std::string& schedule)
{
    CronSchedules::New added;
    read_document(schedule, [&](ObjectReader& reader) {
        reader.required("workflow_name", added.workflow, TextKind{1});
        reader.required("cron_expression", added.expression, TextKind{});
        reader.optional("timezone", added.timezone, TextKind{});
        reader.optional("catchup_policy", added.catchup, CatchupWordKind{});
        reader.optional("start", added.start, TimeTextKind{});
        reader.optional("end", added.end, TimeTextKind{});
    });
    return of_cron<std::string>(runner, [added](CronSchedules& cron) { return cron.add(added); });
}

std::string list_schedules(Runner& runner, const std::string& query)
{
    using Views = std::vector<CronScheduleView>;
    const auto ask = [&runner](const Page& page) {
        const CronSchedules::Page wanted{page.enabled, page.limit, page.offset};
        return of_cron<Views>(runner, [wanted](CronSchedules& cron) { return cron.list(wanted); });
    };
    return listed(read_page(query, Filter::enabled), ask, schedule_json);
}

std::string get_schedule(Runner& runner, const std::string& id)
{
    const auto ask = [id](CronSchedules& cron) { return cron.get(id); };
    return dump_json(schedule_json(of_cron<CronScheduleView>(runner, ask)));
}

void update_schedule(Runner& runner, const std::string& id, const std::string& changes)
{
    CronSchedules::Change change;
    read_document(changes, [&](ObjectReader& reader) {
        reader.optional("cron_expression", change.expression, TextKind{});
        reader.optional("timezone", change.timezone, TextKind{});
        reader.optional("enabled", change.enabled, FlagKind{});
    });
    of_cron<CronScheduleView>(runner, [id, change](CronSchedules& cron) {
        return cron.update(id, change);
    });
}

void delete_schedule(Runner& runner, const std::string& id)
{
    of_cron<bool>(runner, [id](CronSchedules& cron) { return cron.remove(id); });
}

std::string schedule_history(Runner& runner, const std::string& id, const std::string& query)
{
    using Views = std::vector<CronFireView>;
    const auto ask = [&runner, &id](const Page& page) {
        return of_cron<Views>(runner, [id, page](CronSchedules& cron) {
            return cron.history(id, page.limit, page.offset);
        });
    };
    return listed(read_page(query, Filter::none), ask, fire_json);
}

std::string schedule_stats(Runner& runner, const std::string& since)
{
    const Time from = value_of(parse_time(since));
    const auto stats = of_cron<CronSchedules::Stats>(runner, [from](CronSchedules& cron) {
        return cron.stats(from);
    });
    Json json = Json::object();
    json["total_executions"] = stats.total;
    json["successful_executions"] = stats.successful;
    json["lost_executions"] = stats.lost;
    json["success_rate"] = stats.success_rate;
    return dump_json(json);
}

// --- triggers ------------------------------------------------------------------------------------

template <class T>
T of_triggers(Runner& runner, Host::OnTriggers<T> work)
{
    return answer_of(runner.host().with_triggers<T>(std::move(work)));
}

std::string list_triggers(Runner& runner, const std::string& query)
{
    using Views = std::vector<TriggerView>;
    const auto ask = [&runner](const Page& page) {
        const TriggerSchedules::Page wanted{page.enabled, page.limit, page.offset};
        return of_triggers<Views>(runner, [wanted](TriggerSchedules& all) {
            return all.list(wanted);
        });
    };
    return listed(read_page(query, Filter::enabled), ask, trigger_json);
}

std::optional<std::string> get_trigger(Runner& runner, const std::string& name)
{
    using View = std::optional<TriggerView>;
    const View view =
        of_triggers<View>(runner, [name](TriggerSchedules& all) { return all.get(name); });
    return view ? std::optional(dump_json(trigger_json(*view))) : std::nullopt;
}

void set_trigger_enabled(Runner& runner, const std::string& name, bool enabled)
{
    of_triggers<bool>(runner, [name, enabled](TriggerSchedules& all) {
        return all.set_enabled(name, enabled);
    });
}

std::string trigger_history(Runner& runner, const std::string& name, const std::string& query)
{
    using Views = std::vector<TriggerFireView>;
    const auto ask = [&runner, &name](const Page& page) {
        return of_triggers<Views>(runner, [name, page](TriggerSchedules& all) {
            return all.history(name, page.limit, page.offset);
        });
    };
    return listed(read_page(query, Filter::none), ask, trigger_fire_json);
}

std::shared_ptr<Run>
fire_trigger(Runner& runner, const std::string& name, const std::optional<std::string>& context)
{
    return std::make_shared<Run>(answer_of(runner.host().fire_trigger(name, context.value_or(""))));
}

} // namespace

void add_schedules(RunnerClass& runner)
{
    runner.def("add_schedule", &add_schedule, py::arg("schedule"))
        .def("list_schedules", &list_schedules, py::arg("query"))
        .def("get_schedule", &get_schedule, py::arg("schedule_id"))
        .def("update_schedule", &update_schedule, py::arg("schedule_id"), py::arg("changes"))
        .def("delete_schedule", &delete_schedule, py::arg("schedule_id"))
        .def("schedule_history", &schedule_history, py::arg("schedule_id"), py::arg("query"))
        .def("schedule_stats", &schedule_stats, py::arg("since"))
        .def("list_triggers", &list_triggers, py::arg("query"))
        .def("get_trigger", &get_trigger, py::arg("name"))
        .def("set_trigger_enabled", &set_trigger_enabled, py::arg("name"), py::arg("enabled"))
        .def("trigger_history", &trigger_history, py::arg("name"), py::arg("query"))
        .def("fire_trigger", &fire_trigger, py::arg("name"), py::arg("context"));
}

} // namespace sluice::python
