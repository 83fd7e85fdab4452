// SPDX-License-Identifier: Apache-2.0
#include "runner.h"

#include "bodies.h"
#include "documents.h"
#include "gil.h"
#include "registered.h"
#include "waits.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::python {

namespace {

constexpr std::int64_t duration_ms_max = 365LL * 24 * 3600 * 1000;
constexpr std::int64_t runs_max = 1000; // in one list
constexpr std::size_t large_context = 16 << 10;
constexpr Micros exit_patience = std::chrono::milliseconds(1500);

constexpr EnumNames<HostOptions::Mode, 3> modes{
    {{HostOptions::Mode::both, "both"},
     {HostOptions::Mode::scheduler_only, "scheduler_only"},
     {HostOptions::Mode::executor_only, "executor_only"}}};

// --- the log -------------------------------------------------------------------------------------

PyObject* log_write = nullptr; // the GIL guards it

int python_level(LogLevel level)
{
    switch (level) {
    case LogLevel::trace:
    case LogLevel::debug:
        return 10;
    case LogLevel::info:
        return 20;
    case LogLevel::warn:
        return 30;
    case LogLevel::error:
    case LogLevel::off:
        break;
    }
    return 40;
}

void write_line(LogLevel level, std::string_view line)
{
    with_gil([&] {
        if (!log_write)
            return;
        const Ref write{py::handle(log_write)};
        PyObject* const text =
            PyUnicode_DecodeUTF8(line.data(), static_cast<Py_ssize_t>(line.size()), "replace");
        const Ref answer = Ref::steal(
            text ? PyObject_CallFunction(write.get(), "iN", python_level(level), text) : nullptr
        );
        if (!answer)
            PyErr_WriteUnraisable(write.get());
    });
}

// --- options -------------------------------------------------------------------------------------

struct CronKind {
    void read(const Value& value, CronSettings& out) const
    {
        Micros unused{0};
        ObjectReader reader(value);
        reader.optional("enabled", out.enabled, FlagKind{});
        reader.optional(
            "max_catchup_executions", out.catchup_ticks_max, NumberKind<int>{0, 10'000}
        );
        reader.optional("enable_recovery", out.retries_failed, FlagKind{});
        reader.optional("recovery_interval_ms", out.retry_interval, MillisKind{});
        reader.optional("lost_threshold_ms", unused, MillisKind{}); // no tick is ever lost
        reader.optional("max_recovery_age_ms", out.retry_age_max, MillisKind{});
        reader.optional("max_recovery_attempts", out.retries_max, NumberKind<int>{0, 1'000'000});
        reader.finish();
    }
};

// Nothing to catch up is the policy of each schedule; the engine wants at least one.
void fit(CronSettings& cron)
{
    cron.catchup_ticks_max = std::max(cron.catchup_ticks_max, 1);
}

HostOptions read_options(const std::string& document)
{
    HostOptions options;
    std::int64_t unused = 0;
    read_document(document, [&](ObjectReader& reader) {
        reader.optional("max_concurrent_tasks", options.slots, NumberKind<std::size_t>{1, 10'000});
        reader.optional("task_timeout_ms", options.task_timeout, MillisKind{.min = 1});
        reader.optional("run_timeout_ms", options.run_timeout, MillisKind{.min = 1});
        reader.optional("db_pool_size", unused, IntegerKind{1, INT32_MAX});
        reader.optional("enable_recovery", options.recovers, FlagKind{});
        reader.optional("mode", options.mode, EnumKind{modes});
        reader.optional("cron", options.cron, CronKind{});
    });
    fit(options.cron);
    options.log = write_line;
    return options;
}

// --- words ---------------------------------------------------------------------------------------

Host::OnStatus told_to(py::handle on_status)
{
    SharedRef function = shared_ref(on_status);
    if (!function)
        return {};
    return [function = std::move(function)](const std::string& run_id, RunStatus status) {
        call_with_texts(function, run_id, name(status));
    };
}

Json line_json(const RunLine& line)
{
    Json json = Json::object();
    json["id"] = line.id;
    json["workflow"] = line.workflow;
    json["version"] = line.version;
    json["status"] = std::string(name(line.status));
    json["created_at"] = time_text(line.created_at);
    json["end_time"] = time_json(line.ended_at);
    json["total"] = line.counts.total;
    json["completed"] = line.counts.succeeded;
    json["failed"] = line.counts.failed;
    json["skipped"] = line.counts.skipped;
    json["cancelled"] = line.counts.canceled;
    return json;
}

struct StatusKind {
    void read(const Value& value, RunStatus& out) const
    {
        std::string word;
        TextKind{}.read(value, word);
        if (const std::optional<RunStatus> known = run_status(word))
            out = *known;
        else
            value.refuse_type("one of Pending, Running, Paused, Completed, Failed, Cancelled");
    }
};

std::shared_ptr<Run> make_run(FollowedRunPtr run)
{
    return std::make_shared<Run>(std::move(run));
}

// There is no Runner yet that could be gone: whatever is wrong, it cannot be made.
CallResult<std::shared_ptr<Host>> open_host(const HostOptions& options)
{
    CallError error;
    try {
        CallResult<std::shared_ptr<Host>> host = Host::open(options);
        if (host)
            return host;
        error = std::move(host).error();
    } catch (const std::exception& failure) {
        error.text = failure.what();
    }
    if (error.kind == CallError::Kind::broken)
        error.kind = CallError::Kind::invalid;
    return error;
}

// Its end is waited for by a thread of the extension. A parent's is left alone, and so is one for
// which there is no thread.
void end_aside(const Birthplace& born, std::shared_ptr<Host> host)
{
    auto* const last = new std::shared_ptr(std::move(host));
    if (*last && born.is_here())
        aside([last] {
            (*last)->shutdown(Micros(0));
            delete last;
        });
}

// The context is checked at once, which takes its time when it is large.
PendingPtr<FollowedRunPtr> submitted(
    Host& host, const std::string& name, const std::optional<std::string>& context,
    Host::OnStatus on_status
)
{
    std::string text = context.value_or("");
    PendingPtr<FollowedRunPtr> made;
    const auto submit = [&] { made = host.submit(name, std::move(text), std::move(on_status)); };
    if (text.size() < large_context)
        submit();
    else
        without_gil(submit);
    return made;
}

Micros grace_of(std::int64_t milliseconds)
{
    return std::chrono::milliseconds(std::clamp<std::int64_t>(milliseconds, 0, duration_ms_max));
}

} // namespace

void set_log(py::handle write)
{
    log_write = write.inc_ref().ptr();
}

// --- its life ------------------------------------------------------------------------------------

Runner::Runner(
    const std::string& url, const std::string& options, std::optional<std::string> schema
)
{
    if (is_ending())
        raise(closed_error());
    guard_forks();
    HostOptions wanted = read_options(options);
    wanted.url = url;
    if (schema && schema->empty())
        raise_invalid({"the name of a schema must not be empty"});
    wanted.schema = std::move(schema).value_or("");
    std::shared_ptr<Host> opened =
        answer_aside<std::shared_ptr<Host>>([wanted] { return open_host(wanted); });
    if (is_ending() || !born_.is_here())
        end_aside(born_, std::move(opened));
    check_here(born_, "this Runner");
    if (is_ending())
        raise(closed_error());
    const Recordings recordings = add(opened); // at_exit() finds it there
    const bool is_recorded = are_answered(recordings);
    if (!is_recorded || !born_.is_here())
        end_aside(born_, std::move(opened));
    if (!is_recorded)
        raise_what_is_set();
    check_here(born_, "this Runner");
    host_ = std::move(opened);
}

// What at_exit() ends, or has ended, is not destroyed any more.
Runner::~Runner()
{
    if (is_ending())
        static_cast<void>(new std::shared_ptr(std::move(host_)));
    else
        end_aside(born_, std::move(host_));
}

Host& Runner::host() const
{
    check_here(born_, "this Runner");
    if (is_ending())
        raise(closed_error());
    return *host_;
}

std::size_t Runner::shutdown(std::int64_t grace_ms)
{
    check_here(born_, "this Runner");
    return answer_aside<std::size_t>([host = host_, grace = grace_of(grace_ms)] {
        return CallResult<std::size_t>(host->shutdown(grace));
    });
}

namespace {

// Side by side, for each may need all of the grace. How many bodies still run.
std::size_t end_all(std::vector<std::shared_ptr<Host>> hosts, Micros grace)
{
    std::atomic<std::size_t> left = 0;
    std::vector<std::thread> enders;
    for (const std::shared_ptr<Host>& host : hosts) {
        const auto end = [&left, grace, host = host.get()] { left += host->shutdown(grace); };
        try {
            enders.emplace_back(end);
        } catch (const std::system_error&) {
            end();
        }
    }
    for (std::thread& ender : enders)
        ender.join();
    return left;
}

} // namespace

void let_go_of_functions()
{
    forget_registered();
    const Ref log = Ref::steal(std::exchange(log_write, nullptr));
    empty_garbage();
}

// Functions go while the interpreter is whole: who holds them holds their modules, whose files
// would never be closed. What is dropped after end_process() is kept.
std::size_t end_all_runners(std::int64_t grace_ms)
{
    using Clock = std::chrono::steady_clock;
    if (!begin_end())
        return 0;
    const Micros grace = grace_of(grace_ms);
    const Clock::time_point deadline = Clock::now() + grace + exit_patience;
    std::vector<std::shared_ptr<Host>> hosts = live_hosts();
    PyThreadState* state = PyEval_SaveThread();
    const std::size_t left = end_all(std::move(hosts), grace);
    PyEval_RestoreThread(state);
    let_go_of_functions();
    state = PyEval_SaveThread();
    end_process(std::max(deadline, Clock::now() + exit_patience));
    PyEval_RestoreThread(state);
    empty_garbage();
    return left;
}

// --- runs ----------------------------------------------------------------------------------------

// The GIL is given back once for both waits.
std::shared_ptr<Run>
Runner::execute(const std::string& name, const std::optional<std::string>& context)
{
    const PendingPtr<FollowedRunPtr> made = submitted(host(), name, context, {});
    PendingPtr<SharedReport> end;
    const Wait wait = [&](Micros limit) {
        const auto start = std::chrono::steady_clock::now();
        if (!made->wait_for(limit))
            return false;
        const CallResult<FollowedRunPtr> run = made->get();
        if (!run)
            return true;
        if (!end)
            end = (*run)->end();
        const auto over = std::chrono::steady_clock::now() - start;
        return end->wait_for(std::max(limit - std::chrono::ceil<Micros>(over), Micros(0)));
    };
    wait_long(wait, {});
    auto run = make_run(value_of(made->get()));
    run->wait(0); // raises what has ended the wait without an end of the run
    return run;
}

std::shared_ptr<Run> Runner::execute_async(
    const std::string& name, const std::optional<std::string>& context, py::handle on_status
)
{
    return make_run(answer_of(submitted(host(), name, context, told_to(on_status))));
}

std::shared_ptr<Run> Runner::run(const std::string& run_id)
{
    return make_run(answer_of(host().attach(run_id)));
}

std::string Runner::list_runs(const std::string& query)
{
    std::string workflow;
    std::string before;
    RunReads::Query wanted;
    read_document(query, [&](ObjectReader& reader) {
        reader.optional("workflow", workflow, TextKind{});
        reader.optional("status", wanted.status, StatusKind{});
        reader.optional("before", before, TextKind{});
        reader.optional("limit", wanted.limit, NumberKind<std::size_t>{1, runs_max});
    });
    if (!before.empty()) {
        const FollowedRunPtr last = answer_of(host().attach(before));
        wanted.before = answer_of(last->report())->run;
    }
    Json lines = Json::array();
    for (const RunLine& line : answer_of(host().list_runs(workflow, wanted)))
        lines.push_back(line_json(line));
    return dump_json(lines);
}

void Runner::pause(const std::string& run_id)
{
    answer_of(host().pause(run_id));
}

void Runner::resume(const std::string& run_id)
{
    answer_of(host().resume(run_id));
}

std::shared_ptr<Run> Runner::retry_from(const std::string& run_id, const std::string& task_id)
{
    return make_run(answer_of(host().retry_from(run_id, task_id)));
}

std::string Runner::why(const std::string& run_id)
{
    return dump_json(Json(answer_of(host().why(run_id))));
}

std::string Runner::metrics()
{
    const Host& from = host();
    std::string text;
    without_gil([&] { text = from.metrics(); });
    return text;
}

RunnerClass add_runner(py::module_& module)
{
    RunnerClass made(module, "Runner", py::is_final());
    made.def(
            py::init<const std::string&, const std::string&, std::optional<std::string>>(),
            py::arg("url"), py::arg("options"), py::arg("schema")
    )
        .def("execute", &Runner::execute, py::arg("name"), py::arg("context"))
        .def(
            "execute_async", &Runner::execute_async, py::arg("name"), py::arg("context"),
            py::arg("on_status")
        )
        .def("run", &Runner::run, py::arg("run_id"))
        .def("list_runs", &Runner::list_runs, py::arg("query"))
        .def("pause", &Runner::pause, py::arg("run_id"))
        .def("resume", &Runner::resume, py::arg("run_id"))
        .def("retry_from", &Runner::retry_from, py::arg("run_id"), py::arg("task_id"))
        .def("why", &Runner::why, py::arg("run_id"))
        .def("metrics", &Runner::metrics)
        .def("shutdown", &Runner::shutdown, py::arg("grace_ms"));
    return made;
}

} // namespace sluice::python
