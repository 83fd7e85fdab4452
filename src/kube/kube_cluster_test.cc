// SPDX-License-Identifier: Apache-2.0
#include "kube/kube_fixture.h"

#include <filesystem>
#include <fstream>
#include <set>

namespace sluice::kube_cluster_test {

namespace {

using namespace testing;
namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::milliseconds;

class KubeClusterTest : public ::testing::Test {
protected:
    KubeClusterTest()
    {
        std::string name = fs::temp_directory_path() / "sluice-kube-XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~KubeClusterTest() override { fs::remove_all(folder_); }

    template <class T>
    T wait(Async<T> work)
    {
        return testing::await(loop_, std::move(work));
    }

    void put_pod(const std::string& name) { kube_.put("pods", pod_json(name, "Pending")); }

    void put_job(const std::string& name)
    {
        Json job = Json::object();
        job["metadata"]["name"] = name;
        job["metadata"]["labels"] = labels_of("the-job");
        kube_.put("jobs", job);
    }

    std::string write(const std::string& name, std::string_view text) const
    {
        const std::string path = folder_ + "/" + name;
        std::ofstream(path) << text;
        return path;
    }

    // Its watches stand when it returns.
    void settle(Listener& listener)
    {
        listener.run_until_told("listed");
        put_pod("settled");
        put_job("settled");
        listener.run_until_told("pod settled");
        listener.run_until_told("job settled");
    }

    Cluster& cluster() { return *kube_.cluster; }

    asio::io_context loop_{1};
    KubeFixture kube_{loop_};
    std::string folder_;
};

Json key_argument(const KubeCall& call)
{
    Json arguments = Json::object();
    arguments["key"] = key_of(call);
    return arguments;
}

} // namespace

TEST_F(KubeClusterTest, without_rights_the_role_is_named)
{
    kube_.act("forbid", key_argument(kube::list_pods));
    Listener listener(loop_, cluster());
    listener.run_until_told("away");

    EXPECT_EQ(listener.told.back().error.code, Errc::unauthorized);
    const std::string& text = listener.told.back().error.detail;
    EXPECT_EQ(text.rfind("may not list pods in namespace 'default' (Role 'sluice'): ", 0), 0u)
        << text;

    kube_.act("allow", key_argument(kube::list_pods));
    listener.run_until_told("listed");
    EXPECT_EQ(listener.count("away"), 1);
}

TEST_F(KubeClusterTest, a_right_that_is_missing_is_told_after_another_trouble)
{
    kube_.fail(kube::list_pods, 503, 1000);
    Listener listener(loop_, cluster());
    listener.run_until_told("away");
    kube_.act("forbid", key_argument(kube::list_pods));
    listener.run_until([&] { return listener.count("away") == 2; });

    EXPECT_EQ(listener.told.front().error.code, Errc::unavailable);
    EXPECT_EQ(listener.told.back().error.code, Errc::unauthorized);
}

TEST_F(KubeClusterTest, thousands_of_pods_come_in_pages)
{
    Json fill = Json::object();
    fill["given"] = pod_json("many", "Running");
    fill["count"] = 3000;
    kube_.act("fill", std::move(fill));

    Listener listener(loop_, cluster());
    listener.run_until_told("listed");

    std::set<std::string> names;
    for (const ClusterEvent& event : listener.told)
        names.insert(event.pod.name);
    EXPECT_EQ(names.size(), 3001u) << "one name is the empty one of listed";
    EXPECT_EQ(listener.told.size(), 3001u);
    EXPECT_EQ(kube_.calls(kube::list_pods), 6u);
}

TEST_F(KubeClusterTest, a_list_that_expires_between_its_pages_begins_anew)
{
    put_pod("a");
    kube_.fail(kube::list_pods, 410);
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");

    EXPECT_TRUE(listener.has("pod a"));
    EXPECT_EQ(kube_.calls(kube::list_pods), 2u);
}

TEST_F(KubeClusterTest, an_outdated_version_is_understood_as_event_and_as_status)
{
    for (const bool is_event : {true, false}) {
        kube_.set("gone_is_an_event", is_event);
        Listener listener(loop_, cluster());
        listener.run_until_told("listed");
        const std::size_t lists = kube_.calls(kube::list_pods);

        kube_.act("go_away");
        const std::string name = is_event ? "a" : "b";
        put_pod(name);
        kube_.act("expire");
        kube_.act("come_back");
        listener.run_until_told("pod " + name);

        EXPECT_EQ(kube_.calls(kube::list_pods), lists + 1);
        EXPECT_FALSE(listener.has("away")) << "it was known all the time, half a minute late";
    }
}

TEST_F(KubeClusterTest, bookmarks_keep_a_quiet_watch_from_listing)
{
    Listener listener(loop_, cluster());
    settle(listener);
    put_job("a"); // the watch of pods does not hear of it …
    listener.run_until_told("job a");
    kube_.act("bookmark"); // … but of this
    kube_.act("expire");
    kube_.act("end_watches");
    put_pod("b");
    listener.run_until_told("pod b");

    EXPECT_EQ(kube_.calls(kube::list_pods), 1u);
}

TEST_F(KubeClusterTest, a_watch_whose_time_is_over_goes_on_without_a_list)
{
    Listener listener(loop_, cluster());
    settle(listener);
    for (const std::string name : {"a", "b", "c"}) {
        kube_.act("end_watches");
        put_pod(name);
        listener.run_until_told("pod " + name);
    }

    EXPECT_EQ(kube_.calls(kube::list_pods), 1u);
    EXPECT_GE(kube_.calls(kube::watch_pods), 4u);
    EXPECT_FALSE(listener.has("away"));
}

TEST_F(KubeClusterTest, lists_while_a_watch_is_down)
{
    kube_.options.poll = milliseconds(10);
    kube_.reopen();
    kube_.fail(kube::watch_pods, 500, 1'000'000);
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");

    put_pod("a");
    listener.run_until_told("pod a");
    kube_.remove("pods", "a");
    listener.run_until_told("pod gone a");

    EXPECT_FALSE(listener.has("away"));
    EXPECT_GE(kube_.calls(kube::list_pods), 3u);
    EXPECT_EQ(kube_.calls(kube::list_jobs), 1u) << "that watch stands";
}

TEST_F(KubeClusterTest, a_line_that_is_no_event_ends_its_connection_only)
{
    Listener listener(loop_, cluster());
    settle(listener);
    Json line = Json::object();
    line["line"] = "<html>";
    kube_.act("say", std::move(line));
    put_pod("a");
    listener.run_until_told("pod a");

    EXPECT_EQ(kube_.calls(kube::list_pods), 1u);
    EXPECT_EQ(kube_.calls(kube::watch_pods), 2u);
    EXPECT_FALSE(listener.has("away"));
}

TEST_F(KubeClusterTest, an_event_above_the_limit_comes_with_the_next_list)
{
    kube_.options.poll = milliseconds(10);
    kube_.options.line_bytes_max = 10'000;
    kube_.reopen();
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");

    Json pod = pod_json("large", "Pending");
    pod["metadata"]["annotations"]["note"] = std::string(20'000, 'x');
    kube_.put("pods", pod);

    listener.run_until_told("pod large");
}

TEST_F(KubeClusterTest, objects_of_others_are_not_told)
{
    Json pod = pod_json("theirs", "Pending");
    pod["metadata"]["labels"].erase(std::string(kube::job_id_key));
    kube_.put("pods", pod);
    Listener listener(loop_, cluster());
    listener.run_until_told("listed");
    pod["metadata"]["name"] = "theirs-too";
    kube_.put("pods", pod);
    put_pod("ours");
    listener.run_until_told("pod ours");

    EXPECT_EQ(listener.words(), (std::vector<std::string>{"listed", "pod ours"}));
}

TEST_F(KubeClusterTest, refusals_have_their_codes_and_the_words_of_the_api)
{
    const std::vector<std::pair<int, Errc>> table = {
        {400, Errc::invalid},    {401, Errc::unauthorized}, {403, Errc::invalid},
        {404, Errc::not_found},  {409, Errc::conflict},     {422, Errc::invalid},
        {429, Errc::overloaded}, {500, Errc::unavailable},  {503, Errc::unavailable},
        {504, Errc::timed_out},
    };
    for (const auto& [status, code] : table) {
        kube_.fail(kube::create_job, status);
        const Result<SeenJob> created = wait(cluster().create_job(simple_job("count")));
        ASSERT_FALSE(created) << status;
        EXPECT_EQ(created.error().code, code) << status;
        EXPECT_NE(created.error().detail.find("it is broken"), std::string::npos) << status;
        EXPECT_EQ(kube_.calls(kube::create_job), 1u) << "no call tries again";
        kube_.act("forget_calls");
    }
}

TEST_F(KubeClusterTest, what_is_wrong_with_a_job_is_said_by_the_api)
{
    const Result<SeenJob> created = wait(cluster().create_job(simple_job("Count_Words")));

    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, Errc::invalid);
    EXPECT_NE(created.error().detail.find("RFC 1123"), std::string::npos) << created.error().detail;
}

TEST_F(KubeClusterTest, names_are_escaped)
{
    const Result<SeenJob> found = wait(cluster().find_job("a/../b?c=%41&"));

    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::not_found);
    EXPECT_NE(found.error().detail.find("\"a/../b?c=%41&\" not found"), std::string::npos)
        << found.error().detail;
}

TEST_F(KubeClusterTest, in_cluster_tokens_are_read_again)
{
    put_job("a");
    kube_.options.access.token_file = write("token", "one\n");
    kube_.set("tokens", Json::array({"one"}));
    kube_.reopen();
    EXPECT_TRUE(wait(cluster().find_job("a")));
    EXPECT_EQ(kube_.calls(kube::get_job), 1u);

    write("token", "two");
    kube_.set("tokens", Json::array({"two"}));
    EXPECT_TRUE(wait(cluster().find_job("a"))) << "the file is read after a refusal";

    kube_.options.token_time = milliseconds(0);
    kube_.reopen();
    EXPECT_TRUE(wait(cluster().find_job("a")));
    write("token", "three");
    kube_.set("tokens", Json::array({"three"}));
    const std::size_t before = kube_.calls(kube::get_job);
    EXPECT_TRUE(wait(cluster().find_job("a")));
    EXPECT_EQ(kube_.calls(kube::get_job), before + 1) << "and when its time is over";
}

TEST_F(KubeClusterTest, a_token_that_is_refused_is_in_no_text)
{
    kube_.options.access.token_file = write("token", "secret-token");
    kube_.set("tokens", Json::array({"another"}));
    kube_.reopen();

    const Result<SeenJob> found = wait(cluster().find_job("a"));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::unauthorized);
    EXPECT_EQ(found.error().detail.find("secret-token"), std::string::npos);

    fs::remove(kube_.options.access.token_file);
    const Result<SeenJob> without = wait(cluster().find_job("a"));
    ASSERT_FALSE(without);
    EXPECT_EQ(without.error().code, Errc::unavailable);
    EXPECT_NE(without.error().detail.find(folder_ + "/token"), std::string::npos);
}

TEST_F(KubeClusterTest, every_call_of_the_table_is_made_and_no_other)
{
    {
        Listener listener(loop_, cluster());
        settle(listener);
    }
    const SeenJob job = wait(cluster().create_job(simple_job("count"))).value();
    EXPECT_TRUE(wait(cluster().find_job("count")));
    kube::SecretObject secret;
    secret.meta.name = "count";
    EXPECT_TRUE(wait(cluster().create_secret(secret)));
    EXPECT_TRUE(wait(cluster().read_secret("count")));
    EXPECT_FALSE(wait(cluster().pod_log("count-1", 1)));
    EXPECT_TRUE(wait(cluster().delete_job("count", job.uid)));

    std::set<std::string> made;
    const Json counts = kube_.act("count");
    for (const auto& [key, count] : counts.items())
        made.insert(key);
    std::set<std::string> table;
    for (const KubeCall& call : kube_calls())
        table.insert(key_of(call));
    EXPECT_EQ(made, table);
}

TEST_F(KubeClusterTest, a_watch_may_be_left_at_any_time)
{
    put_job("a");
    for (int steps = 0; steps < 60; ++steps) {
        const std::unique_ptr<ClusterWatch> watch = cluster().watch();
        loop_.restart();
        for (int step = 0; step < steps; ++step)
            loop_.poll_one();
    }
    kube_.close(); // waits for what they left
}

} // namespace sluice::kube_cluster_test
