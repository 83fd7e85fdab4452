// SPDX-License-Identifier: Apache-2.0
#include "api/remote_workers.h"

#include "api/testing.h"

#include <list>

namespace sluice::remote_workers_test {

namespace {

using namespace testing;
using Interest = RemoteWorkers::Interest;

Changes ready(std::string queue)
{
    Changes changes;
    changes.ready_queues.push_back(std::make_shared<const std::string>(std::move(queue)));
    return changes;
}

Changes unnamed()
{
    Changes changes;
    changes.from_outside = true;
    return changes;
}

// A long poll; it looks when the test says so.
class Poll {
public:
    Poll(asio::io_context& loop, RemoteWorkers& workers, Interest interest)
        : loop_(loop), signal_(loop.get_executor())
    {
        watch_.emplace(workers, interest, signal_);
        spawn(loop_, note());
    }
    ~Poll()
    {
        end();
        signal_.notify();
        turn();
    }
    Poll(const Poll&) = delete;
    Poll& operator=(const Poll&) = delete;

    bool is_notified()
    {
        turn();
        return watch_ && notified_;
    }

    RemoteWorkers::Watch& looks()
    {
        notified_ = false;
        spawn(loop_, note());
        watch_->looks();
        return *watch_;
    }

    void end() { watch_.reset(); }

private:
    Async<void> note()
    {
        co_await signal_.wait();
        notified_ = true;
    }

    void turn()
    {
        loop_.restart();
        loop_.poll();
    }

    asio::io_context& loop_;
    Signal signal_;
    std::optional<RemoteWorkers::Watch> watch_;
    bool notified_ = false;
};

class RemoteWorkersTest : public ::testing::Test {
protected:
    Poll& poll(Interest interest) { return polls.emplace_back(api.loop, workers, interest); }

    // Which of the polls have been notified and not looked since, in the order in which they came.
    std::vector<std::size_t> notified()
    {
        std::vector<std::size_t> numbers;
        std::size_t number = 0;
        for (Poll& each : polls) {
            if (each.is_notified())
                numbers.push_back(number);
            ++number;
        }
        return numbers;
    }

    Async<void> leave(std::string pod)
    {
        RemoteWorkers::Leaving leaving{std::move(pod), "it stops", {}};
        const Result<void> answer = co_await workers.leave(std::move(leaving));
        EXPECT_TRUE(answer);
        has_left = true;
    }

    using Numbers = std::vector<std::size_t>;
    const QueueFilter one_queue{std::vector<std::string>{"job/one"}};
    const QueueFilter two_queue{std::vector<std::string>{"job/two"}};
    const QueueFilter any_queue{std::vector<std::string>{"job/*"}};
    const Interest one{&one_queue, RunId{1}, {}};
    const Interest two{&two_queue, RunId{2}, {}};
    const Interest any{&any_queue, {}, {}};
    ApiFixture api;
    RemoteWorkers workers{api.loop.get_executor(), *api.engine, {}, Log()};
    std::list<Poll> polls;
    bool has_left = false;
};

TEST_F(RemoteWorkersTest, a_ready_queue_is_news_for_one_of_those_who_wait_for_it)
{
    for (const Interest& interest : {two, one, any, one})
        poll(interest);
    workers.changed(ready("job/one"));
    EXPECT_EQ(notified(), (Numbers{1}));
    workers.changed(ready("job/one"));
    EXPECT_EQ(notified(), (Numbers{1, 2})) << "the next one, since the first has not looked yet";
    workers.changed(ready("other"));
    EXPECT_EQ(notified(), (Numbers{1, 2}));
}

TEST_F(RemoteWorkersTest, what_one_finds_is_news_for_two_more)
{
    for (int i = 0; i < 5; ++i)
        poll(one);
    workers.changed(ready("job/one"));
    ASSERT_EQ(notified(), (Numbers{0}));
    RemoteWorkers::Watch& watch = polls.front().looks();
    EXPECT_EQ(notified(), Numbers{});
    watch.found();
    polls.front().end(); // it has what it wanted
    EXPECT_EQ(notified(), (Numbers{1, 2}));
    std::next(polls.begin())->looks().found_nothing();
    EXPECT_EQ(notified(), (Numbers{2}));
}

TEST_F(RemoteWorkersTest, who_goes_before_it_has_looked_leaves_the_news_to_the_next)
{
    for (int i = 0; i < 4; ++i)
        poll(one);
    workers.changed(ready("job/one"));
    polls.front().end();
    EXPECT_EQ(notified(), (Numbers{1}));
    std::next(polls.begin())->looks(); // and fails
    std::next(polls.begin())->end();
    EXPECT_EQ(notified(), (Numbers{2}));
}

TEST_F(RemoteWorkersTest, news_that_name_nothing_are_for_one_of_each_job)
{
    for (const Interest& interest : {one, one, two, any, two, any})
        poll(interest);
    workers.changed(unnamed());
    EXPECT_EQ(notified(), (Numbers{0, 2, 3}));
    for (int i = 0; i < 10; ++i)
        workers.changed(unnamed());
    EXPECT_EQ(notified(), (Numbers{0, 2, 3})) << "they have not looked yet";
}

TEST_F(RemoteWorkersTest, who_has_been_notified_of_a_queue_looks_for_that_alone)
{
    for (const Interest& interest : {any, any, any})
        poll(interest);
    workers.changed(ready("job/one"));
    workers.changed(unnamed());
    EXPECT_EQ(notified(), (Numbers{0, 1}));
}

TEST_F(RemoteWorkersTest, what_one_finds_by_unnamed_news_is_for_others_of_its_job)
{
    for (const Interest& interest : {one, two, any, one, one, one})
        poll(interest);
    workers.changed(unnamed());
    polls.front().looks().found();
    polls.front().end();
    EXPECT_EQ(notified(), (Numbers{1, 2, 3, 4}));
}

TEST_F(RemoteWorkersTest, who_goes_leaves_unnamed_news_to_one_of_its_job)
{
    for (const Interest& interest : {one, two, one})
        poll(interest);
    workers.changed(unnamed());
    polls.front().end();
    EXPECT_EQ(notified(), (Numbers{1, 2}));
}

TEST_F(RemoteWorkersTest, an_end_that_one_finds_is_news_for_all_of_its_job)
{
    const Interest waits{nullptr, RunId{1}, {}};
    for (const Interest& interest : {one, one, one, two, any})
        poll(interest);
    workers.changed(unnamed());
    ASSERT_EQ(notified(), (Numbers{0, 3, 4}));
    poll(waits);
    polls.front().looks().found_end();
    EXPECT_EQ(notified(), (Numbers{0, 1, 2, 3, 4, 5}));
}

TEST_F(RemoteWorkersTest, an_end_that_was_named_is_not_told_again)
{
    for (const Interest& interest : {one, one, two})
        poll(interest);
    Changes ended;
    ended.final_runs.push_back(RunId{1});
    workers.changed(ended);
    EXPECT_EQ(notified(), (Numbers{0, 1}));
    std::next(polls.begin())->looks();
    polls.front().looks().found_end();
    EXPECT_EQ(notified(), Numbers{});
}

TEST_F(RemoteWorkersTest, news_of_others_that_name_something_are_news_of_that_alone)
{
    const Interest lease{nullptr, {}, TaskId{7}};
    const Interest other_lease{nullptr, {}, TaskId{8}};
    for (const Interest& interest : {lease, other_lease, one, two, any})
        poll(interest);
    Changes changes = unnamed();
    changes.told = true;
    workers.changed(changes);
    EXPECT_EQ(notified(), Numbers{});
    changes.lost_leases.push_back({TaskId{8}, 1});
    changes.final_runs.push_back(RunId{2});
    workers.changed(changes);
    EXPECT_EQ(notified(), (Numbers{1, 3}));
}

TEST_F(RemoteWorkersTest, leases_are_looked_at_by_each_when_news_name_nothing)
{
    poll({nullptr, {}, TaskId{7}});
    poll({nullptr, {}, TaskId{8}});
    workers.changed(unnamed());
    EXPECT_EQ(notified(), (Numbers{0, 1}));
}

TEST_F(RemoteWorkersTest, a_leave_lets_calls_of_that_name_go_on)
{
    const RemoteWorkers::Name name{"w1", "node"};
    for (int steps = 0; steps < 10; ++steps) {
        const WorkerId first = await(api.loop, workers.enroll(name)).value();
        await(api.loop, workers.connection_lost("w1", first)); // the next call asks the database
        has_left = false;
        spawn(api.loop, leave("w1"));
        api.loop.restart();
        for (int step = 0; step < steps && !has_left; ++step)
            api.loop.run_one();
        EXPECT_TRUE(await(api.loop, workers.enroll(name)));
        api.run_until([this] { return has_left; });
        const WorkerId newest = await(api.loop, workers.enroll(name)).value();
        EXPECT_EQ(await(api.loop, workers.find("w1")).value(), newest);
    }
}

// Two servers on one database, whose news name nothing.
TEST(RemoteWorkersOfTwoServers, hear_of_work_and_of_the_end_at_the_other_one)
{
    const TestDir directory;
    const std::string database = "sqlite://" + directory / "shared.db";
    ApiServer::Options patient;
    patient.poll_max = 1h;
    ApiFixture here({}, nullptr, ApiFixture::LogStore::none, database);
    ApiFixture there(patient, nullptr, ApiFixture::LogStore::none, database);
    const std::string job = here.create_job(2);
    const std::string first = here.reserve(job, "w1")["datum"]["id"];
    const std::string second = here.reserve(job, "w2")["datum"]["id"];
    const std::string path = "/jobs/" + job + "/reserve_next_datum";
    std::vector<std::unique_ptr<PendingRequest>> waiting;
    for (int i = 3; i < 7; ++i) {
        Json ask{{"pod_name", "w" + std::to_string(i)}, {"node_name", "node"}, {"wait", 3600}};
        waiting.push_back(there.begin(Method::post, path, std::move(ask)));
    }
    const auto answered = [&] {
        return std::ranges::count_if(waiting, [](const auto& each) { return each->is_over(); });
    };
    const auto report = [&here](const std::string& datum, const char* pod) {
        const Json done{{"status", "done"}, {"output", ""}};
        const Json body{{"pod_name", pod}, {"datum", done}};
        EXPECT_EQ(here.patch("/datums/" + datum, body).status, 200);
    };

    EXPECT_EQ(here.post("/datums/" + first + "/give_back", {{"pod_name", "w1"}}).status, 204);
    there.run_until([&] { return answered() == 1; });
    const auto lucky =
        std::ranges::find_if(waiting, [](const auto& each) { return each->is_over(); });
    const Json got = there.finish(**lucky).json;
    EXPECT_EQ(got["datum"]["id"], first);
    const std::string pod = got["datum"]["pod_name"];
    report(first, pod.c_str());
    report(second, "w2");

    there.run_until([&] { return answered() == 4; });
    waiting.erase(lucky);
    for (const auto& each : waiting)
        EXPECT_EQ(there.finish(*each).header("Sluice-Job-Status"), "done");
}

} // namespace

} // namespace sluice::remote_workers_test
