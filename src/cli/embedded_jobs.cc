// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"
#include "cli/jobs_port.h"

namespace sluice {

namespace {

class SinkWriter final : public BodyWriter {
public:
    explicit SinkWriter(const JobsPort::Sink& sink) : sink_(sink) {}

    Async<bool> write(std::string_view piece) override
    {
        sink_(piece);
        co_return true;
    }

private:
    const JobsPort::Sink& sink_;
};

class EmbeddedJobs final : public JobsPort {
public:
    explicit EmbeddedJobs(std::unique_ptr<App> app) : app_(std::move(app)) {}

    Async<Judged<Jobs::Created>> create(Jobs::NewJob request) override
    {
        return jobs().create(std::move(request));
    }
    Async<Judged<Jobs::Created>> retry(Jobs::RetryJob request) override
    {
        return jobs().retry(std::move(request));
    }
    Async<Result<std::vector<Job>>> list(Jobs::ListFilter filter) override
    {
        return jobs().list(std::move(filter));
    }
    Async<Result<Job>> find(std::string job) override { return jobs().find(std::move(job)); }
    Async<Result<JobDescription>> describe(std::string job) override
    {
        return jobs().describe(std::move(job));
    }
    Async<Result<Job>> wait(std::string job, std::chrono::steady_clock::duration limit) override;
    Async<Result<Job>> cancel(std::string job) override
    {
        return jobs().cancel(std::move(job), actor_of_this_user());
    }
    Async<Result<Job>> pause(std::string job) override
    {
        return jobs().pause(std::move(job), actor_of_this_user());
    }
    Async<Result<Job>> unpause(std::string job) override
    {
        return jobs().unpause(std::move(job), actor_of_this_user());
    }
    Async<Result<void>> remove(std::string job) override
    {
        return jobs().remove(std::move(job), actor_of_this_user());
    }
    Async<Result<Why>> why_job(std::string job) override { return jobs().why_job(std::move(job)); }
    Async<Result<std::vector<Datum>>> datums(std::string job, Jobs::DatumFilter filter) override
    {
        return jobs().datums(std::move(job), std::move(filter));
    }
    Async<Result<DatumDescription>> describe_datum(std::string datum) override
    {
        return jobs().describe_datum(std::move(datum));
    }
    Async<Result<Datum>> retry_datum(std::string datum) override
    {
        return jobs().retry_datum(std::move(datum), actor_of_this_user());
    }
    Async<Result<Why>> why_datum(std::string datum) override
    {
        return jobs().why_datum(std::move(datum));
    }
    Async<Result<void>> datum_log(LogQuery query, LogMode mode, Sink sink) override;
    Async<Result<void>> job_log(std::string job, Sink sink) override;
    Async<void> close() override
    {
        const std::chrono::steady_clock::duration at_once{0};
        return app_->stop(at_once);
    }

private:
    Jobs& jobs() { return app_->jobs(); }

    std::unique_ptr<App> app_;
};

// Commits of other processes show only to a living engine.
Async<Result<Job>> EmbeddedJobs::wait(std::string job, std::chrono::steady_clock::duration limit)
{
    const Result<void> started = co_await app_->start();
    if (!started)
        co_return started.error();
    Result<Job> found = co_await jobs().wait(std::move(job), limit);
    co_return found;
}

Async<Result<void>> EmbeddedJobs::datum_log(LogQuery query, LogMode mode, Sink sink)
{
    Result<std::string> file = co_await jobs().log_file(query.datum, query.attempt);
    if (!file)
        co_return file.error();
    SinkWriter writer(sink);
    if (mode == LogMode::follow) {
        auto is_wanted = [] { return true; };
        co_await follow_log(jobs(), std::move(query), std::move(is_wanted), writer);
    } else {
        const LogPart whole;
        co_await write_log(jobs(), std::move(query), whole, writer);
    }
    co_return Result<void>();
}

Async<Result<void>> EmbeddedJobs::job_log(std::string job, Sink sink)
{
    const Result<Job> found = co_await jobs().find(std::move(job));
    if (!found)
        co_return found.error();
    SinkWriter writer(sink);
    co_await write_job_log(jobs(), found->id, writer);
    co_return Result<void>();
}

} // namespace

Result<std::unique_ptr<JobsPort>> make_embedded_jobs(Context& context)
{
    Result<std::unique_ptr<App>> app =
        App::open(context.loop.get_executor(), context.config, context.logs);
    if (!app)
        return app.error();
    return std::make_unique<EmbeddedJobs>(*std::move(app));
}

} // namespace sluice
