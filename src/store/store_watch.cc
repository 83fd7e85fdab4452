// SPDX-License-Identifier: Apache-2.0
#include "store/store_watch.h"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace sluice {

namespace {

// A loop that was busy itself first hears what has come meanwhile.
constexpr std::chrono::milliseconds hearing{50};

} // namespace

StoreWatch::StoreWatch(asio::any_io_executor executor, Limits limits, Ask ask, Log log)
    : executor_(executor),
      limits_(limits),
      ask_(std::move(ask)),
      log_(std::move(log)),
      timer_(executor)
{}

StoreWatch::Wait::Wait(StoreWatch& watch, Parked& call)
    : watch_(watch), call_(call), since_(Clock::now())
{
    if (!watch_.ask_)
        return;
    place_ = watch_.waiting_.insert(watch_.waiting_.end(), this);
    if (!watch_.armed_)
        watch_.arm();
}

StoreWatch::Wait::~Wait()
{
    if (place_)
        watch_.waiting_.erase(*place_);
}

Micros StoreWatch::hangs_for() const
{
    if (!hangs_since_)
        return Micros(0);
    return std::chrono::ceil<Micros>(Clock::now() - *hangs_since_);
}

void StoreWatch::close()
{
    ask_ = nullptr;
    timer_.cancel();
}

// Sets the timer for what is to be done next, if anything is.
void StoreWatch::arm()
{
    armed_.reset();
    if (!ask_ || (asked_ && hangs()) || (!asked_ && waiting_.empty() && !hangs()))
        return;
    if (asked_)
        armed_ = *asked_ + limits_.answer + (is_late_ ? hearing : Duration(0));
    else if (waiting_.empty())
        armed_ = next_question_;
    else
        armed_ = std::max(next_question_, waiting_.front()->since_ + limits_.silence);
    timer_.expires_at(*armed_);
    timer_.async_wait([watch = weak_from_this()](boost::system::error_code error) {
        const std::shared_ptr<StoreWatch> self = watch.lock();
        if (self && !error)
            self->look();
    });
}

void StoreWatch::look()
{
    const Clock::time_point now = Clock::now();
    if (!ask_ || !armed_ || now < *armed_)
        return; // it was set anew meanwhile
    if (asked_ && is_late_)
        missed();
    else if (asked_)
        is_late_ = true;
    else if (hangs() || (!waiting_.empty() && waiting_.front()->since_ + limits_.silence <= now))
        ask();
    arm();
}

void StoreWatch::ask()
{
    asked_ = Clock::now();
    is_late_ = false;
    ask_([executor = executor_, watch = weak_from_this()](bool good) {
        asio::post(executor, [watch, good] {
            if (const std::shared_ptr<StoreWatch> self = watch.lock())
                self->answered(good);
        });
    });
}

void StoreWatch::answered(bool good)
{
    if (!asked_)
        return;
    const Clock::time_point now = Clock::now();
    const bool quick = now - *asked_ <= limits_.answer;
    asked_.reset();
    next_question_ = now + (good ? limits_.silence : limits_.pause);
    if (hangs() && (good || quick)) {
        hangs_since_.reset();
        log_.warn("the database answers again");
    }
    if (!good)
        give_up(now - limits_.patience);
    arm();
}

void StoreWatch::missed()
{
    hangs_since_ = asked_;
    log_.warn("the database does not answer: requests are answered with errors until it does");
    give_up(Clock::now());
}

void StoreWatch::give_up(Clock::time_point until)
{
    while (!waiting_.empty() && waiting_.front()->since_ <= until) {
        Wait& wait = *waiting_.front();
        waiting_.pop_front();
        wait.place_.reset();
        wait.call_.give_up(); // `wait` is gone after it
    }
}

} // namespace sluice
