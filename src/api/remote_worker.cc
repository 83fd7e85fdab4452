// SPDX-License-Identifier: Apache-2.0
#include "api/remote_worker.h"

#include "api/http_channel.h"
#include "api/protocol.h"
#include "api/wire.h"
#include "api/wire_worker.h"

#include <fmt/format.h>
#include <unistd.h>

namespace sluice {

namespace {

constexpr std::size_t jobs_remembered_max = 16;

// What answers a report of a worker that has lost its datum: it is no error of the worker.
bool is_superseded(const Error& error)
{
    return error.code == Errc::unauthorized || error.code == Errc::conflict ||
           error.code == Errc::not_found;
}

// What the server keeps as the reason.
std::string given_back_because(const Outcome& outcome)
{
    return outcome.error == "stopped" ? "the worker stops" : outcome.error;
}

Outcome cannot_run(const std::string& problem)
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.failure = FailureKind::start;
    outcome.error = problem;
    return outcome;
}

} // namespace

RemoteWorker::RemoteWorker(
    asio::any_io_executor executor, ApiClient& client, DatumRunner& runner, WorkerThreads& threads,
    Options options, Log log
)
    : client_(client),
      runner_(runner),
      threads_(threads),
      options_(std::move(options)),
      log_(log),
      logs_(threads, runner.options().log_directory),
      stop_(executor),
      scope_(executor, log)
{}

RemoteWorker::~RemoteWorker() = default;

void RemoteWorker::stop()
{
    if (stop_.requested())
        return;
    stop_.request();
    scope_.spawn(end_grace());
}

Async<void> RemoteWorker::end_grace()
{
    co_await sleep_for(options_.grace);
    if (current_)
        current_->request();
}

Async<Result<void>> RemoteWorker::run()
{
    const Result<void> worked = co_await work();
    co_await drop_prefetched();
    co_await leave();
    scope_.cancel();
    co_await scope_.join();
    co_return worked;
}

Async<Result<void>> RemoteWorker::work()
{
    while (!stop_.requested()) {
        const std::optional<Result<Next>> asked = co_await with_stop(reserve(Purpose::run), stop_);
        if (!asked)
            break;
        const Result<Next>& next = *asked;
        if (!next)
            co_return next.error();
        if (next->job_is_final)
            break;
        if (!next->datum)
            continue;
        const Result<void> ended = co_await run_datum(*next->datum);
        if (!ended)
            co_return ended.error();
    }
    co_return Result<void>();
}

// Asks again and again while the same call may succeed later.
Async<Result<ApiClient::Answer>> RemoteWorker::call(ApiClient::Call call)
{
    const auto begin = std::chrono::steady_clock::now();
    for (int failures = 1;; ++failures) {
        ApiClient::Call again = call;
        Result<Answer> answer = co_await client_.ask(std::move(again));
        const auto spent = std::chrono::steady_clock::now() - begin;
        const auto patience = stop_.requested() ? options_.grace : options_.patience;
        if (answer || !is_retryable(answer.error().code) || spent > patience)
            co_return answer;
        log_.warn("{}; trying again", answer.error().detail);
        co_await sleep_for(delay_after(failures, options_.backoff, random_));
    }
}

Async<Result<RemoteWorker::Next>> RemoteWorker::reserve(Purpose purpose)
{
    ReserveRequest request;
    request.pod_name = options_.pod_name;
    request.node_name = options_.node_name;
    request.prefetch = purpose == Purpose::prefetch;
    request.wait = options_.poll;
    ApiClient::Call ask;
    ask.method = Method::post;
    ask.path = options_.job.empty()
                   ? "/workers/reserve_next_datum"
                   : fmt::format("/jobs/{}/reserve_next_datum", url_part(options_.job));
    ask.json = to_json(request);
    ask.time = options_.poll + std::chrono::seconds(30);
    ask.answer_bytes_max = ApiClient::datum_answer_bytes_max;
    const Result<Answer> answer = co_await call(std::move(ask));
    if (!answer)
        co_return answer.error();
    Next next;
    if (answer->json.is_null()) {
        const std::string_view word = answer->headers.find(job_status_header).value_or("");
        const std::optional<JobStatus> status = job_status(word);
        next.job_is_final = status && *status != JobStatus::running;
        co_return next;
    }
    Result<Reserved> datum = co_await reserved_of(answer->json);
    if (!datum)
        co_return datum.error();
    next.datum = std::move(*datum);
    co_return next;
}

Async<Result<RemoteWorker::Reserved>> RemoteWorker::reserved_of(const Json& answer)
{
    const Json none;
    const auto member = [&](const char* key) -> const Json& {
        const auto found = answer.find(key);
        return found == answer.end() ? none : *found;
    };
    Result<Datum> datum = read_datum(member("datum"));
    if (!datum)
        co_return datum.error();
    Result<std::vector<InputFile>> inputs = read_input_files(member("input_files"));
    if (!inputs)
        co_return inputs.error();
    if (!member("attempt").is_number_integer())
        co_return Error{Errc::corrupt, "the server's datum has no attempt"};
    const Result<std::shared_ptr<const Job>> job = co_await job_of(datum->job_id);
    if (!job)
        co_return job.error();

    Reserved reserved;
    reserved.work.job_id = datum->job_id;
    reserved.work.job_name = (*job)->job_name;
    reserved.work.datum_id = datum->id;
    reserved.work.attempt = member("attempt").get<int>();
    reserved.work.inputs = std::move(*inputs);
    Checked<Pipeline> pipeline = read_pipeline((*job)->pipeline_spec);
    if (pipeline)
        reserved.work.pipeline = std::make_shared<const Pipeline>(std::move(*pipeline));
    else
        reserved.problem = "the worker cannot read the pipeline: " +
                           to_error(std::span<const Problem>(pipeline.error())).detail;
    co_return reserved;
}

Async<Result<std::shared_ptr<const Job>>> RemoteWorker::job_of(std::string id)
{
    const auto known = jobs_.find(id);
    if (known != jobs_.end())
        co_return known->second;
    ApiClient::Call ask;
    ask.path = fmt::format("/jobs/{}", id);
    const Result<Answer> answer = co_await call(std::move(ask));
    if (!answer)
        co_return answer.error();
    const auto member = answer->json.find("job");
    Result<Job> job = read_job(member == answer->json.end() ? Json() : *member);
    if (!job)
        co_return job.error();
    if (jobs_.size() >= jobs_remembered_max)
        jobs_.clear();
    auto shared = std::make_shared<const Job>(std::move(*job));
    jobs_[id] = shared;
    co_return shared;
}

Async<Result<void>> RemoteWorker::run_datum(const Reserved& datum)
{
    const DatumWork& work = datum.work;
    log_.info("datum {} of job '{}', attempt {}", work.datum_id, work.job_name, work.attempt);
    Lease lease;
    TaskScope beats(scope_.executor(), log_);
    beats.spawn(heartbeats(work, lease));
    current_ = &lease.stop;
    Outcome outcome = cannot_run(datum.problem);
    if (datum.problem.empty())
        outcome = co_await execute(work, lease);
    current_ = nullptr;

    Result<void> told = Result<void>();
    if (lease.lost)
        log_.info("datum {}: it was taken away", work.datum_id);
    else if (outcome.kind == Outcome::Kind::returned)
        co_await give_back(work, given_back_because(outcome));
    else
        told = co_await report(work, outcome);
    beats.cancel();
    co_await beats.join();
    co_return told;
}

// Runs the command; what it prints goes to the server meanwhile, and the next inputs come.
Async<Outcome> RemoteWorker::execute(const DatumWork& work, Lease& lease)
{
    const ApiCaller patient = [this](ApiClient::Call ask) { return call(std::move(ask)); };
    const ApiCaller once = [this](ApiClient::Call ask) { return client_.ask(std::move(ask)); };
    HttpChannel channel({patient, once}, runner_.clock(), work, options_.pod_name);
    LogShipper log(patient, logs_, work, options_.pod_name, log_);
    co_await use_prefetched(work, lease);
    TaskScope beside(scope_.executor(), log_);
    beside.spawn(keep_shipping(log));
    if (options_.prefetch != Prefetch::off) {
        ahead_ = std::make_unique<TaskScope>(scope_.executor(), log_);
        ahead_->spawn(prefetch_next(work.job_id, work.pipeline->workers));
    }
    Outcome outcome;
    try {
        outcome = co_await runner_.run(work, channel, lease.stop);
    } catch (const std::exception& error) { // as the dispatcher does: a failed attempt
        outcome.kind = Outcome::Kind::failed;
        outcome.error = error.what();
    }
    beside.cancel();
    co_await beside.join();
    if (!prefetched_)
        co_await drop_prefetched(); // nothing more is asked for ahead
    for (bool more = !lease.lost; more;) {
        const Result<bool> shipped = co_await log.ship(std::chrono::milliseconds(0));
        more = shipped && *shipped;
    }
    auto remove = [&log] { ::unlink(log.path().c_str()); };
    co_await threads_.run(remove);
    co_return outcome;
}

Async<Result<void>> RemoteWorker::report(const DatumWork& work, const Outcome& outcome)
{
    DatumReport report;
    report.pod_name = options_.pod_name;
    report.attempt = work.attempt;
    if (outcome.kind == Outcome::Kind::failed) {
        report.status = DatumReport::Status::error;
        report.error_message = outcome.error;
    }
    const Result<Json> result = parse_json(outcome.result.empty() ? "{}" : outcome.result);
    if (result && result->is_object() && result->contains("output"))
        report.output = (*result)["output"].get<std::string>();
    ApiClient::Call tell;
    tell.method = Method::patch;
    tell.path = fmt::format("/datums/{}", work.datum_id);
    tell.json = to_json(report);
    const Result<Answer> answer = co_await call(std::move(tell));
    if (answer || is_superseded(answer.error())) {
        if (!answer)
            log_.info("datum {}: {}", work.datum_id, answer.error().detail);
        co_return Result<void>();
    }
    co_return answer.error();
}

Async<void> RemoteWorker::give_back(const DatumWork& work, std::string reason)
{
    LeaseRequest request;
    request.pod_name = options_.pod_name;
    request.attempt = work.attempt;
    request.reason = std::move(reason);
    ApiClient::Call tell;
    tell.method = Method::post;
    tell.path = fmt::format("/datums/{}/give_back", work.datum_id);
    tell.json = to_json(request);
    const Result<Answer> answer = co_await call(std::move(tell));
    if (!answer)
        log_.warn("give back datum {}: {}", work.datum_id, answer.error().detail);
}

// The server gives everything that is still held back to others.
Async<void> RemoteWorker::leave()
{
    LeaseRequest request;
    request.pod_name = options_.pod_name;
    ApiClient::Call tell;
    tell.method = Method::post;
    tell.path = "/workers/leave";
    tell.json = to_json(request);
    const Result<Answer> answer = co_await client_.ask(std::move(tell));
    if (!answer)
        log_.info("leave: {}", answer.error().detail);
}

} // namespace sluice
