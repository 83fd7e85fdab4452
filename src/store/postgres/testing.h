// SPDX-License-Identifier: Apache-2.0
// What the tests of this directory share.
#pragma once

#include "store/postgres/session.h"

#include <gtest/gtest.h>

namespace sluice::postgres {

inline const Time test_now = from_micros(1'700'000'000'123'456);

inline ConnectSettings settings_for(const std::string& url)
{
    ConnectSettings settings;
    settings.url = url;
    return settings;
}

// The first field of the first row; empty without one.
inline std::string ask(PGconn& connection, const std::string& sql)
{
    const Answer answer = execute(connection, "test", sql);
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
}

// What a call throws; fails the test when it does not.
template <class Body>
StoreFailure failure_from(Body&& body)
{
    try {
        body();
    } catch (const StoreFailure& failure) {
        return failure;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {StoreFailure::Kind::refused, Error{}};
}

inline Place place(std::int64_t task, std::int64_t queue = 1, int nprio = 0, std::int64_t run = 1)
{
    Place place;
    place.task = TaskId{task};
    place.run = RunId{run};
    place.queue = QueueId{queue};
    place.nprio = nprio;
    return place;
}

inline TaskRow task_row(std::int64_t id, std::int64_t queue = 1, std::int64_t run = 1)
{
    TaskRow task;
    task.id = TaskId{id};
    task.run = RunId{run};
    task.queue = QueueId{queue};
    return task;
}

inline RunRow run_row(std::int64_t id, std::int64_t first, std::int64_t last)
{
    RunRow run;
    run.id = RunId{id};
    run.counts.total = last - first + 1;
    run.task_first = TaskId{first};
    run.task_last = TaskId{last};
    run.created_at = test_now;
    return run;
}

inline LeaseRow lease_row(std::int64_t task, std::int64_t worker = 1)
{
    LeaseRow lease;
    lease.place = place(task);
    lease.place.attempt = 1;
    lease.worker = WorkerId{worker};
    lease.claimed_at = test_now;
    return lease;
}

template <class Row>
std::span<const Row> one(const Row& row)
{
    return {&row, 1};
}

// Session::begin_write(), `body(tables)`, commit.
template <class Body>
void write(Session& session, Body&& body)
{
    session.connect();
    session.begin_write(false);
    body(session.tables());
    session.commit();
}

} // namespace sluice::postgres
