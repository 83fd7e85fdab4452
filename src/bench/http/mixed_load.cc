// SPDX-License-Identifier: Apache-2.0
#include "bench/http/mixed_load.h"

#include "bench/http/start_latency.h"
#include "bench/http/task_text.h"

#include <array>
#include <fstream>
#include <utility>

namespace sluice::bench {

namespace {

constexpr std::int64_t ahead_max = 8000; // posted tasks that have not ended
constexpr std::chrono::microseconds gate_pause{500};
constexpr std::chrono::milliseconds between_lists{100};
constexpr std::chrono::milliseconds look_again{20};
constexpr std::chrono::seconds refused_pause{1};
constexpr std::chrono::seconds told_each{10};
constexpr std::chrono::minutes end_time_max{2};

constexpr std::array list_paths{
    "/task?page_size=50", "/task?status=Running&page_size=50", "/batches?page_size=20",
    "/task?kind=ruled&page_size=20"};

} // namespace

MixedLoad::MixedLoad(HttpFixture& fixture, Plan plan)
    : fixture_(fixture),
      plan_(std::move(plan)),
      plain_(fixture.executor()),
      failing_(fixture.executor())
{}

Async<Result<void>> MixedLoad::run()
{
    if (const Result<void> listening = listen(); !listening)
        co_return listening.error();
    const Result<void> created = co_await create_schedule();
    if (!created)
        co_return created.error();
    const Json server{{"server_pid", fixture_.server().pid()}, {"port", fixture_.server().port()}};
    write(server);
    begin_ = std::chrono::steady_clock::now();
    TaskScope scope(fixture_.executor(), fixture_.log());
    scope.spawn(run_callers(plan_.posters, [this](Client& client) { return post_on(client); }));
    scope.spawn(run_callers(plan_.reporters, [this](Client& client) {
        return report_on(client, plain_);
    }));
    scope.spawn(run_callers(plan_.posters, [this](Client& client) {
        return report_on(client, failing_);
    }));
    scope.spawn(run_callers(1, [this](Client& client) { return list_on(client); }));
    scope.spawn(tell());
    scope.spawn(finish());
    co_await scope.join();
    for (const std::uint16_t port : {ports_.plain, ports_.failing})
        fixture_.targets().forget(port); // the schedule goes on
    if (failed_)
        co_return *failed_;
    co_return Result<void>();
}

Result<void> MixedLoad::listen()
{
    Targets& targets = fixture_.targets();
    const Targets::OnCall add = plain_.on_call();
    const auto on_start = [this, add](const TargetCall& start) {
        note_start(start);
        add(start);
    };
    const Result<std::uint16_t> plain = targets.listen(on_start);
    if (!plain)
        return plain.error();
    const Result<std::uint16_t> failing = targets.listen(failing_.on_call());
    if (!failing)
        return failing.error();
    const Result<std::uint16_t> ends = targets.listen(nullptr);
    if (!ends)
        return ends.error();
    ports_ = {.plain = *plain, .failing = *failing, .ends = *ends};
    return {};
}

Async<Result<void>> MixedLoad::create_schedule()
{
    const Result<std::unique_ptr<Client>> client = co_await fixture_.connect();
    if (!client)
        co_return client.error();
    const std::string request = mixed_schedule(ports_);
    Result<void> created = co_await (*client)->call(request, 201);
    co_return created;
}

Async<void> MixedLoad::run_callers(std::int64_t count, HttpFixture::Caller caller)
{
    const Result<void> done = co_await fixture_.on_connections(count, caller);
    if (!done)
        fail(done.error());
}

bool MixedLoad::is_over() const
{
    return failed_ || std::chrono::steady_clock::now() >= begin_ + plan_.time;
}

SteadyTime MixedLoad::due(std::int64_t posted) const
{
    if (plan_.rate == 0)
        return begin_;
    return begin_ + std::chrono::microseconds(posted * 1'000'000 / plan_.rate);
}

Async<Result<void>> MixedLoad::post_on(Client& client)
{
    while (!is_over()) {
        if (posted_ - ended_ > ahead_max) {
            co_await sleep_for(gate_pause);
            continue;
        }
        const SteadyTime time = due(posted_);
        posted_ += plan_.batch;
        const auto wait = time - std::chrono::steady_clock::now();
        if (wait > std::chrono::steady_clock::duration::zero())
            co_await sleep_for(wait);
        const SteadyTime begin = std::chrono::steady_clock::now();
        const std::string request = mixed_post(plan_.batch, ports_, begin);
        const Result<int> status = co_await client.call(request);
        if (!status)
            co_return status.error();
        if (*status == 201) {
            figures_.add("post", seconds_since(begin) * 1e3);
            continue;
        }
        if (*status != 503)
            co_return client.refusal();
        posted_ -= plan_.batch; // these are not made up for
        ++refusals_;
        co_await sleep_for(refused_pause);
    }
    co_return Result<void>();
}

void MixedLoad::note_start(const TargetCall& start)
{
    if (const std::optional<SteadyTime> posted = posted_at(start))
        figures_.add("start", millis_between(*posted, start.at));
}

Async<Result<void>> MixedLoad::report_on(Client& client, Starts& starts)
{
    for (;;) {
        const Result<Start> start = co_await starts.next();
        if (starts.is_closed())
            co_return Result<void>();
        if (!start)
            co_return start.error();
        const bool fails = &starts == &failing_ && failed_once_.insert(start->task).second;
        const Result<void> ended = co_await end_task(client, start->task, fails);
        if (!ended) {
            fail(ended.error());
            co_return ended.error();
        }
        if (fails)
            continue;
        failed_once_.erase(start->task);
        ++ended_;
    }
}

Async<Result<void>> MixedLoad::end_task(Client& client, const std::string& task, bool fails)
{
    std::string count = count_text(task);
    const Result<void> counted = co_await call(client, "put", std::move(count), 202);
    if (!counted)
        co_return counted.error();
    std::string end = fails ? failure_text(task) : success_text(task);
    Result<void> ended = co_await call(client, "patch", std::move(end), 200);
    co_return ended;
}

Async<Result<void>> MixedLoad::list_on(Client& client)
{
    for (std::size_t turn = 0; !is_over(); ++turn) {
        std::string request = request_text("GET", list_paths[turn % list_paths.size()]);
        const Result<void> listed = co_await call(client, "list", std::move(request), 200);
        if (!listed)
            co_return listed.error();
        co_await sleep_for(between_lists);
    }
    co_return Result<void>();
}

Async<Result<void>>
MixedLoad::call(Client& client, const char* what, std::string request, int expected)
{
    const SteadyTime begin = std::chrono::steady_clock::now();
    const Result<void> done = co_await client.call(request, expected);
    if (!done)
        co_return done.error();
    figures_.add(what, seconds_since(begin) * 1e3);
    co_return Result<void>();
}

// The figures of each ten seconds, as long as tasks are posted.
Async<void> MixedLoad::tell()
{
    std::int64_t ended = 0;
    for (SteadyTime next = begin_ + told_each; !is_over();) {
        co_await sleep_for(look_again);
        if (std::chrono::steady_clock::now() < next)
            continue;
        next += told_each;
        const auto lives = static_cast<double>(ended_ - std::exchange(ended, ended_));
        Json line{
            {"seconds", seconds_since(begin_)},
            {"posted", posted_},
            {"ended", ended_},
            {"lives_per_s", lives / std::chrono::duration<double>(told_each).count()},
            {"refusals", refusals_}};
        line["requests"] = figures_.take();
        write(line);
    }
}

// Waits for what is under way, and sends everybody home.
Async<void> MixedLoad::finish()
{
    while (!is_over())
        co_await sleep_for(look_again);
    seconds_ = seconds_since(begin_);
    const SteadyTime latest = std::chrono::steady_clock::now() + end_time_max;
    while (!failed_ && ended_ < posted_ && std::chrono::steady_clock::now() < latest)
        co_await sleep_for(look_again);
    if (!failed_ && ended_ < posted_)
        fail({Errc::timed_out, "not everything that was posted has ended after two minutes"});
    plain_.close();
    failing_.close();
}

void MixedLoad::write(const Json& line)
{
    if (plan_.progress.empty())
        return;
    std::ofstream file(plan_.progress, std::ios::app);
    file << dump_json(line) << '\n';
}

void MixedLoad::fail(const Error& error)
{
    if (!failed_)
        failed_ = error;
    plain_.close();
    failing_.close();
}

} // namespace sluice::bench
