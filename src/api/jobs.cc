// SPDX-License-Identifier: Apache-2.0
// /jobs: what users do with jobs.
#include "api/keys.h"
#include "api/log_text.h"
#include "api/remote_workers.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/wire.h"
#include "model/kinds.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::int64_t page_max = 1000;

Json wrapped(const Job& job)
{
    Json body = Json::object();
    body["job"] = to_json(job);
    return body;
}

Response answer(const Result<Job>& job)
{
    return job ? json_response(200, wrapped(*job)) : error_response(job.error());
}

// More datums than the limit (overloaded) is a fault of the specification, too: it would not help
// to try again.
Response refused(const Refusal& refusal)
{
    if (refusal.code == Errc::invalid || refusal.code == Errc::overloaded)
        return refused_spec(refusal.problems);
    return error_response(to_error(refusal));
}

Response created(const Judged<Jobs::Created>& made)
{
    if (!made)
        return refused(made.error());
    Json body = wrapped(made->job);
    body["warnings"] = made->warnings;
    Response response = json_response(201, body);
    response.headers.add("Location", "/jobs/" + made->job.id);
    return response;
}

Async<Response> create_job(Api& api, const Request& request)
{
    Result<std::string> key = request_key(request);
    if (!key)
        co_return error_response(key.error());
    Body body = co_await read_json(api, request);
    if (Response* refusal = std::get_if<Response>(&body))
        co_return std::move(*refusal);
    Json& json = std::get<Json>(body);
    if (!json.is_object() || !json.contains("job")) {
        const Problem missing{"job", "is required: {\"job\": <a pipeline file>}"};
        co_return refused_body({&missing, 1});
    }
    Jobs::NewJob job;
    job.spec = std::move(json["job"]);
    job.actor = actor_of(request);
    job.request_key = *std::move(key);
    if (!job.request_key.empty())
        job.body_hash = sha256_hex(request.body);
    const Judged<Jobs::Created> made = co_await api.jobs.create(std::move(job));
    co_return created(made);
}

Async<Response> find_job(Api& api, const Request& request)
{
    std::string name = query_text(request, "job_name");
    if (name.empty())
        co_return error_response(
            400, "query parameter job_name: is required; GET /jobs/list lists jobs"
        );
    const Result<Job> job = co_await api.jobs.find(std::move(name));
    co_return answer(job);
}

Result<Jobs::ListFilter> list_filter(const Request& request)
{
    Jobs::ListFilter filter;
    const std::string status = query_text(request, "status");
    filter.status = job_status(status);
    if (!status.empty() && !filter.status)
        return Error{
            Errc::invalid,
            fmt::format(
                "query parameter status: must be running, done, error or canceled, not '{}'", status
            )};
    const Result<std::int64_t> limit = query_integer(request, "limit", 100, 1, page_max);
    if (!limit)
        return limit.error();
    filter.limit = static_cast<std::size_t>(*limit);
    filter.name_part = query_text(request, "name");
    filter.before = query_text(request, "before");
    return filter;
}

Async<Response> list_jobs(Api& api, const Request& request)
{
    Result<Jobs::ListFilter> filter = list_filter(request);
    if (!filter)
        co_return error_response(filter.error());
    const std::size_t limit = filter->limit;
    const Result<std::vector<Job>> jobs = co_await api.jobs.list(std::move(*filter));
    if (!jobs)
        co_return error_response(jobs.error());
    Json list = Json::array();
    for (const Job& job : *jobs)
        list.push_back(to_json(job));
    Json body = Json::object();
    body["jobs"] = std::move(list);
    Response response = json_response(200, body);
    if (jobs->size() == limit)
        response.headers.add("Link", next_link(request, "before", jobs->back().id));
    co_return response;
}

Async<Response> show_job(Api& api, const Request& request)
{
    const Result<Job> job = co_await api.jobs.find(request.path_field("id"));
    co_return answer(job);
}

Async<Response> describe_job(Api& api, const Request& request)
{
    const Result<JobDescription> found = co_await api.jobs.describe(request.path_field("id"));
    co_return found ? json_response(200, to_json(*found)) : error_response(found.error());
}

Async<Response> wait_for_job(Api& api, const Request& request)
{
    const std::int64_t longest = api.options.poll_max / std::chrono::seconds(1);
    const Result<std::int64_t> seconds =
        query_integer(request, "timeout", longest, 0, std::int64_t{1} << 31);
    if (!seconds)
        co_return error_response(seconds.error());
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(std::min(*seconds, longest));
    Result<Job> job = co_await api.jobs.find(request.path_field("id"));
    if (!job)
        co_return error_response(job.error());

    Signal news(api.executor);
    const PeerWatch peer(request, news);
    const RemoteWorkers::Interest interest{nullptr, job->run, {}};
    const RemoteWorkers::Watch watch(api.workers, interest, news);
    for (;;) {
        Result<Job> now = co_await api.jobs.find(request.path_field("id"));
        job = std::move(now);
        const auto left = deadline - std::chrono::steady_clock::now();
        if (!job || job->finished_at || left.count() <= 0 || !request.is_awaited())
            co_return answer(job);
        co_await news.wait_for(left);
    }
}

Async<Response> retry_job(Api& api, const Request& request)
{
    Body body = co_await read_optional_json(api, request);
    if (Response* refusal = std::get_if<Response>(&body))
        co_return std::move(*refusal);
    Jobs::RetryJob retry;
    Problems problems;
    const Path root;
    ObjectReader reader(Value{std::get<Json>(body), root, problems});
    reader.optional("set", retry.set, ListKind{TextKind{}});
    if (!problems.empty())
        co_return refused_body(problems.take());
    retry.job = request.path_field("id");
    retry.actor = actor_of(request);
    const Judged<Jobs::Created> made = co_await api.jobs.retry(std::move(retry));
    co_return created(made);
}

Async<Response> cancel_job(Api& api, const Request& request)
{
    std::string actor = actor_of(request);
    const Result<Job> job = co_await api.jobs.cancel(request.path_field("id"), std::move(actor));
    co_return answer(job);
}

Async<Response> pause_job(Api& api, const Request& request)
{
    std::string actor = actor_of(request);
    const Result<Job> job = co_await api.jobs.pause(request.path_field("id"), std::move(actor));
    co_return answer(job);
}

Async<Response> resume_job(Api& api, const Request& request)
{
    std::string actor = actor_of(request);
    const Result<Job> job = co_await api.jobs.unpause(request.path_field("id"), std::move(actor));
    co_return answer(job);
}

Async<Response> delete_job(Api& api, const Request& request)
{
    std::string actor = actor_of(request);
    const Result<void> removed =
        co_await api.jobs.remove(request.path_field("id"), std::move(actor));
    co_return removed ? no_content() : error_response(removed.error());
}

Async<Response> explain_job(Api& api, const Request& request)
{
    const Result<Why> why = co_await api.jobs.why_job(request.path_field("id"));
    co_return why ? json_response(200, to_json(*why)) : error_response(why.error());
}

Result<Jobs::DatumFilter> datum_filter(const Request& request)
{
    Jobs::DatumFilter filter;
    const std::string status = query_text(request, "status");
    filter.status = datum_status(status);
    if (!status.empty() && !filter.status)
        return Error{
            Errc::invalid,
            fmt::format(
                "query parameter status: must be ready, running, done, error or canceled, not '{}'",
                status
            )};
    const Result<std::int64_t> limit = query_integer(request, "limit", 100, 1, page_max);
    if (!limit)
        return limit.error();
    filter.limit = static_cast<std::size_t>(*limit);
    filter.after = query_text(request, "after");
    return filter;
}

Async<Response> list_datums(Api& api, const Request& request)
{
    Result<Jobs::DatumFilter> filter = datum_filter(request);
    if (!filter)
        co_return error_response(filter.error());
    const std::size_t limit = filter->limit;
    const Result<std::vector<Datum>> datums =
        co_await api.jobs.datums(request.path_field("id"), std::move(*filter));
    if (!datums)
        co_return error_response(datums.error());
    Json list = Json::array();
    for (const Datum& datum : *datums)
        list.push_back(to_json(datum));
    Json body = Json::object();
    body["datums"] = std::move(list);
    Response response = json_response(200, body);
    if (datums->size() == limit)
        response.headers.add("Link", next_link(request, "after", datums->back().id));
    co_return response;
}

Async<Response> show_job_log(Api& api, const Request& request)
{
    const Result<Job> job = co_await api.jobs.find(request.path_field("id"));
    if (!job)
        co_return error_response(job.error());
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.stream = [&api, id = job->id](const Request&, BodyWriter& writer) {
        return write_job_log({api.jobs, &api.peers}, id, writer);
    };
    co_return response;
}

std::vector<Operation> start_operations()
{
    return {
        {.method = Method::post,
         .pattern = "/jobs",
         .summary = "Starts a job. With an Idempotency-Key, the same request again gives the same "
                    "answer.",
         .body = "NewJob",
         .status = 201,
         .answer = "CreatedJob",
         .errors = {409, 413, 415, 422},
         .handle = create_job},
        {.method = Method::post,
         .pattern = "/jobs/{id}/retry",
         .summary = "A new job with the datums of a final one that are not done. The body may be "
                    "left out.",
         .body = "RetryJob",
         .status = 201,
         .answer = "CreatedJob",
         .errors = {404, 409, 415, 422},
         .handle = retry_job},
    };
}

std::vector<Operation> find_operations()
{
    return {
        {.pattern = "/jobs",
         .summary = "The job of that name.",
         .query = {"job_name"},
         .answer = "JobAnswer",
         .errors = {404},
         .handle = find_job},
        {.pattern = "/jobs/list",
         .summary = "Jobs, newest first. `Link: <…>; rel=\"next\"` leads to the next page.",
         .query = {"status", "name", "limit", "before"},
         .answer = "JobList",
         .errors = {404},
         .handle = list_jobs},
        {.pattern = "/jobs/{id}",
         .summary = "A job by its id or its name.",
         .answer = "JobAnswer",
         .errors = {404},
         .handle = show_job},
        {.pattern = "/jobs/{id}/describe",
         .summary = "A job with its counts, running datums and errors.",
         .answer = "JobDescription",
         .errors = {404},
         .handle = describe_job},
        {.pattern = "/jobs/{id}/wait",
         .summary = "Answers when the job is final, or after the timeout with the job as it is.",
         .query = {"timeout"},
         .answer = "JobAnswer",
         .errors = {404},
         .handle = wait_for_job},
    };
}

std::vector<Operation> change_operations()
{
    return {
        {.method = Method::post,
         .pattern = "/jobs/{id}/cancel",
         .summary = "Ends a job at once; running commands are stopped.",
         .answer = "JobAnswer",
         .errors = {404, 409},
         .handle = cancel_job},
        {.method = Method::post,
         .pattern = "/jobs/{id}/pause",
         .summary = "Starts no more datums of the job; what runs may finish.",
         .answer = "JobAnswer",
         .errors = {404, 409},
         .handle = pause_job},
        {.method = Method::post,
         .pattern = "/jobs/{id}/resume",
         .summary = "Goes on with a paused job.",
         .answer = "JobAnswer",
         .errors = {404, 409},
         .handle = resume_job},
        {.method = Method::delete_,
         .pattern = "/jobs/{id}",
         .summary = "Removes a final job with its datums and logs; its outputs stay. Needs the "
                    "role admin.",
         .status = 204,
         .errors = {404, 409},
         .handle = delete_job},
    };
}

std::vector<Operation> detail_operations()
{
    return {
        {.pattern = "/jobs/{id}/datums",
         .summary = "The datums of a job, in their order.",
         .query = {"status", "limit", "after"},
         .answer = "DatumList",
         .errors = {404},
         .handle = list_datums},
        {.pattern = "/jobs/{id}/logs",
         .summary = "The last attempt's log of every datum, one after the other.",
         .content_type = "text/plain",
         .errors = {404},
         .handle = show_job_log},
        {.pattern = "/jobs/{id}/why",
         .summary = "Why the job is not done now, in words and as data.",
         .answer = "Why",
         .errors = {404},
         .handle = explain_job},
    };
}

} // namespace

std::vector<Operation> job_operations()
{
    std::vector<Operation> all;
    for (auto list : {find_operations, start_operations, change_operations, detail_operations})
        for (Operation& operation : list())
            all.push_back(std::move(operation));
    return all;
}

} // namespace sluice
