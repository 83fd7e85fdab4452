// SPDX-License-Identifier: Apache-2.0
#include "cli/foreground.h"

#include "app/app.h"
#include "async/interrupts.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "store/store.h"

namespace sluice {

namespace {

using SteadyClock = std::chrono::steady_clock;

Async<Result<int>> use_app(Context& context, const AppAction& action)
{
    Result<std::unique_ptr<App>> app =
        App::open(context.loop.get_executor(), context.config, context.logs);
    if (!app)
        co_return app.error();
    Result<int> code = co_await action(context, **app);
    const SteadyClock::duration at_once{0};
    co_await (*app)->stop(at_once);
    co_return code;
}

// Lets the engine claim the job's datums. As many as the pipeline or the user wants at once.
Async<Result<void>> claim_datums(App& app, const Job& job)
{
    const Result<DatumExecutor*> executor = app.datums();
    if (!executor)
        co_return executor.error();
    const Checked<Pipeline> pipeline = read_pipeline(job.pipeline_spec);
    if (!pipeline)
        co_return Error{Errc::corrupt, "the stored pipeline cannot be read"};
    const auto wanted = static_cast<std::size_t>(pipeline->workers);
    Dispatcher::Options options;
    options.queues = {"job/" + job.job_name};
    options.capacity = std::max<std::size_t>(app.config().workers.value_or(wanted), 1);
    options.claim_max = options.capacity;
    const Result<Dispatcher*> dispatcher =
        co_await app.engine().serve(std::move(options), **executor);
    if (!dispatcher)
        co_return dispatcher.error();
    co_return Result<void>();
}

Async<void> wake_on_interrupt(Interrupts& interrupts, Signal& wake)
{
    co_await interrupts.wait();
    wake.notify();
}

// A database that is away may come back; a disk that is full may get room.
constexpr Micros outage_max = std::chrono::seconds(30);

// Until the job is final or the user interrupts. Errors: the database could not be used for too
// long.
Async<Result<Job>>
watch(App& app, Job job, const Interrupts& interrupts, Signal& wake, Progress& progress)
{
    SteadyClock::time_point last_look = SteadyClock::now();
    SteadyClock::time_point last_step = last_look;
    while (!job.finished_at && !interrupts.requested()) {
        progress.show(job, SteadyClock::now());
        co_await wake.wait_for(Progress::period());
        Result<Job> now = co_await app.jobs().find(job.id);
        if (now) {
            last_look = SteadyClock::now();
            if (now->counts != job.counts)
                last_step = last_look;
            job = *std::move(now);
        }
        const bool is_away = SteadyClock::now() - last_look > outage_max;
        if (!now && (is_away || !is_retryable(now.error().code)))
            co_return now;
        const bool is_stuck = SteadyClock::now() - last_step > outage_max;
        if (is_stuck && app.engine().store().failing_for() > outage_max)
            co_return Error{Errc::unavailable, "the database cannot be written to"};
    }
    co_return job;
}

Async<void> tell_first_error(App& app, const Job& job)
{
    const Result<JobDescription> description = co_await app.jobs().describe(job.id);
    if (!description || description->error_datums.empty())
        co_return;
    const Datum& datum = description->error_datums.front();
    complain(fmt::format("datum {}: {}", datum.id, last_line(datum.error_message)));
    complain(fmt::format("'sluice datum logs {}' shows what it printed", datum.id));
}

Async<int> tell_end(App& app, const Job& job)
{
    if (job.status == JobStatus::done) {
        complain(fmt::format("{}: {}", job.job_name, describe_progress(job, Pace())));
        co_return exit_code::success;
    }
    if (job.status == JobStatus::canceled) {
        complain(fmt::format("job {} was canceled", job.job_name));
        co_return exit_code::failed;
    }
    complain(fmt::format(
        "job {} failed{}{}: {} of {} datums failed", job.job_name, job.error.empty() ? "" : ": ",
        job.error, job.counts.failed, job.counts.total
    ));
    co_await tell_first_error(app, job);
    co_return exit_code::failed;
}

Async<Result<Job>> run_until_end(Context& context, App& app, Job job, Interrupts& interrupts)
{
    // Kept by the engine's listener, too, which may outlive this call.
    const auto wake = std::make_shared<Signal>(context.loop.get_executor());
    app.engine().on_changes([wake, run = job.run](const Changes& changes) {
        const auto& ended = changes.final_runs;
        if (changes.from_outside || std::find(ended.begin(), ended.end(), run) != ended.end())
            wake->notify();
    });
    TaskScope scope(context.loop.get_executor(), app.log("cli"));
    scope.spawn(wake_on_interrupt(interrupts, *wake));
    Progress progress(SteadyClock::now());
    Result<Job> ended = co_await watch(app, std::move(job), interrupts, *wake, progress);
    progress.finish();
    scope.cancel();
    co_await scope.join();
    co_return ended;
}

} // namespace

Async<Result<int>> run_in_foreground(Context& context, App& app, std::string name)
{
    Interrupts interrupts(context.loop.get_executor());
    const Result<void> started = co_await app.start();
    if (!started)
        co_return started.error();
    Result<Job> job = co_await app.jobs().find(std::move(name));
    if (!job)
        co_return job.error();
    if (!job->finished_at) {
        const Result<void> claiming = co_await claim_datums(app, *job);
        if (!claiming)
            co_return claiming.error();
        Result<Job> ended = co_await run_until_end(context, app, *job, interrupts);
        if (!ended) {
            complain(fmt::format("'sluice job resume {}' goes on", job->job_name));
            co_return ended.error();
        }
        job = std::move(ended);
    }
    if (!job->finished_at) {
        const SteadyClock::duration at_once{0};
        co_await app.stop(at_once);
        complain(fmt::format("stopped; 'sluice job resume {}' goes on", job->job_name));
        co_return exit_code::interrupted;
    }
    int code = co_await tell_end(app, *job);
    co_return code;
}

CommandAction on_app(AppAction action)
{
    const auto kept = std::make_shared<const AppAction>(std::move(action));
    return [kept](Context& context) { return use_app(context, *kept); };
}

} // namespace sluice
