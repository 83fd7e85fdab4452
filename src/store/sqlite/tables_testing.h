// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite/testing.h"

#include <algorithm>
#include <memory>
#include <vector>

namespace sluice::sqlite::testing {

constexpr Time at(std::int64_t second)
{
    return from_micros(1'700'000'000'000'000 + second * 1'000'000);
}

inline Place place_of(std::int64_t task, QueueId queue = {1}, int nprio = 0)
{
    return {
        .task = {task},
        .run = {1},
        .queue = queue,
        .nprio = nprio,
        .attempt = 2,
        .tries = 1,
        .rescues = 1,
        .run_at = std::nullopt};
}

inline NeedRow need_of(std::int64_t task, int unfinished)
{
    return {
        .task = {task},
        .run = {1},
        .queue = {1},
        .nprio = -5,
        .unfinished = unfinished,
        .attempt = 4,
        .run_at = at(9)};
}

inline LeaseRow lease_of(std::int64_t task, std::int64_t worker = 7)
{
    LeaseRow lease;
    lease.place = place_of(task);
    lease.worker = {worker};
    lease.claimed_at = at(1);
    return lease;
}

inline DoneRow done_of(std::int64_t task)
{
    DoneRow done;
    done.task = {task};
    done.run = {1};
    done.outcome = TaskState::failed;
    done.attempt = 3;
    done.tries = 2;
    done.worker = {7};
    done.claimed_at = at(1);
    done.started_at = at(2);
    done.finished_at = at(3);
    done.result = "{\"n\":1}";
    done.error = "exit status 1";
    return done;
}

inline RunRow run_of(std::int64_t id)
{
    RunRow run;
    run.id = {id};
    run.kind = RunKind::job;
    run.counts.total = 4;
    run.task_first = {1};
    run.task_last = {100};
    run.created_at = at(0);
    return run;
}

// A write transaction on a database in memory.
class TablesTest : public ::testing::Test {
protected:
    TablesTest() : session_(connected({.path = ":memory:"})) { session_->begin_write(); }
    ~TablesTest() override { session_->commit(); }

    Tables& tables() { return session_->tables(); }

    void insert_task(std::int64_t id, QueueId queue = {1}, int nprio = 0)
    {
        TaskRow task;
        task.id = {id};
        task.run = {1};
        task.queue = queue;
        task.nprio = nprio;
        tables().insert_tasks({&task, 1});
    }

    std::unique_ptr<Session> session_;
};

using Ids = std::vector<std::int64_t>;

template <class Row>
Ids task_ids(const std::vector<Row>& rows)
{
    Ids ids;
    for (const Row& row : rows)
        if constexpr (requires { row.task; })
            ids.push_back(row.task.value);
        else
            ids.push_back(row.place.task.value);
    std::ranges::sort(ids);
    return ids;
}

} // namespace sluice::sqlite::testing
