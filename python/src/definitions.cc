// SPDX-License-Identifier: Apache-2.0
#include "definitions.h"

#include "base/random.h"
#include "bodies.h"
#include "documents.h"
#include "model/schedule/cron.h"
#include "model/schedule/zone.h"
#include "model/workflow/workflow_check.h"
#include "model/workflow/workflow_draw.h"
#include "model/workflow/workflow_graph.h"
#include "model/workflow/workflow_retry.h"
#include "model/workflow/workflow_version.h"
#include "registered.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace sluice::python {

namespace {

constexpr std::size_t trigger_name_bytes_max = 255;

// Error `invalid` with everything that keeps it from being a workflow.
WorkflowDefinition good_definition(std::string_view text)
{
    const Json json = read_json(text);
    Checked<WorkflowDefinition> definition = read_definition(json);
    if (!definition) {
        std::vector<std::string> told;
        for (const Problem& problem : definition.error())
            told.push_back(told_of_task(json, problem));
        raise_invalid(std::move(told));
    }
    std::vector<std::string> problems = definition_problems(*definition);
    if (!problems.empty())
        raise_invalid(std::move(problems));
    return *std::move(definition);
}

std::string check(const std::string& text)
{
    const WorkflowDefinition definition = good_definition(text);
    const WorkflowGraph graph(definition);
    Json facts = Json::object();
    facts["version"] = workflow_version(definition);
    facts["topological_sort"] = graph.ids(graph.topological_sort());
    facts["execution_levels"] = Json::array();
    const std::vector<TaskPlaces> levels = graph.execution_levels();
    for (const TaskPlaces& level : levels)
        facts["execution_levels"].push_back(graph.ids(level));
    facts["roots"] = graph.ids(graph.roots());
    facts["leaves"] = graph.ids(graph.leaves());
    return dump_json(facts);
}

std::string draw_as(const std::string& text, const std::string& format)
{
    const std::optional<DrawFormat> known = draw_format(format);
    if (!known)
        raise_invalid({fmt::format("no format '{}': json, dot, mermaid or ascii", format)});
    return draw(good_definition(text), *known);
}

void check_callable(py::handle object, const char* what)
{
    if (PyCallable_Check(object.ptr()))
        return;
    throw py::type_error(
        fmt::format("{} is called, which a {} cannot be", what, Py_TYPE(object.ptr())->tp_name)
    );
}

std::shared_ptr<TaskBody>
body_of(const py::object& body, const py::object& on_success, const py::object& on_failure)
{
    check_callable(body, "a body");
    for (const py::object& callback : {on_success, on_failure})
        if (!callback.is_none())
            check_callable(callback, "a callback");
    return make_body(body, on_success, on_failure);
}

void register_workflow(
    const std::string& text, const std::string& alias, const py::sequence& bodies,
    const py::sequence& on_success, const py::sequence& on_failure
)
{
    auto made = std::make_shared<WorkflowRegistration>();
    made->definition = good_definition(text);
    made->version = workflow_version(made->definition);
    if (!alias.empty() && alias != made->definition.name.workflow)
        made->aliases.push_back(alias);
    const std::size_t tasks = made->definition.tasks.size();
    for (const py::sequence& functions : {bodies, on_success, on_failure})
        if (functions.size() != tasks)
            raise_value_error(fmt::format("{} tasks, {} functions", tasks, functions.size()));
    for (std::size_t i = 0; i < tasks; ++i)
        made->bodies.push_back(body_of(bodies[i], on_success[i], on_failure[i]));
    add(RegisteredWorkflow(std::move(made)));
}

void check_trigger(
    const TriggerRegistration& trigger, const std::optional<Micros>& interval,
    const std::optional<std::string>& cron
)
{
    std::vector<std::string> problems;
    if (trigger.name.empty() || trigger.name.size() > trigger_name_bytes_max)
        problems.push_back(
            fmt::format("name: 1 to 255 bytes are accepted, not {}", trigger.name.size())
        );
    if (interval.has_value() == cron.has_value())
        problems.emplace_back("a trigger has an interval or a cron expression");
    if (cron)
        if (const Result<Cron> known = parse_cron(*cron); !known)
            problems.push_back("cron: " + known.error().detail);
    if (const Result<Zone> known = find_zone(trigger.timezone); !known)
        problems.push_back("timezone: " + known.error().detail);
    if (!problems.empty())
        raise_invalid(std::move(problems));
}

void register_trigger(const std::string& text, py::handle poll)
{
    auto made = std::make_shared<TriggerRegistration>();
    std::optional<Micros> interval;
    std::optional<std::string> cron;
    read_document(text, [&](ObjectReader& reader) {
        reader.required("name", made->name, TextKind{});
        reader.optional("on", made->workflow, TextKind{});
        reader.optional("poll_interval_ms", interval, MillisKind{.min = 10});
        reader.optional("cron", cron, TextKind{});
        reader.optional("timezone", made->timezone, TextKind{});
        reader.optional("allow_concurrent", made->allow_concurrent, FlagKind{});
    });
    check_trigger(*made, interval, cron);
    check_callable(poll, "a trigger");
    made->interval = interval.value_or(made->interval);
    made->cron = cron.value_or("");
    made->poll = make_poll(poll);
    const Recordings recordings = add(RegisteredTrigger(std::move(made)));
    if (!are_answered(recordings))
        raise_what_is_set();
}

Retry policy_of(std::string_view text)
{
    Checked<Retry> policy = read_workflow_retry(read_json(text));
    if (!policy)
        raise_invalid(policy.error());
    return *std::move(policy);
}

int number_of(std::int64_t attempt)
{
    return static_cast<int>(std::clamp<std::int64_t>(attempt, 1, 1'000'000));
}

std::int64_t retry_delay(const std::string& text, std::int64_t attempt)
{
    Retry policy = policy_of(text);
    policy.tries_max = std::numeric_limits<int>::max();
    policy.when = RetryWhen::all;
    SystemRandom random;
    const Time now{};
    const std::optional<Time> next =
        next_try(number_of(attempt), FailureKind::reported, policy, now, random);
    return next ? (*next - now).count() : 0;
}

bool should_retry(const std::string& text, std::int64_t attempt, const std::string& error)
{
    const Failure failure{.error = error};
    return may_retry(number_of(attempt), failure, policy_of(text));
}

} // namespace

void add_definitions(py::module_& module)
{
    module.def("check", &check, py::arg("definition"));
    module.def("draw", &draw_as, py::arg("definition"), py::arg("format"));
    module.def(
        "register", &register_workflow, py::arg("definition"), py::arg("alias"), py::arg("bodies"),
        py::arg("on_success"), py::arg("on_failure")
    );
    module.def("register_trigger", &register_trigger, py::arg("trigger"), py::arg("poll"));
    module.def("retry_delay", &retry_delay, py::arg("policy"), py::arg("attempt"));
    module.def(
        "should_retry", &should_retry, py::arg("policy"), py::arg("attempt"), py::arg("error")
    );
}

} // namespace sluice::python
