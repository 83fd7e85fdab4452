// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include "base/text.h"
#include "documents.h"
#include "gil.h"
#include "waits.h"

#include <fmt/format.h>
#include <pybind11/stl.h>

#include <memory>
#include <utility>
#include <vector>

namespace sluice::python {

namespace {

Json task_json(const TaskReport& task)
{
    Json json = Json::object();
    json["id"] = task.id;
    json["status"] = std::string(name(task.status));
    json["start_time"] = time_json(task.started_at);
    json["end_time"] = time_json(task.ended_at);
    json["attempts"] = task.attempts;
    json["error"] = task.error;
    return json;
}

Json report_json(const RunReport& report)
{
    Json json = Json::object();
    json["id"] = report.id;
    json["workflow"] = report.workflow;
    json["version"] = report.version;
    json["status"] = std::string(name(report.status));
    json["start_time"] = time_text(report.created_at);
    json["end_time"] = time_json(report.ended_at);
    json["error_message"] = report.error;
    json["tasks"] = Json::array();
    for (const TaskPlace place : topological_order_of(report))
        json["tasks"].push_back(task_json(report.tasks[place]));
    return json;
}

std::string document_of(const std::string& stored)
{
    return stored.empty() ? "{}" : stored;
}

[[noreturn]] void refuse_task(const RunReport& report, const std::string& id)
{
    std::vector<std::string> ids;
    for (const TaskReport& task : report.tasks)
        ids.push_back(task.id);
    const std::vector<std::string> near = nearest(id, ids, 1);
    raise(
        {.kind = CallError::Kind::not_found,
         .text = fmt::format(
             "the run has no task '{}'{}", id,
             near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near.front())
         )}
    );
}

} // namespace

// Of a child of a fork it is the parent's, which nobody may touch.
Run::~Run()
{
    if (!born_.is_here())
        static_cast<void>(new FollowedRunPtr(std::move(run_)));
}

void Run::check() const
{
    check_here(born_, "this run");
}

bool Run::is_final()
{
    check();
    if (final_)
        return true;
    const PendingPtr<SharedReport> end = run_->end();
    if (!end->is_answered())
        return false;
    const CallResult<SharedReport> answer = end->get();
    if (answer)
        final_ = *answer;
    return answer.has_value();
}

bool Run::wait(std::int64_t timeout_ms)
{
    if (is_final())
        return true;
    const PendingPtr<SharedReport> end = run_->end();
    const Wait waits = [&](Micros limit) { return end->wait_for(limit); };
    if (!wait_long(waits, deadline_after(timeout_ms)))
        return false;
    final_ = value_of(end->get());
    return true;
}

SharedReport Run::report()
{
    if (is_final())
        return final_;
    SharedReport now = answer_of(run_->report());
    if (sluice::is_final(now->status))
        final_ = now;
    return now;
}

std::string Run::status()
{
    if (is_final())
        return std::string(name(final_->status));
    return std::string(name(answer_of(run_->status())));
}

void Run::cancel(const std::string& reason)
{
    if (is_final())
        return;
    const PendingPtr<bool> answer = run_->cancel(reason);
    const Wait waits = [&](Micros limit) { return answer->wait_for(limit); };
    if (wait_until(waits, {}) == Waited::raised)
        raise_what_is_set();
    const CallResult<bool> result = answer->get();
    if (!result && result.error().kind != CallError::Kind::conflict) // it became final meanwhile
        raise(result.error());
}

std::string Run::members()
{
    return dump_json(report_json(*report()));
}

std::string Run::initial_context()
{
    return document_of(report()->initial_context);
}

std::string Run::final_context()
{
    if (final_context_)
        return *final_context_;
    const SharedReport from = report();
    std::optional<Result<std::string>> made;
    without_gil([&] { made = final_context_of(*from); });
    std::string text = value_of(*std::move(made));
    if (sluice::is_final(from->status))
        final_context_ = text;
    return text;
}

std::optional<std::string> Run::output(const std::string& task_id)
{
    const SharedReport from = report();
    for (const TaskReport& task : from->tasks) {
        if (task.id != task_id)
            continue;
        if (task.status != TaskStatus::completed || !task.end)
            return std::nullopt;
        return document_of(task.end->result);
    }
    refuse_task(*from, task_id);
}

void add_run(py::module_& module)
{
    py::class_<Run, std::shared_ptr<Run>>(module, "Run", py::is_final())
        .def_property_readonly("id", &Run::id)
        .def("wait", &Run::wait, py::arg("timeout_ms"))
        .def("status", &Run::status)
        .def("cancel", &Run::cancel, py::arg("reason"))
        .def("members", &Run::members)
        .def("initial_context", &Run::initial_context)
        .def("final_context", &Run::final_context)
        .def("output", &Run::output, py::arg("task_id"));
}

} // namespace sluice::python
