// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/mailbox.h"
#include "base/log.h"
#include "base/time.h"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>

namespace sluice {

// Notices that the database hangs, so that nobody waits for it: when a call has waited for a while,
// the database is asked a small question on a connection of its own. Slow work is no reason to give
// up, a question without an answer is. Lives on the loop.
class StoreWatch : public std::enable_shared_from_this<StoreWatch> {
public:
    using Duration = std::chrono::milliseconds;
    struct Limits {
        Duration silence{1000};  // of a call, before the question is asked
        Duration answer{750};    // then the database hangs
        Duration patience{1750}; // of a call when the answer is that the database is away
        Duration pause{250};     // between questions to one that hangs or is away
    };
    // Puts the question; `answered` is called on any thread, with whether the answer was good.
    using Answered = std::function<void(bool good)>;
    using Ask = std::function<void(Answered answered)>;

    // Without `ask` it watches nothing.
    StoreWatch(asio::any_io_executor executor, Limits limits, Ask ask, Log log);

    // A call that waits. It is given up when the database hangs.
    class Wait {
    public:
        Wait(StoreWatch& watch, Parked& call);
        ~Wait();
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;

    private:
        friend class StoreWatch;
        StoreWatch& watch_;
        Parked& call_;
        std::chrono::steady_clock::time_point since_;
        std::optional<std::list<Wait*>::iterator> place_;
    };

    bool hangs() const { return hangs_since_.has_value(); }
    Micros hangs_for() const; // zero: it does not

    void close(); // asks nothing any more

private:
    using Clock = std::chrono::steady_clock;

    void arm();
    void look();
    void ask();
    void answered(bool good);
    void missed();
    void give_up(Clock::time_point until); // those that have waited since then or longer

    asio::any_io_executor executor_;
    Limits limits_;
    Ask ask_;
    Log log_;
    asio::steady_timer timer_;
    std::list<Wait*> waiting_; // the oldest first
    std::optional<Clock::time_point> armed_;
    std::optional<Clock::time_point> asked_; // no answer yet
    Clock::time_point next_question_;        // not before
    std::optional<Clock::time_point> hangs_since_;
    bool is_late_ = false; // the answer; it may lie in the loop already
};

} // namespace sluice
