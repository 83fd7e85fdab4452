// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/testing/driver.h"
#include "store/testing/invariants.h"
#include "store/use_cases/context.h"

#include <gtest/gtest.h>

namespace sluice {

using namespace std::chrono_literals;

enum class Dialect : std::uint8_t { sqlite_file, sqlite_memory, postgres };
inline constexpr std::array all_dialects{
    Dialect::sqlite_file, Dialect::sqlite_memory, Dialect::postgres};
inline constexpr std::array shared_dialects{Dialect::sqlite_file, Dialect::postgres};

// A new, empty database of one test.
class TestDatabase {
public:
    virtual ~TestDatabase() = default;
    virtual std::string url() const = 0;
    virtual std::unique_ptr<testing::Probe> probe() const = 0; // null: nobody else can look in
};
std::unique_ptr<TestDatabase> make_database(Dialect dialect);

// A task as tests make them: in the first queue, tried once.
NewTask new_task(std::string name = "task");

// Of workflows in code, which have no rules of their own in the store.
Submit new_run(std::vector<NewTask> tasks, std::vector<GraphLink> links = {});
Submit new_run(std::size_t tasks, std::vector<GraphLink> links = {});

// What every dialect does alike. Time stands still unless a test moves it; at the end of each test
// the database must be sound.
class StoreContract : public ::testing::TestWithParam<Dialect> {
protected:
    StoreContract();
    ~StoreContract() override;
    void TearDown() override;

    // Another store object on the same database, as another process would have. Not on :memory:.
    std::unique_ptr<testing::Driver> another_store();
    bool can_be_shared() const { return GetParam() != Dialect::sqlite_memory; }

    Submitted submit(Submit request) { return db(std::move(request)).value(); }

    WorkerId worker(Micros lease = 60s);
    std::vector<Leased> claim(WorkerId worker, std::size_t limit = 100);
    Leased claim_one(WorkerId worker); // fails the test when there is none
    Claim
    claim_of(WorkerId worker, std::size_t limit, const std::vector<std::string>& queues = {"q"});

    Finish success_of(const Leased& task, WorkerId worker);
    Finish failure_of(const Leased& task, WorkerId worker);
    GiveBack giving_back(const Leased& task, WorkerId worker);
    Target target(RunId run, std::vector<TaskId> tasks = {});

    Result<Finished> succeed(const Leased& task, WorkerId worker)
    {
        return db(success_of(task, worker));
    }
    Result<Finished> fail(const Leased& task, WorkerId worker)
    {
        return db(failure_of(task, worker));
    }

    Reads::Task task(TaskId id);
    TaskState state(TaskId id) { return task(id).state; }
    std::vector<TaskState> states(const std::vector<TaskId>& ids);
    Reads::Run run(RunId id);
    RunState run_state_of(RunId id) { return run(id).row.state; }
    std::vector<AttemptRow> attempts(TaskId id);
    std::vector<std::string> events(RunId id); // "kind by actor: detail"

    // Claims and ends well whatever can be, until nothing is ready; says how many.
    std::size_t drain(WorkerId worker);

    std::string violations();

    asio::io_context loop;
    testing::ManualClock clock;
    std::unique_ptr<TestDatabase> database;
    std::unique_ptr<testing::Driver> first;
    testing::Driver& db;
};

std::string dialect_name(const ::testing::TestParamInfo<Dialect>& info);

} // namespace sluice
