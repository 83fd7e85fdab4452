// SPDX-License-Identifier: Apache-2.0
#include "store/contract/contract.h"

#include "support/scratch_postgres.h"

#include <fmt/format.h>

#include <stdlib.h>

#include <filesystem>

namespace sluice {

namespace {

class SqliteFile final : public TestDatabase {
public:
    SqliteFile()
    {
        std::string path = std::filesystem::temp_directory_path() / "sluice-contract-XXXXXX";
        if (!::mkdtemp(path.data()))
            throw std::runtime_error("mkdtemp " + path);
        directory_ = path;
    }
    ~SqliteFile() override { std::filesystem::remove_all(directory_); }

    std::string url() const override { return directory_ / "test.db"; }
    std::unique_ptr<testing::Probe> probe() const override
    {
        return testing::make_sqlite_probe(url());
    }

private:
    std::filesystem::path directory_;
};

class SqliteMemory final : public TestDatabase {
public:
    std::string url() const override { return ":memory:"; }
    std::unique_ptr<testing::Probe> probe() const override { return nullptr; }
};

// Makes the tables, as the first store that opens a database does.
void migrate(const std::string& url)
{
    asio::io_context loop;
    const testing::ManualClock clock;
    const testing::Driver store(loop, url, clock);
}

class Postgres final : public TestDatabase {
public:
    std::string url() const override { return database_.url(); }
    std::unique_ptr<testing::Probe> probe() const override
    {
        return testing::make_postgres_probe(url());
    }

private:
    testing::ScratchDatabase database_{"store_contract", migrate};
};

const std::shared_ptr<const QueueFilter>& default_queues()
{
    static const auto filter = std::make_shared<const QueueFilter>(std::vector<std::string>{"q"});
    return filter;
}

} // namespace

std::unique_ptr<TestDatabase> make_database(Dialect dialect)
{
    switch (dialect) {
    case Dialect::sqlite_file:
        return std::make_unique<SqliteFile>();
    case Dialect::sqlite_memory:
        return std::make_unique<SqliteMemory>();
    case Dialect::postgres:
        break;
    }
    return std::make_unique<Postgres>();
}

NewTask new_task(std::string name)
{
    NewTask task;
    task.name = std::move(name);
    task.payload = "{}";
    return task;
}

Submit new_run(std::vector<NewTask> tasks, std::vector<GraphLink> links)
{
    Submit request;
    request.run.kind = RunKind::execution;
    request.run.queues = {"q"};
    request.tasks = std::move(tasks);
    request.links = std::move(links);
    return request;
}

Submit new_run(std::size_t tasks, std::vector<GraphLink> links)
{
    return new_run(std::vector<NewTask>(tasks, new_task()), std::move(links));
}

StoreContract::StoreContract()
    : database(make_database(GetParam())),
      first(std::make_unique<testing::Driver>(loop, database->url(), clock)),
      db(*first)
{}

StoreContract::~StoreContract() = default;

void StoreContract::TearDown()
{
    EXPECT_EQ(violations(), "");
}

std::string StoreContract::violations()
{
    const std::unique_ptr<testing::Probe> probe = database->probe();
    return probe ? testing::violations(*probe) : "";
}

std::unique_ptr<testing::Driver> StoreContract::another_store()
{
    return std::make_unique<testing::Driver>(loop, database->url(), clock);
}

WorkerId StoreContract::worker(Micros lease)
{
    RegisterWorker request;
    request.name = "worker";
    request.host = "host";
    request.kind = RegisterWorker::Kind::remote;
    request.lease = lease;
    return db(std::move(request)).value();
}

Claim StoreContract::claim_of(
    WorkerId worker, std::size_t limit, const std::vector<std::string>& queues
)
{
    Claim request;
    request.worker = worker;
    request.limit = limit;
    request.queues = queues == std::vector<std::string>{"q"}
                         ? default_queues()
                         : std::make_shared<const QueueFilter>(queues);
    return request;
}

std::vector<Leased> StoreContract::claim(WorkerId worker, std::size_t limit)
{
    return db(claim_of(worker, limit)).value();
}

Leased StoreContract::claim_one(WorkerId worker)
{
    std::vector<Leased> claimed = claim(worker, 1);
    if (claimed.empty())
        throw std::runtime_error("nothing was there to claim");
    return std::move(claimed.front());
}

Finish StoreContract::success_of(const Leased& task, WorkerId worker)
{
    Finish request;
    request.task = task.task;
    request.run = task.run;
    request.attempt = task.attempt;
    request.worker = worker;
    request.result = "\"done\"";
    return request;
}

Finish StoreContract::failure_of(const Leased& task, WorkerId worker)
{
    Finish request = success_of(task, worker);
    request.failure = FailureKind::reported;
    request.result.clear();
    request.error = "it broke";
    return request;
}

GiveBack StoreContract::giving_back(const Leased& task, WorkerId worker)
{
    GiveBack request;
    request.task = task.task;
    request.run = task.run;
    request.attempt = task.attempt;
    request.worker = worker;
    request.reason = "stopping";
    return request;
}

Target StoreContract::target(RunId run, std::vector<TaskId> tasks)
{
    Target target;
    target.run = run;
    target.tasks = std::move(tasks);
    target.actor = "ada";
    target.reason = "because";
    return target;
}

Reads::Task StoreContract::task(TaskId id)
{
    return db.read([id](Reads& reads) { return reads.task(id); }).value();
}

std::vector<TaskState> StoreContract::states(const std::vector<TaskId>& ids)
{
    std::vector<TaskState> found;
    for (const TaskId id : ids)
        found.push_back(state(id));
    return found;
}

Reads::Run StoreContract::run(RunId id)
{
    return db.read([id](Reads& reads) { return reads.run(id); }).value();
}

std::vector<AttemptRow> StoreContract::attempts(TaskId id)
{
    return db.read([id](Reads& reads) { return reads.attempts(id); });
}

std::vector<std::string> StoreContract::events(RunId id)
{
    std::vector<std::string> lines;
    for (const EventRow& event : db.read([id](Reads& reads) { return reads.events(id, TaskId{}); }))
        lines.push_back(fmt::format("{} by {}: {}", event.kind, event.actor, event.detail));
    return lines;
}

std::size_t StoreContract::drain(WorkerId worker)
{
    std::size_t count = 0;
    for (;;) {
        const std::vector<Leased> claimed = claim(worker);
        if (claimed.empty())
            return count;
        for (const Leased& task : claimed)
            EXPECT_TRUE(succeed(task, worker));
        count += claimed.size();
    }
}

std::string dialect_name(const ::testing::TestParamInfo<Dialect>& info)
{
    switch (info.param) {
    case Dialect::sqlite_file:
        return "sqlite_file";
    case Dialect::sqlite_memory:
        return "sqlite_memory";
    case Dialect::postgres:
        break;
    }
    return "postgres";
}

} // namespace sluice
