// SPDX-License-Identifier: Apache-2.0
// What holds for every Cluster: for the one in memory that tests of other layers stand on, and for
// our client of the API.
#include "kube/kube_fixture.h"
#include "kube/testing/fake_cluster.h"

#include <functional>

namespace sluice::contract_test {

namespace {

using namespace testing;

class StandingClock final : public Clock {
public:
    Time now() const override { return from_micros(1'767'225'600'000'000); }
};

// The world behind a Cluster.
class Stage {
public:
    virtual ~Stage() = default;
    virtual Cluster& cluster() = 0;
    virtual void put_job(const std::string& name) = 0;
    virtual void put_pod(const std::string& name, PodPhase phase, const std::string& job) = 0;
    virtual void remove_pod(const std::string& name) = 0;
    virtual void set_log(const std::string& pod, const std::string& text) = 0;
    virtual void cut() = 0;                             // connections of watches break
    virtual void go_away() = 0;                         // nobody answers …
    virtual void come_back() = 0;                       // … and what was has been forgotten
    virtual bool has_failed_often() = 0;                // since it went away
    virtual void repeat() = 0;                          // the last news comes again
    virtual void tell_late(const std::string& pod) = 0; // that it runs
    virtual std::size_t calls(const KubeCall& call) = 0;
};

class FakeStage final : public Stage {
public:
    explicit FakeStage(asio::io_context& loop) : cluster_(loop.get_executor(), clock_) {}

    Cluster& cluster() override { return cluster_; }

    void put_job(const std::string& name) override
    {
        SeenJob job;
        job.name = name;
        cluster_.put_job(std::move(job));
    }

    void put_pod(const std::string& name, PodPhase phase, const std::string& job) override
    {
        const auto there = cluster_.pods().find(name);
        SeenPod pod = there == cluster_.pods().end() ? SeenPod() : there->second;
        pod.name = name;
        pod.phase = phase;
        pod.job_name = job;
        cluster_.put_pod(std::move(pod));
    }

    void remove_pod(const std::string& name) override { cluster_.remove_pod(name); }
    void set_log(const std::string& pod, const std::string& text) override
    {
        cluster_.set_log(pod, text);
    }
    void cut() override {}
    void go_away() override { cluster_.go_away({Errc::unavailable, "it is away"}); }
    void come_back() override { cluster_.come_back(); }
    bool has_failed_often() override { return true; }
    void repeat() override { cluster_.repeat(); }
    void tell_late(const std::string& pod) override
    {
        SeenPod late = cluster_.pods().at(pod);
        late.phase = PodPhase::running;
        late.version = "of another time";
        cluster_.tell_late(late);
    }
    std::size_t calls(const KubeCall& call) override { return cluster_.calls(call); }

private:
    StandingClock clock_;
    FakeCluster cluster_;
};

class KubeStage final : public Stage {
public:
    explicit KubeStage(asio::io_context& loop) : kube_(loop)
    {
        kube_.options.poll = std::chrono::milliseconds(30);
        kube_.reopen();
    }

    Cluster& cluster() override { return *kube_.cluster; }

    void put_job(const std::string& name) override
    {
        Json job = Json::object();
        job["metadata"]["name"] = name;
        job["metadata"]["labels"] = labels_of("the-job");
        kube_.put("jobs", job);
    }

    void put_pod(const std::string& name, PodPhase phase, const std::string& job) override
    {
        const bool has_ended = phase == PodPhase::failed;
        Json pod = pod_json(name, has_ended ? "Failed" : "Pending");
        Json arguments = Json::object();
        arguments["resource"] = "jobs";
        arguments["name"] = job;
        const Json owner = kube_.act("get", std::move(arguments));
        if (owner.contains("metadata")) {
            Json reference = Json::object();
            reference["kind"] = "Job";
            reference["name"] = job;
            reference["uid"] = owner["metadata"]["uid"];
            pod["metadata"]["ownerReferences"].push_back(reference);
        }
        kube_.put("pods", pod);
    }

    void remove_pod(const std::string& name) override { kube_.remove("pods", name); }

    void set_log(const std::string& pod, const std::string& text) override
    {
        Json arguments = Json::object();
        arguments["pod"] = pod;
        arguments["text"] = text;
        kube_.act("set_log", std::move(arguments));
    }

    void cut() override { kube_.act("cut"); }
    void go_away() override { kube_.act("go_away"); }

    void come_back() override
    {
        kube_.act("expire");
        kube_.act("come_back");
    }

    bool has_failed_often() override { return kube_.act("count").value("away", 0) >= 8; }
    void repeat() override { kube_.act("repeat"); }

    void tell_late(const std::string& pod) override
    {
        Json arguments = Json::object();
        arguments["resource"] = "pods";
        arguments["name"] = pod;
        Json late = kube_.act("get", arguments);
        late["status"]["phase"] = "Running";
        arguments.erase("name");
        arguments["given"] = std::move(late);
        kube_.act("tell_late", std::move(arguments));
    }

    std::size_t calls(const KubeCall& call) override { return kube_.calls(call); }

private:
    KubeFixture kube_;
};

struct Behind {
    std::string name;
    std::function<std::unique_ptr<Stage>(asio::io_context&)> make;
};

class ClusterContract : public ::testing::TestWithParam<Behind> {
protected:
    template <class T>
    T wait(Async<T> work)
    {
        return testing::await(loop_, std::move(work));
    }

    // Everything that happened before is told when it returns. Its own words are left out.
    std::vector<std::string> told_by(Listener& listener)
    {
        const std::string mark = fmt::format("mark-{}", ++marks_);
        stage_->put_job(mark);
        stage_->put_pod(mark, PodPhase::pending, "");
        listener.run_until_told("job " + mark);
        listener.run_until_told("pod " + mark);
        std::vector<std::string> words;
        for (const std::string& word : listener.words())
            if (word.find("mark-") == std::string::npos)
                words.push_back(word);
        listener.told.clear();
        return words;
    }

    Cluster& cluster() { return stage_->cluster(); }

    asio::io_context loop_{1};
    std::unique_ptr<Stage> stage_ = GetParam().make(loop_);
    int marks_ = 0;
};

using Words = std::vector<std::string>;

Words sorted(Words words)
{
    std::sort(words.begin(), words.end());
    return words;
}

} // namespace

TEST_P(ClusterContract, a_job_is_created_once)
{
    const Result<SeenJob> created = wait(cluster().create_job(simple_job("count")));
    ASSERT_TRUE(created) << created.error().detail;
    EXPECT_EQ(created->name, "count");
    EXPECT_EQ(created->job_id, "id-of-count");
    EXPECT_FALSE(created->uid.empty());
    EXPECT_GT(created->created_at, Time());

    const Result<SeenJob> again = wait(cluster().create_job(simple_job("count")));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict);

    const Result<SeenJob> found = wait(cluster().find_job("count"));
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(*found, *created);
    const Result<SeenJob> none = wait(cluster().find_job("other"));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::not_found);
}

TEST_P(ClusterContract, a_job_of_another_uid_is_not_deleted)
{
    const SeenJob job = wait(cluster().create_job(simple_job("count"))).value();

    EXPECT_TRUE(wait(cluster().delete_job("count", "another")));
    EXPECT_TRUE(wait(cluster().find_job("count")));

    EXPECT_TRUE(wait(cluster().delete_job("count", job.uid)));
    EXPECT_FALSE(wait(cluster().find_job("count")));
    EXPECT_TRUE(wait(cluster().delete_job("count", job.uid))) << "it is gone, which is fine";
}

TEST_P(ClusterContract, what_belongs_to_a_job_goes_with_it)
{
    const SeenJob job = wait(cluster().create_job(simple_job("count"))).value();
    kube::SecretObject secret;
    secret.meta.name = "count";
    secret.meta.owners = {{.api_version = "batch/v1", .kind = "Job", .name = "count"}};
    secret.meta.owners.front().uid = job.uid;
    ASSERT_TRUE(wait(cluster().create_secret(secret)));
    stage_->put_pod("count-1", PodPhase::pending, "count");
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");
    listener.told.clear();

    ASSERT_TRUE(wait(cluster().delete_job("count", job.uid)));

    const Words words = told_by(listener);
    EXPECT_EQ(std::count(words.begin(), words.end(), "job gone count"), 1);
    EXPECT_EQ(std::count(words.begin(), words.end(), "pod gone count-1"), 1);
    const Result<SecretData> left = wait(cluster().read_secret("count"));
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().code, Errc::not_found);
}

TEST_P(ClusterContract, a_secret_holds_any_bytes)
{
    kube::SecretObject secret;
    secret.meta.name = "s3";
    secret.data = {{"empty", ""}, {"bytes", std::string("\0\xff\n", 3)}, {"word", "hello"}};

    ASSERT_TRUE(wait(cluster().create_secret(secret)));

    const Result<SecretData> read = wait(cluster().read_secret("s3"));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, secret.data);
    const Result<void> again = wait(cluster().create_secret(secret));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict);
}

TEST_P(ClusterContract, the_last_lines_of_a_pod_are_read)
{
    stage_->put_pod("count-1", PodPhase::failed, "");
    stage_->set_log("count-1", "one\ntwo\nthree\n");

    EXPECT_EQ(wait(cluster().pod_log("count-1", 2)).value(), "two\nthree\n");
    EXPECT_EQ(wait(cluster().pod_log("count-1", 9)).value(), "one\ntwo\nthree\n");
    const Result<std::string> none = wait(cluster().pod_log("other", 2));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::not_found);
}

TEST_P(ClusterContract, what_exists_is_told_before_listed)
{
    stage_->put_job("a");
    stage_->put_pod("a-1", PodPhase::pending, "a");
    stage_->put_pod("a-2", PodPhase::failed, "a");

    Listener listener(loop_, cluster());
    listener.run_until_told("listed");

    const Words words = listener.words();
    ASSERT_FALSE(words.empty());
    EXPECT_EQ(words.back(), "listed");
    EXPECT_EQ(sorted(words), (Words{"job a", "listed", "pod a-1", "pod a-2"}));
    for (const ClusterEvent& event : listener.told) {
        const PodPhase expected = event.pod.name == "a-2" ? PodPhase::failed : PodPhase::pending;
        if (event.kind == ClusterEvent::Kind::pod) {
            EXPECT_EQ(event.pod.phase, expected);
        }
    }
}

TEST_P(ClusterContract, what_changes_is_told)
{
    stage_->put_pod("a", PodPhase::pending, "");
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");
    listener.told.clear();

    stage_->put_pod("a", PodPhase::failed, "");
    listener.run_until_told("pod a");
    EXPECT_EQ(listener.told.front().pod.phase, PodPhase::failed);
    stage_->remove_pod("a");
    listener.run_until_told("pod gone a");
    EXPECT_EQ(listener.told.back().pod.phase, PodPhase::failed) << "it is told as it was last";
}

TEST_P(ClusterContract, several_watches_are_told_the_same)
{
    stage_->put_job("a");
    Listener one(loop_, cluster());
    Listener other(loop_, cluster());

    one.run_until_told("listed");
    other.run_until_told("listed");

    EXPECT_EQ(one.words(), (Words{"job a", "listed"}));
    EXPECT_EQ(other.words(), (Words{"job a", "listed"}));
}

TEST_P(ClusterContract, a_watch_goes_on_after_its_connection_broke)
{
    stage_->put_pod("a", PodPhase::pending, "");
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");
    listener.told.clear();

    for (int i = 0; i < 3; ++i) {
        stage_->cut();
        stage_->put_pod("b", PodPhase::pending, "");
        EXPECT_EQ(told_by(listener), Words{"pod b"});
        stage_->cut();
        stage_->remove_pod("b");
        EXPECT_EQ(told_by(listener), Words{"pod gone b"});
    }
}

TEST_P(ClusterContract, an_expired_version_lists_anew_and_tells_what_has_gone)
{
    stage_->put_pod("goes", PodPhase::pending, "");
    stage_->put_pod("stays", PodPhase::pending, "");
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");
    listener.told.clear();

    stage_->go_away();
    stage_->remove_pod("goes");
    stage_->put_pod("comes", PodPhase::pending, "");
    stage_->come_back();

    Words words = told_by(listener);
    std::erase(words, "away");
    std::erase(words, "listed");
    EXPECT_EQ(sorted(words), (Words{"pod comes", "pod gone goes"}));
}

TEST_P(ClusterContract, events_told_twice_come_once)
{
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");
    told_by(listener); // the watch stands
    stage_->put_pod("a", PodPhase::pending, "");
    stage_->repeat();
    stage_->repeat();
    EXPECT_EQ(told_by(listener), Words{"pod a"});
    stage_->repeat();
    EXPECT_EQ(told_by(listener), Words{});
}

TEST_P(ClusterContract, a_pod_that_has_ended_does_not_run_again)
{
    stage_->put_pod("a", PodPhase::failed, "");
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");
    told_by(listener); // the watch stands

    stage_->tell_late("a");

    EXPECT_EQ(told_by(listener), Words{});
}

TEST_P(ClusterContract, away_for_a_minute_is_told_once)
{
    stage_->put_pod("a", PodPhase::pending, "");
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");
    listener.told.clear();

    stage_->go_away();
    listener.run_until_told("away");
    listener.run_until([this] { return stage_->has_failed_often(); });
    EXPECT_EQ(listener.words(), Words{"away"});
    EXPECT_EQ(listener.told.front().error.code, Errc::unavailable);

    stage_->come_back();
    listener.run_until_told("listed");
    EXPECT_EQ(told_by(listener), (Words{"away", "listed"})) << "what is as it was is not told";
}

TEST_P(ClusterContract, who_begins_while_it_is_away_is_told_so_at_once)
{
    stage_->put_job("a");
    stage_->go_away();

    Listener listener(loop_, cluster());
    listener.run_until_told("away");
    EXPECT_EQ(listener.words(), Words{"away"});
    stage_->come_back();
    listener.run_until_told("listed");

    EXPECT_EQ(sorted(listener.words()), (Words{"away", "job a", "listed"}));
}

TEST_P(ClusterContract, calls_fail_while_it_is_away)
{
    stage_->go_away();
    const Result<SeenJob> created = wait(cluster().create_job(simple_job("count")));
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, Errc::unavailable);

    stage_->come_back();
    EXPECT_TRUE(wait(cluster().create_job(simple_job("count"))));
}

TEST_P(ClusterContract, a_watch_that_hears_everything_asks_nothing)
{
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");
    listener.told.clear();
    for (int i = 0; i < 5; ++i) {
        stage_->put_pod("a", PodPhase::pending, "");
        EXPECT_EQ(told_by(listener), Words{"pod a"}) << i;
        stage_->remove_pod("a");
        told_by(listener);
    }

    EXPECT_EQ(stage_->calls(kube::list_jobs), 1u);
    EXPECT_EQ(stage_->calls(kube::list_pods), 1u);
    EXPECT_EQ(stage_->calls(kube::watch_jobs), 1u);
    EXPECT_EQ(stage_->calls(kube::watch_pods), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Behind, ClusterContract,
    ::testing::Values(
        Behind{
            "memory",
            [](asio::io_context& loop) -> std::unique_ptr<Stage> {
                return std::make_unique<FakeStage>(loop);
            }},
        Behind{
            "api",
            [](asio::io_context& loop) -> std::unique_ptr<Stage> {
                return std::make_unique<KubeStage>(loop);
            }}
    ),
    [](const ::testing::TestParamInfo<Behind>& info) { return info.param.name; }
);

} // namespace sluice::contract_test
