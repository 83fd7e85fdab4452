// SPDX-License-Identifier: Apache-2.0
// Random walks: several workers do whatever comes to their mind to several runs, by way of two
// stores, many calls at once. Afterwards the database must be sound and everything must end.
#include "store/contract/races.h"

#include "base/random.h"

#include <fmt/format.h>

namespace sluice::walk_test {

class Walk : public TwoStores {
protected:
    struct Held {
        Leased task;
        WorkerId worker;
    };

    std::size_t below(std::size_t limit) { return random->next() % limit; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    testing::Driver& any_store() { return one_in(2) ? db : *other; }

    Submit any_run()
    {
        const std::size_t count = 1 + below(8);
        std::vector<NewTask> tasks;
        std::vector<GraphLink> links;
        for (std::uint32_t i = 0; i < count; ++i) {
            NewTask task = new_task();
            task.priority = static_cast<int>(below(3));
            task.retry.tries_max = 1 + static_cast<int>(below(3));
            task.retry.delay_initial = Micros(1s) * below(3);
            if (one_in(3))
                task.timeout = Micros(1s) * (1 + below(5));
            if (one_in(4))
                task.run_at = clock.wall() + Micros(1s) * below(5);
            tasks.push_back(task);
            for (std::uint32_t parent = 0; parent < i; ++parent)
                if (one_in(3))
                    links.push_back(
                        {parent, i, static_cast<LinkCondition>(below(4)),
                         static_cast<Unmet>(below(2))}
                    );
        }
        Submit request = new_run(std::move(tasks), std::move(links));
        if (one_in(5))
            request.run.timeout = Micros(1s) * (5 + below(20));
        return request;
    }

    Target any_target()
    {
        const Submitted& run = runs[below(runs.size())];
        Target target;
        target.run = run.run;
        for (std::size_t i = below(4); i > 0; --i)
            target.tasks.push_back(run.tasks[below(run.tasks.size())]);
        return target;
    }

    void report()
    {
        if (held.empty())
            return;
        const std::size_t index = below(held.size());
        const Held& one = held[index];
        if (one_in(4)) {
            calls.push_back(start(any_store(), deferring(one)));
            return;
        }
        if (one_in(8))
            calls.push_back(start(any_store(), giving_back(one.task, one.worker)));
        else
            calls.push_back(start(
                any_store(),
                one_in(3) ? failure_of(one.task, one.worker) : success_of(one.task, one.worker)
            ));
        if (!one_in(5)) // else it is reported again
            held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
    }

    Defer deferring(const Held& one)
    {
        Defer request;
        request.task = one.task.task;
        request.run = one.task.run;
        request.attempt = one.task.attempt;
        request.worker = one.worker;
        request.to = one_in(2) ? Defer::To::waits : Defer::To::goes_on;
        return request;
    }

    RetryTasks retry_from_somewhere()
    {
        RetryTasks request;
        request.target = any_target();
        if (request.target.tasks.empty())
            request.target.tasks = {runs.front().tasks.front()};
        request.from = RetryTasks::From::descendants;
        if (one_in(2))
            request.run_timeout = Micros(1s) * (5 + below(20));
        return request;
    }

    void act_on_a_run()
    {
        testing::Driver& store = any_store();
        switch (below(8)) {
        case 0:
            calls.push_back(start(store, Cancel{any_target()}));
            break;
        case 1:
        case 2:
            calls.push_back(start(store, Pause{any_target()}));
            break;
        case 3:
        case 4:
            calls.push_back(start(store, Resume{any_target()}));
            break;
        case 5:
        case 6:
            calls.push_back(start(store, retry_from_somewhere()));
            break;
        default:
            calls.push_back(start(store, RetryTasks{any_target()}));
        }
    }

    Abandon abandoning()
    {
        Abandon request;
        if (one_in(2))
            request.queues = {"q"};
        request.named = any_target().tasks;
        request.reason = "ABANDONED: nobody knows it";
        request.limit = 1 + below(3);
        return request;
    }

    void do_a_duty()
    {
        testing::Driver& store = any_store();
        clock.advance(Micros(500ms) * below(3));
        switch (below(6)) {
        case 0:
            calls.push_back(start(store, Expire{}));
            break;
        case 1:
            calls.push_back(start(store, Rescue{}));
            break;
        case 2:
            calls.push_back(start(store, Sweep{}));
            break;
        case 3:
            calls.push_back(start(store, abandoning()));
            break;
        default:
            calls.push_back(start(store, Tick{}));
        }
    }

    void step()
    {
        const std::size_t choice = below(20);
        if (choice < 2)
            submissions.push_back(any_store().start(any_run()));
        else if (choice < 6)
            claim_some();
        else if (choice < 12)
            report();
        else if (choice < 15)
            act_on_a_run();
        else if (choice < 19)
            do_a_duty();
        else
            beat();
    }

    void claim_some()
    {
        const WorkerId worker = workers[below(workers.size())];
        claims.emplace_back(worker, any_store().start(claim_of(worker, 1 + below(4))));
    }

    void beat()
    {
        Heartbeat beat;
        beat.worker = workers[below(workers.size())];
        beat.lease = 3s;
        calls.push_back(start(any_store(), beat));
    }

    void check(const Error& error, bool may_lose_answers)
    {
        EXPECT_TRUE(
            error.code == Errc::conflict || error.code == Errc::not_found ||
            (may_lose_answers && is_retryable(error.code))
        ) << error.detail;
    }

    // Waits for what is under way and takes note of what came of it.
    void settle(bool may_lose_answers)
    {
        for (testing::Pending<Submitted>& pending : submissions) {
            const Result<Submitted> made = pending.get();
            if (made)
                runs.push_back(*made);
            else
                check(made.error(), may_lose_answers);
        }
        for (auto& [worker, pending] : claims) {
            const Result<std::vector<Leased>> claimed = pending.get();
            if (!claimed)
                check(claimed.error(), may_lose_answers);
            else
                for (const Leased& task : *claimed)
                    held.push_back({task, worker});
        }
        for (Underway& call : calls) {
            const std::optional<Error> error = call.get();
            if (error)
                check(*error, may_lose_answers);
        }
        submissions.clear();
        claims.clear();
        calls.clear();
    }

    void walk(std::uint64_t seed, bool with_kills)
    {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        random.emplace(seed);
        workers = {worker(3s), worker(3s), worker(1h)};
        runs = {submit(any_run()), submit(any_run())};
        held.clear();
        for (int round = 0; round < 40; ++round) {
            for (std::size_t i = 1 + below(6); i > 0; --i)
                step();
            if (with_kills && one_in(5))
                kill_connections();
            settle(with_kills);
            if (one_in(10))
                workers[below(2)] = worker(3s);
        }
        EXPECT_EQ(violations(), "");
        end_all();
        EXPECT_EQ(violations(), "") << "at the end";
    }

    void kill_connections()
    {
        probe->query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                     "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }

    void end_all()
    {
        clock.advance(10s);
        for (const WorkerId worker : workers)
            (void)db(ReleaseWorker{worker, 0s});
        for (const Submitted& run : runs)
            (void)db(Resume{target(run.run)});
        drain_all();
    }

    std::optional<SeededRandom> random;
    std::vector<WorkerId> workers;
    std::vector<Submitted> runs;
    std::vector<Held> held;
    std::vector<testing::Pending<Submitted>> submissions;
    std::vector<std::pair<WorkerId, testing::Pending<std::vector<Leased>>>> claims;
    std::vector<Underway> calls;
};

TEST_P(Walk, random_calls_leave_a_sound_database)
{
    for (std::uint64_t seed = 1; seed <= 20 && !HasFailure(); ++seed)
        walk(seed, false);
}

TEST_P(Walk, connections_that_are_cut_at_any_time_lose_nothing)
{
    if (GetParam() != Dialect::postgres)
        return; // there is no connection to cut
    for (std::uint64_t seed = 101; seed <= 110 && !HasFailure(); ++seed)
        walk(seed, true);
}

INSTANTIATE_TEST_SUITE_P(Dialects, Walk, ::testing::ValuesIn(shared_dialects), dialect_name);

} // namespace sluice::walk_test
