// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/supervisor.h"

#include "batch/cluster/job_care.h"
#include "engine/engine.h"
#include "net/backoff.h"
#include "store/cluster_reads.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t take_max = 200;
constexpr Backoff look_backoff{std::chrono::seconds(1), std::chrono::seconds(30)};
constexpr auto store_pause = std::chrono::seconds(1); // after it could not be read

void keep_earlier(std::optional<Time>& earliest, std::optional<Time> time)
{
    if (time && (!earliest || *time < *earliest))
        earliest = time;
}

} // namespace

Supervisor::Supervisor(
    asio::any_io_executor executor, Engine& engine, Cluster& cluster, Options options, Log log
)
    : engine_(engine),
      cluster_(cluster),
      options_(std::move(options)),
      log_(std::move(log)),
      scope_(executor, log_),
      wake_(executor),
      rested_(executor),
      facts_(engine.store())
{}

Supervisor::~Supervisor() = default;

void Supervisor::begin()
{
    if (started_)
        return;
    started_ = true;
    scope_.spawn(listen());
}

Async<void> Supervisor::listen()
{
    const std::unique_ptr<ClusterWatch> watch = cluster_.watch();
    for (;;) {
        const std::vector<ClusterEvent> events = co_await watch->next();
        const std::string before = state_.trouble();
        heard(state_.apply(events));
        if (state_.trouble() != before && !state_.trouble().empty())
            log_.warn("Kubernetes: {}", state_.trouble());
        else if (state_.trouble() != before)
            log_.info("Kubernetes answers again");
        wake_.notify();
    }
}

void Supervisor::heard(const ClusterState::News& news)
{
    for (const SeenPod& pod : news.gone)
        if (const auto known = by_id_.find(pod.job_id); known != by_id_.end())
            known->second->gone.push_back(pod);
    for (const std::string& id : news.jobs) {
        if (const auto known = by_id_.find(id); known != by_id_.end())
            known->second->is_due = true;
        else if (deleted_.contains(id))
            orphans_at_ = engine_.clock().now();
        else if (const ClusterState::Seen* const seen = state_.find(id); seen && seen->job)
            keep_earlier(orphans_at_, seen->job->created_at + options_.limits.orphan_after);
    }
    if (!news.listed)
        return;
    for (const auto& [run, entry] : led_)
        entry->is_due = true;
    orphans_at_ = engine_.clock().now();
}

void Supervisor::changed(const Changes& changes)
{
    const bool ends =
        std::any_of(changes.final_runs.begin(), changes.final_runs.end(), [this](RunId run) {
            return led_.contains(run);
        });
    // A run that was staged becomes active with the row that was there before.
    const bool jobs = changes.cluster_jobs || (changes.from_outside && !changes.told);
    if (!ends && !jobs)
        return;
    take_news_ |= jobs;
    read_news_ = true;
    wake_.notify();
}

Async<Result<void>> Supervisor::take()
{
    const WorkerId worker = engine_.worker_id();
    if (!worker)
        co_return Error{Errc::unavailable, "this process is not registered as a worker"};
    if (worker != leading_as_) {
        forget_all(); // they were another's: the row that led them is gone
        leading_as_ = worker;
        take_news_ = true;
    }
    const Time now = engine_.clock().now();
    const bool is_time = !taken_at_ || now >= *taken_at_ + options_.look;
    if (is_time)
        taken_at_ = now;
    if (take_news_ || is_time) {
        take_news_ = false;
        Result<void> taken = co_await take_new(worker);
        if (!taken) {
            take_news_ = true;
            co_return taken;
        }
    }
    if (!read_news_ && !is_time)
        co_return Result<void>();
    read_news_ = false;
    Result<void> read = co_await read_again(worker);
    read_news_ |= !read;
    co_return read;
}

Async<Result<void>> Supervisor::take_new(WorkerId worker)
{
    for (;;) {
        TakeClusterJobs request;
        request.worker = worker;
        request.name_space = cluster_.name_space();
        request.limit = take_max;
        const Result<std::vector<LedJob>> taken =
            co_await engine_.store().take_cluster_jobs(std::move(request));
        if (!taken)
            co_return with_context("take jobs on Kubernetes", taken.error());
        for (const LedJob& led : *taken)
            put(led, worker);
        done_.taken += taken->size();
        if (taken->size() < take_max)
            co_return Result<void>();
    }
}

// How the runs stand that are led here. Those that are deleted, or another's, are forgotten.
Async<Result<void>> Supervisor::read_again(WorkerId worker)
{
    auto look = [worker](Reads& reads) { return reads.cluster().led_by(worker); };
    const Result<std::vector<LedJob>> led = co_await engine_.store().read(std::move(look));
    if (!led)
        co_return with_context("read the jobs on Kubernetes", led.error());
    std::map<RunId, const LedJob*> known;
    for (const LedJob& job : *led)
        known[job.row.run] = &job;
    for (const auto& [run, entry] : led_)
        if (!known.contains(run) && !entry->is_busy)
            entry->is_over = true;
    for (const auto& [run, job] : known) {
        const auto entry = led_.find(run);
        if (entry == led_.end()) {
            put(*job, worker);
            continue;
        }
        LedEntry& there = *entry->second;
        there.is_due |= there.led.state != job->state;
        // What somebody is at may be newer than this reading.
        if (there.is_busy)
            there.led.state = job->state;
        else
            there.led = *job;
    }
    co_return Result<void>();
}

void Supervisor::put(const LedJob& led, WorkerId worker)
{
    const RunId run = led.row.run;
    if (const auto there = led_.find(run); there != led_.end() && there->second->is_busy) {
        there->second->again = led; // two at once would undo what the other does
        return;
    }
    auto entry = std::make_shared<LedEntry>();
    entry->leader = worker;
    entry->led = led;
    entry->id = format_uid(engine_.store().uid(UidKind::run, led.run_created_at, run.value));
    by_id_[entry->id] = entry;
    led_[run] = std::move(entry);
}

// What was known of it is of a life that is over.
void Supervisor::follow_again(LedEntry& entry)
{
    if (!entry.again)
        return;
    entry.led = std::move(*entry.again);
    entry.again.reset();
    entry.crash.clear();
    entry.is_over = false;
    entry.is_due = true;
}

void Supervisor::forget_all()
{
    led_.clear();
    by_id_.clear();
    waiting_.clear();
}

// Those that something is to be done about now.
void Supervisor::gather()
{
    const Time now = engine_.clock().now();
    for (auto next = led_.begin(); next != led_.end();) {
        const Entry entry = next->second;
        if (entry->is_over && !entry->is_busy) {
            by_id_.erase(entry->id);
            if (entry->led.row.phase != ClusterPhase::gone) {
                deleted_.insert(entry->id);
                orphans_at_ = now;
            }
            next = led_.erase(next);
            continue;
        }
        ++next;
        const bool is_due = entry->is_due || (entry->next && *entry->next <= now);
        if (!is_due || entry->is_busy)
            continue;
        entry->is_busy = true;
        entry->is_due = false;
        entry->next.reset();
        waiting_.push_back(entry);
    }
}

void Supervisor::start_waiting()
{
    while (!stopping_ && under_way_ < options_.actions_at_once && !waiting_.empty()) {
        Entry entry = std::move(waiting_.front());
        waiting_.pop_front();
        ++under_way_;
        scope_.spawn(look_after(std::move(entry)));
    }
}

Async<void> Supervisor::look_after(Entry entry)
{
    const Place place(*this);
    const JobCare::Parts parts{engine_.store(), engine_.clock(), cluster_, options_,
                               state_,          facts_,          done_,    log_};
    follow_again(*entry);
    JobCare care(parts, *entry);
    const Result<void> looked = co_await care.look();
    ended(*entry, looked);
}

void Supervisor::ended(LedEntry& entry, const Result<void>& looked)
{
    entry.is_busy = false;
    if (looked) {
        entry.failures = 0;
    } else {
        if (entry.failures++ == 0)
            log_.warn("job '{}': {}", entry.led.name, looked.error().detail);
        entry.is_due = false;
        entry.next = engine_.clock().now() + delay_after(entry.failures, look_backoff, random_);
    }
    follow_again(entry);
}

void Supervisor::give_back_place()
{
    --under_way_;
    start_waiting();
    if (under_way_ == 0)
        rested_.notify();
    wake_.notify();
}

Async<Result<Supervisor::Done>> Supervisor::run_once()
{
    begin();
    done_ = Done();
    const Result<void> taken = co_await take();
    if (!taken)
        co_return taken.error();
    gather_orphans();
    gather();
    start_waiting();
    while (under_way_ > 0)
        co_await rested_.wait();
    co_return done_;
}

std::chrono::steady_clock::duration Supervisor::time_to_next() const
{
    const Time now = engine_.clock().now();
    Time next = taken_at_.value_or(now) + options_.look;
    for (const auto& [run, entry] : led_)
        if (entry->next && !entry->is_busy)
            next = std::min(next, *entry->next);
    if (orphans_at_ && state_.is_complete())
        next = std::min(next, *orphans_at_);
    return std::max(next - now, Micros(0));
}

Async<void> Supervisor::run()
{
    if (!stopping_)
        begin();
    std::string told; // what the store said
    while (!stopping_) {
        const Result<void> taken = co_await take();
        if (!taken && taken.error().detail != told)
            log_.warn("{}", taken.error().detail);
        told = taken ? "" : taken.error().detail;
        gather_orphans();
        gather();
        start_waiting();
        std::chrono::steady_clock::duration pause = time_to_next();
        if (!taken)
            pause = store_pause;
        if (!stopping_)
            co_await wake_.wait_for(pause);
        if (!stopping_)
            co_await sleep_for(options_.gather);
    }
    scope_.cancel();
    co_await scope_.join();
}

void Supervisor::stop()
{
    stopping_ = true;
    wake_.notify();
}

} // namespace sluice
