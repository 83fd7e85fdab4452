// SPDX-License-Identifier: Apache-2.0
#include "sluice/runner.h"

#include "sdk/workflows/conversions.h"
#include "sdk/workflows/durations.h"
#include "sdk/workflows/host_access.h"
#include "sdk/workflows/inside.h"
#include "sdk/workflows/waiting.h"

#include <utility>

namespace sluice::workflows {

struct Runner::Impl {
    std::shared_ptr<HostAccess> access;

    static std::shared_ptr<Impl>
    open(const std::string& url, const std::string& schema, const RunnerOptions& options)
    {
        return std::make_shared<Impl>(Impl{std::make_shared<HostAccess>(url, schema, options)});
    }

    Host& host() const { return access->host(); }

    FollowedRunPtr run(std::string_view id) const { return answer_of(host().attach(id)); }
};

namespace {

Host::OnStatus told_to(StatusCallback callback)
{
    if (!callback)
        return {};
    return [callback = std::move(callback)](const std::string& run_id, sluice::RunStatus status) {
        callback(run_id, public_status(status));
    };
}

RunSummary summary_of(RunLine line)
{
    RunSummary summary{.id = std::move(line.id), .workflow = std::move(line.workflow)};
    summary.version = std::move(line.version);
    summary.status = public_status(line.status);
    summary.created_at = line.created_at;
    summary.end_time = line.ended_at;
    summary.total = line.counts.total;
    summary.completed = line.counts.succeeded;
    summary.failed = line.counts.failed;
    summary.skipped = line.counts.skipped;
    summary.cancelled = line.counts.canceled;
    return summary;
}

} // namespace

Runner::Runner(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl))
{}

Runner::Runner(const std::string& url, RunnerOptions options) : impl_(Impl::open(url, "", options))
{}

Runner Runner::with_schema(const std::string& url, const std::string& schema, RunnerOptions options)
{
    if (schema.empty())
        throw Error(Error::Kind::invalid, "the name of a schema must not be empty");
    return Runner(Impl::open(url, schema, options));
}

Runner::Runner(Runner&&) noexcept = default;

Runner& Runner::operator=(Runner&& other) noexcept
{
    const Runner before(std::exchange(impl_, std::move(other.impl_))); // is shut down
    return *this;
}

Runner::~Runner()
{
    if (!impl_)
        return;
    try {
        shutdown();
    } catch (...) {
        // Nobody is there to hear of it; what was not handed back is rescued.
    }
}

void Runner::add(const Workflow& workflow)
{
    value_or_throw(impl_->host().add(Inside::registration(workflow)));
}

void Runner::add(const Trigger& trigger)
{
    impl_->access->add(trigger);
}

RunResult Runner::execute(std::string_view name, const Context& context)
{
    return execute_async(name, context).wait();
}

Handle Runner::execute_async(std::string_view name, const Context& context, StatusCallback callback)
{
    std::string text = impl_->access->text_of(context);
    return Inside::handle(
        answer_of(impl_->host().submit(name, std::move(text), told_to(std::move(callback))))
    );
}

RunStatus Runner::get_status(std::string_view id) const
{
    return public_status(answer_of(impl_->run(id)->status()));
}

RunResult Runner::get_result(std::string_view id) const
{
    return Inside::result(answer_of(impl_->run(id)->report()));
}

std::vector<RunSummary> Runner::list_runs(const RunQuery& query) const
{
    check_limit(query.limit);
    RunReads::Query wanted;
    if (query.status)
        wanted.status = engine_status(*query.status);
    if (!query.before.empty())
        wanted.before = answer_of(impl_->run(query.before)->report())->run;
    wanted.limit = query.limit;

    std::vector<RunSummary> summaries;
    for (RunLine& line : answer_of(impl_->host().list_runs(query.workflow, wanted)))
        summaries.push_back(summary_of(std::move(line)));
    return summaries;
}

Handle Runner::attach(std::string_view id)
{
    return Inside::handle(impl_->run(id));
}

void Runner::cancel(std::string_view id, std::string reason)
{
    answer_of(impl_->run(id)->cancel(std::move(reason)));
}

void Runner::pause(std::string_view id)
{
    answer_of(impl_->host().pause(id));
}

void Runner::resume(std::string_view id)
{
    answer_of(impl_->host().resume(id));
}

Handle Runner::retry_from(std::string_view id, std::string_view task)
{
    return Inside::handle(answer_of(impl_->host().retry_from(id, std::string(task))));
}

std::vector<std::string> Runner::why(std::string_view id) const
{
    return answer_of(impl_->host().why(id));
}

std::string Runner::metrics() const
{
    return impl_->host().metrics();
}

CronSchedules Runner::cron() const
{
    return Inside::cron(impl_->access);
}

Triggers Runner::triggers() const
{
    return Inside::triggers(impl_->access);
}

std::size_t Runner::shutdown(std::chrono::milliseconds grace)
{
    return impl_->host().shutdown(micros_of(std::max(grace, std::chrono::milliseconds(0))));
}

} // namespace sluice::workflows
