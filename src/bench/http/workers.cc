// SPDX-License-Identifier: Apache-2.0
// http-workers: many workers of one job, each of which asks for datums and runs them for a while.
#include "bench/bench_folder.h"
#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/played_worker.h"
#include "bench/http/start_latency.h"
#include "net/access_token.h"
#include "store/store.h"

#include <cmath>
#include <cstdlib>

namespace sluice::bench {

namespace {

constexpr std::int64_t size_standard = 20'000;
constexpr std::int64_t start_ms = 1000; // in which the workers come
constexpr std::int64_t run_ms = 1000;   // of each datum, give or take a half
constexpr std::size_t passes_max = 300; // of the datum that is passed on
constexpr std::chrono::milliseconds idle_time{20};
constexpr const char* key = "sluice-bench"; // of who makes the jobs

// What stands around a server with workers.
struct Place {
    BenchFolder folder; // inputs, and the server's logs
    std::string secret; // of the database, for tokens
};

struct Course {
    Course(HttpFixture& given, PlayedJob made) : fixture(given), job(std::move(made)) {}

    HttpFixture& fixture;
    PlayedJob job;
    std::int64_t workers = 0;
    SeededRandom random{1};
    std::vector<double> reserve_ms; // those that gave a datum
    std::vector<double> report_ms;  // what ends one
    std::size_t passes = passes_max;
    std::optional<SteadyTime> given_back;
    std::vector<double> woken_ms;

    std::chrono::milliseconds some_of(std::int64_t ms)
    {
        return std::chrono::milliseconds(random.next() % static_cast<std::uint64_t>(ms));
    }
    std::string next_name() { return fmt::format("worker-{}", workers++); }
};

// The database is open here before the server has it, and no longer: its news go to nobody else.
Result<std::string> secret_of(const HttpBenchOptions& options, const Log& log)
{
    asio::io_context loop(1);
    StoreOptions store_options;
    store_options.url = options.url;
    const Result<std::unique_ptr<Store>> store =
        open_store(loop.get_executor(), store_options, log);
    if (!store)
        return store.error();
    return (*store)->handle_secret();
}

// What a job's pods are given (api/worker_token.h).
std::string worker_headers(const std::string& secret, const std::string& job)
{
    const TokenSubject subject{"worker", job};
    return fmt::format(
        "Authorization: Bearer sluice-worker.{}.{}\r\nSluice-Protocol: 1\r\n", job,
        make_access_token(secret, subject)
    );
}

Json atom(const Place& place, std::string_view repo)
{
    const std::string uri = fmt::format("file://{}", (place.folder.path() / repo).string());
    return {{"atom", {{"URI", uri}, {"repo", repo}, {"glob", "/*"}}}};
}

Async<Result<PlayedJob>> make_job(HttpFixture& fixture, const Place& place, const Json& input)
{
    Result<std::unique_ptr<Client>> client = co_await fixture.connect();
    if (!client)
        co_return client.error();
    PlayedJob job;
    job.egress = fmt::format("file://{}/", (place.folder.path() / "out").string());
    Json body;
    Json& spec = body["job"];
    spec["pipeline"] = {{"name", "bench"}};
    spec["transform"] = {{"cmd", {"true"}}, {"image", "none"}};
    spec["parallelism_spec"] = {{"constant", given_or(fixture.options().clients, 500)}};
    spec["resource_requests"] = {{"memory", "64Mi"}, {"cpu", 1}};
    spec["input"] = input;
    spec["egress"] = {{"URI", job.egress}};
    const std::string headers = fmt::format("Authorization: Bearer {}\r\n", key);
    const std::string request = request_text("POST", "/jobs", dump_json(body), headers);
    const Result<void> created = co_await (*client)->call(request, 201);
    if (!created)
        co_return created.error();
    const Result<Json> answer = parse_json((*client)->body());
    if (!answer)
        co_return answer.error();
    job.id = answer->at("job").at("id");
    job.headers = worker_headers(place.secret, job.id);
    co_return std::move(job);
}

Async<Result<void>>
run_datum(PlayedWorker& worker, const PlayedWorker::Datum& datum, Course& course)
{
    const Result<void> beating = co_await worker.begin_heartbeat(datum);
    if (!beating)
        co_return beating.error();
    co_await sleep_for(std::chrono::milliseconds(run_ms / 2) + course.some_of(run_ms));
    const Result<double> millis = co_await worker.report(datum);
    if (!millis)
        co_return millis.error();
    course.report_ms.push_back(*millis);
    co_return Result<void>();
}

// Until the job is final, as workers stay.
Async<Result<void>> work(Client& client, Course& course)
{
    PlayedWorker worker(course.fixture, client, course.job, course.next_name());
    co_await sleep_for(course.some_of(start_ms));
    for (;;) {
        const Result<PlayedWorker::Reserved> reserved = co_await worker.reserve();
        if (!reserved)
            co_return reserved.error();
        if (reserved->job_is_final)
            co_return Result<void>();
        if (!reserved->datum)
            continue;
        course.reserve_ms.push_back(reserved->millis);
        const Result<void> done = co_await run_datum(worker, *reserved->datum, course);
        if (!done)
            co_return done.error();
    }
}

// The one datum of the job is passed on so often while all others wait for it.
Async<Result<void>> pass_on(Client& client, Course& course)
{
    PlayedWorker worker(course.fixture, client, course.job, course.next_name());
    for (;;) {
        const Result<PlayedWorker::Reserved> reserved = co_await worker.reserve();
        if (!reserved)
            co_return reserved.error();
        if (reserved->job_is_final)
            co_return Result<void>();
        if (!reserved->datum)
            continue;
        if (course.given_back) {
            const SteadyTime now = std::chrono::steady_clock::now();
            course.woken_ms.push_back(millis_between(*course.given_back, now));
        }
        co_await sleep_for(idle_time); // who had it last waits again
        if (course.woken_ms.size() >= course.passes) {
            const Result<double> reported = co_await worker.report(*reserved->datum);
            if (!reported)
                co_return reported.error();
            continue;
        }
        course.given_back = std::chrono::steady_clock::now();
        const Result<void> given = co_await worker.give_back(*reserved->datum);
        if (!given)
            co_return given.error();
        co_await sleep_for(idle_time / 2); // or it would take the datum itself
    }
}

using Play = Async<Result<void>> (*)(Client& client, Course& course);

Async<Result<double>> play(Course& course, Play each)
{
    const std::int64_t workers = given_or(course.fixture.options().clients, 500);
    const HttpFixture::Caller caller = [&course, each](Client& client) {
        return each(client, course);
    };
    const SteadyTime start = std::chrono::steady_clock::now();
    const Result<void> done = co_await course.fixture.on_connections(workers, caller);
    if (!done)
        co_return done.error();
    co_return seconds_since(start);
}

Async<Result<void>> measure_work(HttpFixture& fixture, const Place& place, Json& figures)
{
    const std::int64_t size = given_or(fixture.options().size, size_standard);
    const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(size)));
    place.folder.make_files("left", side);
    place.folder.make_files("right", side);
    Json input;
    input["cross"] = Json::array({atom(place, "left"), atom(place, "right")});
    Result<PlayedJob> job = co_await make_job(fixture, place, input);
    if (!job)
        co_return job.error();
    Course course(fixture, *std::move(job));
    const Result<double> seconds = co_await play(course, work);
    if (!seconds)
        co_return seconds.error();
    figures["workers"] = course.workers;
    figures["datums"] = course.reserve_ms.size();
    figures["seconds"] = *seconds;
    figures["requests"] = course.job.requests;
    figures["requests_per_s"] = per_second(course.job.requests, *seconds);
    figures["resident_mib"] = fixture.server().resident_mib();
    add_percentiles(figures, std::move(course.reserve_ms), "reserve_");
    add_percentiles(figures, std::move(course.report_ms), "report_");
    co_return Result<void>();
}

Async<Result<void>> measure_waking(HttpFixture& fixture, const Place& place, Json& figures)
{
    place.folder.make_files("one", 1);
    const Json input = atom(place, "one");
    Result<PlayedJob> job = co_await make_job(fixture, place, input);
    if (!job)
        co_return job.error();
    Course course(fixture, *std::move(job));
    const std::int64_t size = given_or(fixture.options().size, size_standard);
    course.passes = std::min(passes_max, static_cast<std::size_t>(size));
    const Result<double> seconds = co_await play(course, pass_on);
    if (!seconds)
        co_return seconds.error();
    add_percentiles(figures, std::move(course.woken_ms), "woken_");
    co_return Result<void>();
}

Async<Result<Json>> workers_body(HttpFixture& fixture, const Place& place)
{
    Json figures;
    const Result<void> worked = co_await measure_work(fixture, place, figures);
    if (!worked)
        co_return worked.error();
    const Result<void> woken = co_await measure_waking(fixture, place, figures);
    if (!woken)
        co_return woken.error();
    co_return json_result(std::move(figures));
}

} // namespace

Result<Json> http_workers(const HttpBenchOptions& options, const Log& log)
{
    Place place;
    Result<std::string> secret = secret_of(options, log);
    if (!secret)
        return secret.error();
    place.secret = *std::move(secret);
    // The server's: it leaves the datums to ours, asks for tokens, and keeps the logs there.
    ::setenv("SLUICE_WORKERS", "0", 1);
    ::setenv("SLUICE_BOOTSTRAP_KEY", key, 1);
    ::setenv("SLUICE_DATA_DIR", place.folder.path().c_str(), 1);
    return HttpFixture::run(options, log, [&place](HttpFixture& fixture) {
        return workers_body(fixture, place);
    });
}

} // namespace sluice::bench
