// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/neighbours.h"
#include "store/sqlite/session.h"
#include "store/testing/driver.h"

#include <condition_variable>
#include <mutex>

namespace sluice::testing {

// How a database behaves at the moment, in the hands of a test.
class Mood {
public:
    enum class Kind : std::uint8_t { well, away, hangs };

    void set(Kind kind)
    {
        {
            std::lock_guard lock(mutex_);
            kind_ = kind;
        }
        changed_.notify_all();
    }
    int asked() const // how often somebody wanted something
    {
        std::lock_guard lock(mutex_);
        return asked_;
    }

    void meet()
    {
        std::unique_lock lock(mutex_);
        ++asked_;
        changed_.wait(lock, [this] { return kind_ != Kind::hangs; });
        if (kind_ == Kind::away)
            throw StoreFailure(
                StoreFailure::Kind::lost, {Errc::unavailable, "connect to /tmp/.s.PGSQL.5432"}
            );
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Kind kind_ = Kind::well;
    int asked_ = 0;
};

// A session that has its mood whenever it is to connect.
class MoodySession final : public Session {
public:
    MoodySession(Mood& mood, StatementObserver* observer)
        : mood_(mood), session_(make_sqlite_session({":memory:", observer}))
    {}

    void connect() override
    {
        mood_.meet();
        session_->connect();
    }
    void begin_write(bool registers) override { session_->begin_write(registers); }
    void commit() override { session_->commit(); }
    void rollback() noexcept override { session_->rollback(); }
    CommitFate fate_of_last_commit() override { return session_->fate_of_last_commit(); }
    bool written_by_others() override { return session_->written_by_others(); }
    Tables& tables() override { return session_->tables(); }
    Reads& reads() override { return session_->reads(); }

private:
    Mood& mood_;
    std::unique_ptr<Session> session_;
};

// A database in memory that is away or hangs when the test says so; a gate stands before the
// writer's statements.
class MoodyStore {
public:
    explicit MoodyStore(StoreWatch::Limits limits) : gate_(loop.get_executor())
    {
        Store::Parts parts;
        parts.writer = std::make_unique<MoodySession>(mood, &gate_);
        parts.probe = std::make_unique<MoodySession>(probe, nullptr);
        parts.silence = limits;
        parts.neighbours = std::make_unique<Alone>();
        store_ = std::make_unique<Store>(loop.get_executor(), std::move(parts), clock_, Log());
    }
    ~MoodyStore()
    {
        gate_.open();
        mood.set(Mood::Kind::well);
        probe.set(Mood::Kind::well);
    }
    MoodyStore(const MoodyStore&) = delete;
    MoodyStore& operator=(const MoodyStore&) = delete;

    template <class Request>
    Pending<typename Request::Reply> start(Request request)
    {
        Pending<typename Request::Reply> pending(loop);
        spawn(loop, keep(*store_, std::move(request), pending.place()));
        return pending;
    }

    Store& store() { return *store_; }
    Gate& gate() { return gate_; }

    asio::io_context loop;
    Mood mood;  // of what calls use
    Mood probe; // of the connection that finds out whether the database hangs

private:
    class Alone final : public Neighbours {
    public:
        void listen(OnNews) override {}
        void announce(const Changes&) override {}
        void join(WorkerId) override {}
        void leave(WorkerId) override {}
        std::vector<WorkerId> dead(const std::vector<WorkerId>&) override { return {}; }
    };

    template <class Request>
    static Async<void> keep(
        Store& store, Request request,
        std::shared_ptr<std::optional<Result<typename Request::Reply>>> place
    )
    {
        Result<typename Request::Reply> reply = co_await call(store, std::move(request));
        place->emplace(std::move(reply));
    }

    SystemClockSource clock_;
    Gate gate_;
    std::unique_ptr<Store> store_;
};

} // namespace sluice::testing
