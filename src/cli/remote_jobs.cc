// SPDX-License-Identifier: Apache-2.0
#include "api/client.h"
#include "api/wire.h"
#include "async/signal.h"
#include "cli/jobs_port.h"
#include "cli/server_port.h"

namespace sluice {

namespace {

using Answer = ApiClient::Answer;

constexpr std::chrono::seconds poll_time{30};
constexpr std::chrono::seconds answer_time{60};
constexpr std::chrono::hours stream_time{24 * 365};
constexpr std::chrono::seconds outage_max{60}; // while waiting for a job
constexpr std::chrono::seconds outage_pause{1};

// The path of something below a job or a datum.
std::string path_of(std::string_view kind, std::string_view id, std::string_view rest)
{
    return fmt::format("/{}/{}{}", kind, url_part(id), rest);
}

template <class T>
Result<std::vector<T>> read_list(const Json& list, Result<T> (*read)(const Json&))
{
    std::vector<T> items;
    for (const Json& json : list) {
        Result<T> item = read(json);
        if (!item)
            return item.error();
        items.push_back(*std::move(item));
    }
    return items;
}

Judged<Jobs::Created> created_of(const Result<Answer>& answer)
{
    if (!answer)
        return Refusal(answer.error());
    Result<Job> job = read_job(member(answer->json, "job"));
    if (!job)
        return Refusal(job.error());
    Jobs::Created created;
    created.job = *std::move(job);
    for (const Json& warning : member(answer->json, "warnings"))
        if (warning.is_string())
            created.warnings.push_back(warning.get<std::string>());
    return created;
}

class RemoteJobs final : public JobsPort {
public:
    explicit RemoteJobs(std::unique_ptr<ApiClient> client) : client_(std::move(client)) {}

    Async<Judged<Jobs::Created>> create(Jobs::NewJob request) override;
    Async<Judged<Jobs::Created>> retry(Jobs::RetryJob request) override;
    Async<Result<std::vector<Job>>> list(Jobs::ListFilter filter) override;
    Async<Result<Job>> find(std::string job) override { return job_after(Method::get, job, ""); }
    Async<Result<JobDescription>> describe(std::string job) override
    {
        return get(path_of("jobs", job, "/describe"), read_job_description);
    }
    Async<Result<Job>> wait(std::string job, std::chrono::steady_clock::duration limit) override;
    Async<Result<Job>> cancel(std::string job) override
    {
        return job_after(Method::post, job, "/cancel");
    }
    Async<Result<Job>> pause(std::string job) override
    {
        return job_after(Method::post, job, "/pause");
    }
    Async<Result<Job>> unpause(std::string job) override
    {
        return job_after(Method::post, job, "/resume");
    }
    Async<Result<void>> remove(std::string job) override;
    Async<Result<Why>> why_job(std::string job) override
    {
        return get(path_of("jobs", job, "/why"), read_why);
    }
    Async<Result<std::vector<Datum>>> datums(std::string job, Jobs::DatumFilter filter) override;
    Async<Result<DatumDescription>> describe_datum(std::string datum) override
    {
        return get(path_of("datums", datum, "/describe"), read_datum_description);
    }
    Async<Result<Datum>> retry_datum(std::string datum) override;
    Async<Result<Why>> why_datum(std::string datum) override
    {
        return get(path_of("datums", datum, "/why"), read_why);
    }
    Async<Result<void>> datum_log(LogQuery query, LogMode mode, Sink sink) override;
    Async<Result<void>> job_log(std::string job, Sink sink) override;
    Async<void> close() override { co_return; }

private:
    template <class T>
    Async<Result<T>> get(std::string path, Result<T> (*read)(const Json&));
    Async<Result<Job>> job_after(Method method, const std::string& job, std::string_view rest);
    Async<Result<Job>> ask_for_job(Method method, std::string path, std::chrono::seconds time);
    Async<Result<void>> stream(std::string path, Sink sink);

    std::unique_ptr<ApiClient> client_;
};

template <class T>
Async<Result<T>> RemoteJobs::get(std::string path, Result<T> (*read)(const Json&))
{
    ApiClient::Call call;
    call.path = std::move(path);
    const Result<Answer> answer = co_await client_->ask(std::move(call));
    if (!answer)
        co_return answer.error();
    co_return read(answer->json);
}

Async<Result<Job>>
RemoteJobs::ask_for_job(Method method, std::string path, std::chrono::seconds time)
{
    ApiClient::Call call;
    call.method = method;
    call.path = std::move(path);
    call.time = time;
    const Result<Answer> answer = co_await client_->ask(std::move(call));
    if (!answer)
        co_return answer.error();
    co_return read_job(member(answer->json, "job"));
}

Async<Result<Job>>
RemoteJobs::job_after(Method method, const std::string& job, std::string_view rest)
{
    return ask_for_job(method, path_of("jobs", job, rest), answer_time);
}

Async<Judged<Jobs::Created>> RemoteJobs::create(Jobs::NewJob request)
{
    ApiClient::Call call;
    call.method = Method::post;
    call.path = "/jobs";
    call.json = Json::object();
    call.json["job"] = std::move(request.spec);
    call.headers.add("requester", actor_of_this_user());
    call.time = std::chrono::minutes(10); // a large input is listed meanwhile
    const Result<Answer> answer = co_await client_->ask(std::move(call));
    co_return created_of(answer);
}

Async<Judged<Jobs::Created>> RemoteJobs::retry(Jobs::RetryJob request)
{
    ApiClient::Call call;
    call.method = Method::post;
    call.path = path_of("jobs", request.job, "/retry");
    call.json = Json::object();
    call.json["set"] = request.set;
    call.headers.add("requester", actor_of_this_user());
    call.time = std::chrono::minutes(10);
    const Result<Answer> answer = co_await client_->ask(std::move(call));
    co_return created_of(answer);
}

Async<Result<std::vector<Job>>> RemoteJobs::list(Jobs::ListFilter filter)
{
    ApiClient::Call call;
    call.path = with_query(
        "/jobs/list", {{"status", filter.status ? std::string(name(*filter.status)) : ""},
                       {"name", filter.name_part},
                       {"limit", fmt::format("{}", filter.limit)},
                       {"before", filter.before}}
    );
    const Result<Answer> answer = co_await client_->ask(std::move(call));
    if (!answer)
        co_return answer.error();
    co_return read_list(member(answer->json, "jobs"), read_job);
}

Async<Result<Job>> RemoteJobs::wait(std::string job, std::chrono::steady_clock::duration limit)
{
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    Clock::time_point answered = start;
    for (;;) {
        const auto left = limit - (Clock::now() - start);
        const auto poll = std::clamp<std::chrono::seconds>(
            std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds(0), poll_time
        );
        std::string path = path_of("jobs", job, fmt::format("/wait?timeout={}", poll.count()));
        Result<Job> found = co_await ask_for_job(Method::get, std::move(path), answer_time);
        const Clock::time_point now = Clock::now();
        if (found)
            answered = now;
        const bool is_outage = !found && is_retryable(found.error().code) && answered != start &&
                               now - answered < outage_max;
        const bool goes_on = found ? !found->finished_at : is_outage;
        if (!goes_on || now - start >= limit)
            co_return found;
        if (is_outage)
            co_await sleep_for(outage_pause);
    }
}

Async<Result<void>> RemoteJobs::remove(std::string job)
{
    ApiClient::Call call;
    call.method = Method::delete_;
    call.path = path_of("jobs", job, "");
    const Result<Answer> answer = co_await client_->ask(std::move(call));
    if (!answer)
        co_return answer.error();
    co_return Result<void>();
}

Async<Result<std::vector<Datum>>> RemoteJobs::datums(std::string job, Jobs::DatumFilter filter)
{
    ApiClient::Call call;
    call.path = with_query(
        path_of("jobs", job, "/datums"),
        {{"status", filter.status ? std::string(name(*filter.status)) : ""},
         {"limit", fmt::format("{}", filter.limit)},
         {"after", filter.after}}
    );
    const Result<Answer> answer = co_await client_->ask(std::move(call));
    if (!answer)
        co_return answer.error();
    co_return read_list(member(answer->json, "datums"), read_datum);
}

Async<Result<Datum>> RemoteJobs::retry_datum(std::string datum)
{
    ApiClient::Call call;
    call.method = Method::post;
    call.path = path_of("datums", datum, "/retry");
    const Result<Answer> answer = co_await client_->ask(std::move(call));
    if (!answer)
        co_return answer.error();
    co_return read_datum(member(answer->json, "datum"));
}

// Writes the text of an answer as it comes. Ask something else first: a refusal is text, too.
Async<Result<void>> RemoteJobs::stream(std::string path, Sink sink)
{
    ApiClient::Call call;
    call.path = std::move(path);
    call.time = stream_time;
    call.on_body = [sink = std::move(sink)](std::string_view piece) {
        sink(piece);
        return true;
    };
    const Result<Answer> answer = co_await client_->ask(std::move(call));
    if (!answer)
        co_return answer.error();
    co_return Result<void>();
}

Async<Result<void>> RemoteJobs::datum_log(LogQuery query, LogMode mode, Sink sink)
{
    const Result<DatumDescription> found = co_await describe_datum(query.datum);
    if (!found)
        co_return found.error();
    std::string_view stream_name;
    if (query.stream)
        stream_name = *query.stream == OutputStream::out ? "stdout" : "stderr";
    std::string path = with_query(
        path_of("datums", query.datum, "/logs"),
        {{"attempt", query.attempt > 0 ? fmt::format("{}", query.attempt) : ""},
         {"stream", std::string(stream_name)},
         {"follow", mode == LogMode::follow ? "1" : ""}}
    );
    Result<void> streamed = co_await stream(std::move(path), std::move(sink));
    co_return streamed;
}

Async<Result<void>> RemoteJobs::job_log(std::string job, Sink sink)
{
    const Result<Job> found = co_await find(job);
    if (!found)
        co_return found.error();
    std::string path = path_of("jobs", job, "/logs");
    Result<void> streamed = co_await stream(std::move(path), std::move(sink));
    co_return streamed;
}

} // namespace

Result<std::unique_ptr<JobsPort>> make_remote_jobs(Context& context)
{
    Result<std::unique_ptr<ApiClient>> client = make_client(context);
    if (!client)
        return client.error();
    return std::make_unique<RemoteJobs>(*std::move(client));
}

} // namespace sluice
