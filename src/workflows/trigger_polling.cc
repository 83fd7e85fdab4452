// SPDX-License-Identifier: Apache-2.0
#include "workflows/trigger_polling.h"

#include "base/text.h"
#include "engine/outage.h"
#include "engine/retry_pause.h"
#include "store/store.h"

#include <fmt/format.h>

#include <cxxabi.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace sluice {

namespace {

ScheduleRounds::Options options_of(const TriggerPolling::Options& given)
{
    ScheduleRounds::Options options;
    options.kind = ScheduleKind::trigger;
    options.pulse = given.pulse;
    return options;
}

bool is_for_later(const Error& error)
{
    return error.code == Errc::unavailable || error.code == Errc::timed_out;
}

// What a function has said: nothing, a context to fire with, or (not empty) an error.
struct Answer {
    std::optional<TriggerContext> context = {};
    std::string error = {};
};

Answer failed(std::string_view error)
{
    Answer answer;
    answer.error = printable(error.empty() ? "an exception without a message" : error);
    return answer;
}

// On a body thread.
Answer answer_of(const TriggerRegistration& trigger, std::size_t bytes_max)
{
    try {
        const std::optional<std::string> said = trigger.poll();
        if (!said)
            return {};
        Result<TriggerContext> context = trigger_context(*said, trigger.name, bytes_max);
        if (!context)
            return failed(context.error().detail);
        return Answer{std::move(*context)};
    } catch (const abi::__forced_unwind&) {
        throw; // somebody ends this thread
    } catch (const std::exception& error) {
        return failed(error.what());
    } catch (...) {
        return failed("an exception of unknown type");
    }
}

// The same, but it goes on a body thread: with the function goes what the program has put into it,
// which may call us and wait for the loop.
RegisteredTrigger ended_on_threads(RegisteredTrigger trigger, std::shared_ptr<BodyDoor> door)
{
    const TriggerRegistration* const same = trigger.get();
    // Whoever is last to hold this box finds it empty, but when the door is shut.
    const auto box = std::make_shared<RegisteredTrigger>(std::move(trigger));
    return {same, [box, door = std::move(door)](const TriggerRegistration*) {
                door->to_threads([box] { box->reset(); });
            }};
}

} // namespace

struct TriggerPolling::Question {
    explicit Question(asio::any_io_executor loop) : answered(std::move(loop)) {}

    Signal answered;
    std::optional<Answer> answer; // none when it is answered: nothing will come any more
};

// On a body thread: the answer comes back however the function ends.
class TriggerPolling::Telling {
public:
    Telling(std::shared_ptr<BodyDoor> door, std::shared_ptr<Question> question)
        : door_(std::move(door)), question_(std::move(question))
    {}
    ~Telling()
    {
        door_->to_loop([question = question_, answer = std::move(answer)] {
            question->answer = answer;
            question->answered.notify();
        });
    }
    Telling(const Telling&) = delete;
    Telling& operator=(const Telling&) = delete;

    Answer answer = failed("its thread was ended");

private:
    std::shared_ptr<BodyDoor> door_;
    std::shared_ptr<Question> question_;
};

// While a function is asked it is not asked again.
class TriggerPolling::Asking {
public:
    Asking(TriggerPolling& polling, ScheduleId id) : polling_(polling), id_(id) {}
    ~Asking()
    {
        polling_.asking_.erase(id_);
        polling_.wake_.notify();
    }
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

private:
    TriggerPolling& polling_;
    ScheduleId id_;
};

TriggerPolling::TriggerPolling(Needs needs, Options options, Log log)
    : needs_(std::move(needs)),
      options_(options),
      log_(std::move(log)),
      door_(std::make_shared<BodyDoor>(needs_.loop, needs_.threads, 0)),
      rounds_(
          needs_.loop, needs_.store,
          [this](StoredSchedule trigger, std::size_t&) { return take(std::move(trigger)); },
          options_of(options), log_
      ),
      wake_(needs_.loop),
      scope_(needs_.loop, log_),
      renewed_at_(since_boot())
{}

TriggerPolling::~TriggerPolling()
{
    door_->shut();
}

void TriggerPolling::add(RegisteredTrigger trigger)
{
    const std::string added = trigger->name;
    functions_.insert_or_assign(added, ended_on_threads(std::move(trigger), door_));
    std::vector<std::string> names;
    for (const auto& [name, function] : functions_)
        names.push_back(name);
    rounds_.serve(std::move(names));
}

void TriggerPolling::start()
{
    scope_.spawn(rounds_.run());
    scope_.spawn(run());
}

Async<void> TriggerPolling::stop()
{
    closed_ = true;
    rounds_.close();
    wake_.notify();
    door_->shut();
    for (const auto& question : questions_)
        question->answered.notify();
    // Those whose functions still run are left to others when they would be if we had died.
    for (const ScheduleId id : asking_)
        held_.erase(id);
    co_await scope_.join();
    const Micros at_once{0};
    const Result<void> left = co_await renew(at_once);
    if (!left)
        warn_unless_away(log_, "triggers", left.error());
    held_.clear();
}

Micros TriggerPolling::since_boot() const
{
    return needs_.store.clock().source().since_boot();
}

Async<Result<std::size_t>> TriggerPolling::run_once()
{
    const Result<std::size_t> taken = co_await rounds_.run_once();
    if (!taken)
        co_return taken.error();
    const Result<void> renewed = co_await renew_if_due();
    if (!renewed)
        co_return renewed.error();
    co_return ask_due();
}

Async<void> TriggerPolling::run()
{
    while (!closed_) {
        const Result<void> renewed = co_await renew_if_due();
        if (!renewed)
            warn_unless_away(log_, "triggers", renewed.error());
        ask_due();
        if (closed_)
            co_return;
        std::chrono::steady_clock::duration pause = time_to_sleep();
        if (!renewed)
            pause = std::max<std::chrono::steady_clock::duration>(pause, retry_pause);
        co_await wake_.wait_for(pause);
    }
}

// --- what this process has ---------------------------------------------------------------------

Async<void> TriggerPolling::take(StoredSchedule trigger)
{
    const ScheduleId id = trigger.row.id;
    const std::string name = trigger.row.name;
    const auto known = held_.find(id);
    if (known != held_.end() && known->second->trigger.row.version == trigger.row.version) {
        known->second->trigger = std::move(trigger); // our renewal was late
        co_return;
    }
    Result<HeldPtr> taken = hold(std::move(trigger));
    if (!taken) {
        log_.warn("trigger '{}': {}", name, taken.error().detail);
        co_return;
    }
    held_[id] = std::move(*taken);
    wake_.notify();
}

// As it was asked last, by whomever, so it is asked next; at once if that is over, or never was.
Result<TriggerPolling::HeldPtr> TriggerPolling::hold(StoredSchedule trigger) const
{
    Result<TriggerDocument> document = read_trigger_document(trigger.document);
    if (!document)
        return document.error();
    const auto held = std::make_shared<Held>();
    held->trigger = std::move(trigger);
    held->document = std::move(*document);
    const ScheduleRow& row = held->trigger.row;
    if (held->document.cron.empty()) {
        const Micros interval = held->document.interval;
        Micros left{0};
        if (row.polled_at)
            left = *row.polled_at + interval - needs_.store.clock().now();
        held->ask_at = since_boot() + std::clamp(left, Micros{0}, interval);
        return held;
    }
    Result<Schedule> times = timing_of(held->document);
    if (!times)
        return times.error();
    held->times = std::move(*times);
    const Time since = std::max(row.polled_at.value_or(row.updated_at), row.updated_at);
    held->next = next_tick(*held->times, since).value_or(Time::max());
    return held;
}

Micros TriggerPolling::time_to(const Held& held) const
{
    if (held.times)
        return held.next - needs_.store.clock().now();
    return held.ask_at - since_boot();
}

void TriggerPolling::plan_next(Held& held) const
{
    held.ask_at = since_boot() + held.document.interval;
    if (held.times)
        held.next = next_tick(*held.times, std::max(held.next, needs_.store.clock().now()))
                        .value_or(Time::max());
}

void TriggerPolling::changed(const Changes& changes)
{
    for (const ScheduleId id : changes.idle_triggers)
        held_.erase(id);
    rounds_.changed(changes);
}

Async<Result<void>> TriggerPolling::renew_if_due()
{
    if (held_.empty() || since_boot() < renewed_at_ + options_.renew_interval)
        co_return Result<void>();
    const Micros lease = TakeSchedules{}.lease;
    co_return co_await renew(lease);
}

Async<Result<void>> TriggerPolling::renew(Micros lease)
{
    RenewTriggers request;
    request.lease = lease;
    std::vector<Held> sent;
    for (const auto& [id, held] : held_) {
        const ScheduleRow& row = held->trigger.row;
        request.held.push_back({id, row.version, row.next_due.value_or(Time{}), held->was_asked});
        sent.push_back(*held);
        held->was_asked = false;
    }
    if (sent.empty())
        co_return Result<void>();
    const Result<RenewTriggers::Reply> own =
        co_await needs_.store.renew_triggers(std::move(request));
    for (const Held& one : sent)
        if (own)
            keep(one, *own);
        else if (const auto held = held_.find(one.trigger.row.id); held != held_.end())
            held->second->was_asked = held->second->was_asked || one.was_asked;
    if (!own)
        co_return own.error();
    renewed_at_ = since_boot();
    co_return Result<void>();
}

// What is not our own any more is asked by others, or by nobody.
void TriggerPolling::keep(const Held& sent, const RenewTriggers::Reply& own)
{
    const ScheduleRow& row = sent.trigger.row;
    const auto held = held_.find(row.id);
    if (held == held_.end())
        return;
    ScheduleRow& now = held->second->trigger.row;
    if (now.version != row.version || now.next_due != row.next_due)
        return; // taken again meanwhile
    const auto renewed = std::ranges::find(own, row.id, &RenewTriggers::Held::schedule);
    if (renewed == own.end())
        held_.erase(held);
    else
        now.next_due = renewed->next_due;
}

std::chrono::steady_clock::duration TriggerPolling::time_to_sleep() const
{
    if (held_.empty())
        return std::chrono::hours(1); // until something is taken
    Micros left = renewed_at_ + options_.renew_interval - since_boot();
    for (const auto& [id, held] : held_)
        if (!asking_.contains(id))
            left = std::min(left, time_to(*held));
    return std::max(left, Micros{0});
}

// --- questions and answers ---------------------------------------------------------------------

std::size_t TriggerPolling::ask_due()
{
    std::size_t count = 0;
    for (const auto& [id, held] : held_) {
        if (closed_ || asking_.contains(id) || time_to(*held) > Micros{0})
            continue;
        plan_next(*held);
        const auto function = functions_.find(held->trigger.row.name);
        if (function == functions_.end())
            continue;
        held->was_asked = true;
        asking_.insert(id);
        ++counts_.asked;
        ++count;
        scope_.spawn(ask(id, function->second));
    }
    return count;
}

bool TriggerPolling::post(
    const std::shared_ptr<Question>& question, const RegisteredTrigger& trigger
)
{
    return door_->to_threads([door = door_, question, trigger,
                              bytes_max = options_.context_bytes_max] {
        Telling telling(door, question);
        telling.answer = answer_of(*trigger, bytes_max);
    });
}

Async<void> TriggerPolling::ask(ScheduleId id, RegisteredTrigger trigger)
{
    const Asking asking(*this, id);
    const auto question = std::make_shared<Question>(needs_.loop);
    if (!post(question, trigger))
        co_return;
    questions_.insert(question);
    co_await question->answered.wait();
    questions_.erase(question);
    if (!question->answer)
        co_return;
    Answer answer = std::move(*question->answer);
    if (!answer.error.empty()) {
        ++counts_.failed;
        log_.warn("trigger '{}': {}", trigger->name, answer.error);
    }
    if (answer.context)
        co_await fire(id, trigger->name, std::move(*answer.context));
}

// As the trigger stands by now. While the database is away it is tried again: the function may not
// say so a second time.
Async<void> TriggerPolling::fire(ScheduleId id, const std::string& name, TriggerContext context)
{
    while (!closed_) {
        const auto held = held_.find(id);
        if (held == held_.end()) {
            ++counts_.failed;
            log_.warn(
                "trigger '{}' is not fired: it was disabled, or is asked elsewhere by now", name
            );
            co_return;
        }
        const StoredSchedule trigger = held->second->trigger;
        const Result<Submitted> submitted =
            co_await needs_.firing.fire(trigger, context, TriggerFiring::By::function);
        if (submitted || !is_for_later(submitted.error())) {
            fired(trigger, submitted);
            co_return;
        }
        warn_unless_away(log_, fmt::format("trigger '{}'", name), submitted.error());
        co_await sleep_for(retry_pause);
    }
}

void TriggerPolling::fired(const StoredSchedule& trigger, const Result<Submitted>& submitted)
{
    if (submitted) {
        ++counts_.fired;
    } else if (submitted.error().code == Errc::conflict) {
        ++counts_.active;
    } else {
        ++counts_.failed;
        log_.warn("trigger '{}': {}", trigger.row.name, submitted.error().detail);
    }
}

} // namespace sluice
