// SPDX-License-Identifier: Apache-2.0
// The beginning and the end of a Host, and the thread of its loop. Runs: host_runs.cc.
#include "workflows/host_life.h"

#include "async/signal.h"
#include "base/assert.h"
#include "base/json.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace sluice {

namespace {

constexpr Micros load_looks = std::chrono::seconds(1);          // between two, at most
constexpr Micros end_looks = std::chrono::milliseconds(10);     // at bodies that are to end
constexpr Micros last_moment = std::chrono::milliseconds(200);  // of bodies that were just stopped
constexpr std::size_t cached_bytes_max = std::size_t{64} << 20; // of ends of live runs

// The loop that this thread runs, and the first broken expectation in it.
struct LoopThread {
    asio::io_context* loop = nullptr;
    std::string fault = {};
};
thread_local LoopThread this_thread_loop;

void on_broken_expectation(const char* expression, const char* file, int line)
{
    LoopThread& here = this_thread_loop;
    if (!here.loop)
        return; // what is thrown now ends the call that met it
    if (here.fault.empty())
        here.fault = broken_expectation(expression, file, line);
    here.loop->stop();
}

std::string host_name()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

std::string worker_name(const HostOptions& options)
{
    return options.name.empty() ? fmt::format("{}-{}", host_name(), ::getpid()) : options.name;
}

LogHub hub_for(const HostOptions& options, const std::shared_ptr<CallbackThread>& callbacks)
{
    if (!options.log)
        return LogHub::calling(LogLevel::off, [](LogLevel, std::string_view) {});
    return LogHub::calling(
        LogLevel::info,
        [log = options.log, callbacks](LogLevel level, std::string_view line) {
            callbacks->post_line([log, level, text = std::string(line)] { log(level, text); });
        }
    );
}

CallError closed()
{
    return {.kind = CallError::Kind::closed, .text = "this Runner was shut down"};
}

// For Pending, which takes no negative time.
Micros time_to(HostLife::Clock::time_point end)
{
    const auto left = end - HostLife::Clock::now();
    return std::max(std::chrono::ceil<Micros>(left), Micros(0));
}

} // namespace

// What the engine hands tasks to.
class HostLife::Bodies final : public Executor {
public:
    explicit Bodies(HostLife& life) : life_(life) {}

    Async<Outcome> execute(const Leased& task, Stop& stop) override
    {
        life_.executor_->work_as(life_.engine_->worker_id());
        life_.followed_->began(task.run);
        return life_.executor_->execute(task, stop);
    }

private:
    HostLife& life_;
};

HostLife::HostLife(Needs needs)
    : needs_(needs),
      actor_(worker_name(needs.options)),
      logs_(hub_for(needs.options, callbacks_)),
      log_(logs_.component("workflows")),
      cache_(cached_bytes_max),
      threads_(std::make_shared<BodyThreads>(needs.options.body_threads_max)),
      scope_(loop_.get_executor(), log_),
      last_(loop_.get_executor(), log_),
      calls_(std::make_shared<LoopCalls>(inbox_, scope_))
{}

HostLife::~HostLife() = default;

std::optional<CallError> HostLife::open()
{
    StoreOptions options;
    options.url = needs_.options.url;
    options.schema = needs_.options.schema;
    options.clock = needs_.options.clock;
    options.connect_all = true;
    options.is_guest = true;
    Result<std::unique_ptr<Store>> opened =
        open_store(loop_.get_executor(), options, logs_.component("store"));
    if (!opened)
        return opening_error(to_call_error(std::move(opened).error()));
    store_ = *std::move(opened);
    return std::nullopt;
}

// There is no Runner yet that would be broken: the database that was named is not what is needed,
// or its user may not.
CallError HostLife::opening_error(CallError error) const
{
    if (error.kind == CallError::Kind::broken && !is_broken_)
        error.kind = CallError::Kind::invalid;
    return error;
}

void HostLife::make_services()
{
    const HostOptions& options = needs_.options;
    const asio::any_io_executor loop = loop_.get_executor();
    Engine::Options engine;
    engine.worker_name = actor_;
    engine.host = host_name();
    engine.lease = options.lease;
    engine.heartbeat = options.heartbeat;
    engine.looks_for_dead = options.recovers;
    engine_.emplace(loop, *store_, std::move(engine), logs_.component("engine"));
    executor_.emplace(
        BodyExecutor::Needs{loop, *store_, needs_.registry, cache_, *threads_, *callbacks_},
        BodyExecutor::Options{
            .context_bytes_max = options.context_bytes_max, .deferred_max = options.deferred_max},
        log_
    );
    bodies_ = std::make_unique<Bodies>(*this);
    followed_.emplace(
        FollowedRuns::Needs{
            loop, *store_, cache_, engine_->run_waiters(), *callbacks_, scope_, actor_, calls_},
        log_
    );
    const FindNamespace find = [this](std::string name) { return find_namespace(std::move(name)); };
    cron_.emplace(*store_, actor_, find);
    triggers_.emplace(*store_, actor_);
    schedule_work_.emplace(
        ScheduleWork::Needs{loop, *store_, *threads_, find}, options, logs_.component("schedules")
    );
    if (options.abandon_unknown_after)
        abandon_duty_.emplace(*store_, needs_.registry, *options.abandon_unknown_after, log_);
}

std::optional<CallError> HostLife::start()
{
    [[maybe_unused]] static const bool is_set = [] {
        set_assertion_handler(on_broken_expectation);
        return true;
    }();
    if (std::optional<CallError> error = open())
        return error;
    make_services();
    busy_.emplace(loop_.get_executor());
    thread_ = std::thread([this] { run(); });
    const PendingPtr<bool> begun = calls_->ask<bool>([this] { return begin(); });
    begun->wait();
    const CallResult<bool> result = begun->get();
    return result ? std::nullopt : std::optional(opening_error(result.error()));
}

Async<Result<bool>> HostLife::begin()
{
    store_->tell_ends();
    engine_->on_changes([this](const Changes& changes) { changed(changes); });
    const Result<void> ready = co_await engine_->start();
    if (!ready)
        co_return ready.error();
    if (needs_.options.mode != HostOptions::Mode::scheduler_only) {
        Dispatcher::Options serving;
        serving.queues = needs_.registry.queues();
        serving.capacity = needs_.options.slots;
        serving.parents = Claim::Parents::told;
        const Result<Dispatcher*> dispatcher =
            co_await engine_->serve(std::move(serving), *bodies_);
        if (!dispatcher)
            co_return dispatcher.error();
        dispatcher_ = *dispatcher;
        scope_.spawn(tell_load());
    }
    if (ScheduleWork::is_wanted(needs_.options))
        schedule_work_->start();
    if (abandon_duty_)
        scope_.spawn(abandon_duty_->run());
    co_return true;
}

void HostLife::changed(const Changes& changes)
{
    cache_.changed(changes);
    followed_->changed(); // reads the cache
    schedule_work_->changed(changes);
    for (const EndedRun& run : changes.ended_runs) {
        needs_.meter.ended(run_status({.state = run.row.state}));
        cache_.forget(run.row.id);
    }
}

void HostLife::run()
{
    pthread_setname_np(pthread_self(), "sluice-loop");
    this_thread_loop.loop = &loop_;
    std::string fault;
    try {
        loop_.run();
    } catch (const std::exception& error) {
        fault = error.what();
    } catch (...) {
        fault = "an exception of unknown type";
    }
    if (!this_thread_loop.fault.empty())
        fault = this_thread_loop.fault;
    if (!fault.empty())
        broke(fault);
    over_->answer(true);
}

// Nothing of the engine can be trusted any more: its leases lapse, and the program lives.
void HostLife::broke(const std::string& fault)
{
    is_broken_ = true;
    log_.error("this Runner has stopped: {}", fault);
    const CallError why{
        .kind = CallError::Kind::broken, .text = "this Runner has stopped: " + fault};
    calls_->close(why);
    if (followed_)
        followed_->end_all(why);
    calls_->refuse_all();
    if (executor_)
        executor_->tell_bodies();
}

// However the end comes, the loop's thread ends after it.
class HostLife::Over {
public:
    explicit Over(HostLife& life) : life_(life) {}
    ~Over()
    {
        life_.busy_.reset();
        if (is_orderly)
            return;
        life_.is_broken_ = true;
        life_.loop_.stop();
    }
    Over(const Over&) = delete;
    Over& operator=(const Over&) = delete;

    bool is_orderly = false;

private:
    HostLife& life_;
};

HostLife::Clock::time_point HostLife::deadline()
{
    return deadline_.with([](const Clock::time_point& deadline) { return deadline; });
}

// It may come nearer meanwhile, which the engine would not see.
Async<void> HostLife::wait_for_bodies()
{
    engine_->close();
    while (dispatcher_ && dispatcher_->executing() > 0 && Clock::now() < deadline())
        co_await sleep_for(std::min(end_looks, time_to(deadline())));
}

Async<void> HostLife::finish()
{
    Over over(*this);
    co_await schedule_work_->stop();
    co_await wait_for_bodies();
    co_await engine_->stop(Clock::duration::zero());
    followed_->end_all(closed());
    calls_->refuse_all();
    scope_.cancel();
    co_await scope_.join();
    store_->break_off(); // nobody waits for what may still be under way
    over.is_orderly = true;
}

void HostLife::end(Clock::time_point deadline)
{
    deadline_.with([&](Clock::time_point& present) { present = std::min(present, deadline); });
    calls_->close(closed());
    if (!thread_.joinable())
        return;
    asio::post(loop_, [this] { last_.spawn(finish()); });
    if (!over_->wait_for(time_to(this->deadline() + last_words)))
        break_off();
    over_->wait();
    thread_.join();
}

void HostLife::hurry(Clock::time_point deadline)
{
    deadline_.with([&](Clock::time_point& present) { present = std::min(present, deadline); });
    threads_->hurry(deadline);
    callbacks_->hurry(deadline);
}

void HostLife::break_off()
{
    if (!store_ || is_broken_off_.exchange(true))
        return;
    log_.warn(
        "the database does not answer: this Runner ends without it, and what it holds is free when "
        "its leases end"
    );
    store_->break_off();
}

// Callbacks that are posted by now are called, unless one of them does not end.
std::size_t HostLife::join()
{
    const std::size_t left = threads_->close(deadline() - Clock::now(), last_moment);
    callbacks_->close(deadline() - Clock::now(), last_words);
    return left;
}

// What other processes tell people of this one.
Async<void> HostLife::tell_load()
{
    for (;;) {
        describe();
        co_await sleep_for(std::min(needs_.options.heartbeat, load_looks));
    }
}

void HostLife::describe()
{
    const BodyExecutor::Load load = executor_->load();
    const Json serves = needs_.registry.queues();
    const Json loads{
        {"places", needs_.options.slots},
        {"taken", dispatcher_->executing()},
        {"overdue", load.overdue},
        {"deferred", load.deferred}};
    engine_->describe(serves.dump(), loads.dump());
}

Async<Result<bool>> HostLife::measure()
{
    const BodyExecutor::Load load = executor_->load();
    HostMeter::Reading reading;
    reading.places = dispatcher_ ? needs_.options.slots : 0;
    reading.running = load.running;
    reading.overdue = load.overdue;
    reading.deferred = load.deferred;
    reading.busy_threads = threads_->busy();
    reading.followed = followed_->size();
    reading.calls = calls_->size();
    reading.cached_bytes = cache_.bytes();
    reading.queued_writes = store_->queued();
    needs_.meter.set(reading);
    needs_.meter.set(schedule_work_->cron_counts(), schedule_work_->trigger_counts());
    co_return true;
}

} // namespace sluice
