// SPDX-License-Identifier: Apache-2.0
#include "api/remote_worker.h"

#include "api/testing.h"
#include "net/server_fixture.h"

#include <filesystem>

namespace sluice::remote_worker_test {

namespace {

using namespace testing;

// Copies every input to /pfs/out and prints its name; waits as long as the test wants.
class FakeCommands final : public CommandRunner {
public:
    explicit FakeCommands(asio::any_io_executor executor) : go_(executor) {}

    Async<Result<CommandEnd>> run(const Command& command) override
    {
        ++started;
        AttemptLog log(command.log_file);
        log.append(from_micros(1), OutputStream::out, "hello\n");
        log.flush();
        while (hold)
            co_await go_.wait();
        log.close();
        if (throws)
            throw std::runtime_error("thrown by the runner");
        namespace fs = std::filesystem;
        fs::create_directories(command.pfs + "/out");
        for (const auto& entry : fs::recursive_directory_iterator(command.pfs + "/texts"))
            if (entry.is_regular_file())
                fs::copy_file(
                    entry.path(), fs::path(command.pfs) / "out" / entry.path().filename()
                );
        CommandEnd end;
        end.code = code;
        end.error = code == 0 ? "" : "exit status 1";
        end.output_tail = "hello\n";
        co_return end;
    }

    void release()
    {
        hold = false;
        go_.notify();
    }

    int started = 0;
    int code = 0;
    bool hold = false;
    bool throws = false;

private:
    Signal go_;
};

// Files that come when the test wants.
class SlowStore final : public BlobStore {
public:
    SlowStore(asio::any_io_executor executor, BlobStore& files) : files_(files), go_(executor) {}

    std::unique_ptr<BlobListing> list(std::string place, ListDepth depth) override
    {
        return files_.list(std::move(place), depth);
    }
    Async<Result<void>> fetch(std::vector<Transfer> transfers, TransferOptions options) override
    {
        for (const Transfer& transfer : transfers)
            fetched.push_back(std::filesystem::path(transfer.object).filename());
        while (fetched.size() > fetches_let_go)
            co_await go_.wait();
        const Result<void> done = co_await files_.fetch(std::move(transfers), options);
        co_return done;
    }
    Async<Result<void>> upload(std::vector<Transfer> transfers, TransferOptions options) override
    {
        return files_.upload(std::move(transfers), options);
    }
    Async<Result<void>> remove(std::string root, std::vector<std::string> objects) override
    {
        return files_.remove(std::move(root), std::move(objects));
    }
    Async<Result<void>> check_writable(std::string place) override
    {
        return files_.check_writable(std::move(place));
    }

    void let_go(std::size_t fetches)
    {
        fetches_let_go = fetches;
        go_.notify();
    }

    std::vector<std::string> fetched; // in the order in which they were asked for
    std::size_t fetches_let_go = 1;

private:
    BlobStore& files_;
    Signal go_;
};

// A worker with directories of its own.
struct Worker {
    Worker(
        ApiFixture& given, std::string name, RemoteWorker::Options options = {},
        JobBlobs* blobs = nullptr
    )
        : api(given), commands(api.loop.get_executor())
    {
        DatumRunner::Options runner_options;
        runner_options.work_directory = api.directory / name + "/work";
        runner_options.log_directory = api.directory / name + "/logs";
        runner_options.pod_name = name;
        runner = std::make_unique<DatumRunner>(
            blobs ? *blobs : api.blobs, commands, api.threads, runner_options, Log()
        );
        client = std::move(ApiClient::make(api.loop.get_executor(), {api.url(""), ""}).value());
        options.pod_name = name;
        options.node_name = "node";
        options.poll = 5s;
        worker = std::make_unique<RemoteWorker>(
            api.loop.get_executor(), *client, *runner, api.threads, options, Log()
        );
    }

    void start()
    {
        asio::co_spawn(api.loop, worker->run(), [this](std::exception_ptr, Result<void> end) {
            ended = end;
        });
    }

    Result<void> finish()
    {
        api.run_until([&] { return ended.has_value(); });
        return *ended;
    }

    ApiFixture& api;
    FakeCommands commands;
    std::unique_ptr<DatumRunner> runner;
    std::unique_ptr<ApiClient> client;
    std::unique_ptr<RemoteWorker> worker;
    std::optional<Result<void>> ended;
};

RemoteWorker::Options for_job(const std::string& job)
{
    RemoteWorker::Options options;
    options.job = job;
    return options;
}

TEST(RemoteWorker, two_of_them_share_a_job_and_end_with_it)
{
    ApiFixture api;
    const std::string job = api.create_job(6);
    Worker first(api, "w1", for_job(job));
    Worker second(api, "w2", for_job(job));
    first.start();
    second.start();
    EXPECT_TRUE(first.finish());
    EXPECT_TRUE(second.finish());
    EXPECT_EQ(first.commands.started + second.commands.started, 6);
    EXPECT_GT(first.commands.started, 0);
    EXPECT_GT(second.commands.started, 0);
    EXPECT_EQ(api.get("/jobs/" + job).json["job"]["status"], "done");
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(
            read_file(api.directory / "out/" + std::to_string(i) + ".txt"), std::to_string(i)
        );
    const Json datum = api.get("/jobs/" + job + "/datums").json["datums"][0];
    EXPECT_EQ(datum["output"], "hello\n");
    EXPECT_EQ(api.get("/datums/" + datum["id"].get<std::string>() + "/logs").body, "hello\n");
}

TEST(RemoteWorker, prefetch_runs_each_datum_once)
{
    ApiFixture api;
    const std::string job = api.create_job(4);
    RemoteWorker::Options options = for_job(job);
    options.prefetch = RemoteWorker::Prefetch::on;
    Worker worker(api, "w1", options);
    worker.start();
    EXPECT_TRUE(worker.finish());
    EXPECT_EQ(worker.commands.started, 4);
    EXPECT_EQ(api.get("/jobs/" + job).json["job"]["status"], "done");
    EXPECT_FALSE(std::filesystem::exists(api.directory / "w1/work/0"));
}

TEST(RemoteWorker, a_prefetch_that_outlasts_its_datum_is_waited_for_and_not_done_again)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    const auto store = std::make_shared<SlowStore>(api.loop.get_executor(), api.blobs.own());
    OneBlobStore blobs(store);
    RemoteWorker::Options options = for_job(job);
    options.prefetch = RemoteWorker::Prefetch::on;
    Worker worker(api, "w1", options, &blobs);
    worker.commands.hold = true;
    worker.start();
    api.run_until([&] { return store->fetched.size() == 2 && worker.commands.started == 1; });

    worker.commands.release();
    const auto done = [&] { return api.get("/jobs/" + job).json["job"]["datums"]["done"] == 1; };
    while (!done()) {
    }
    api.settle();
    EXPECT_EQ(worker.commands.started, 1); // the second has no files yet
    store->let_go(2);

    EXPECT_TRUE(worker.finish());
    EXPECT_EQ(worker.commands.started, 2);
    EXPECT_EQ(store->fetched, (std::vector<std::string>{"0.txt", "1.txt"}));
    EXPECT_EQ(read_file(api.directory / "out/1.txt"), "1");
}

TEST(RemoteWorker, a_datum_that_another_worker_could_run_is_not_prefetched)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    RemoteWorker::Options options = for_job(job);
    options.prefetch = RemoteWorker::Prefetch::spare;
    options.settle = 0ms;
    Worker first(api, "w1", options);
    first.commands.hold = true;
    first.start();
    api.run_until([&] { return first.commands.started == 1; });
    api.settle();
    Worker second(api, "w2", options);
    second.start();
    const auto patience = std::chrono::steady_clock::now() + 10s;
    api.run_until([&] {
        return second.commands.started == 1 || std::chrono::steady_clock::now() > patience;
    });
    EXPECT_EQ(second.commands.started, 1);
    first.commands.release();
    EXPECT_TRUE(first.finish());
    EXPECT_TRUE(second.finish());
}

TEST(RemoteWorker, spare_datums_are_prefetched)
{
    ApiFixture api;
    const std::string job = api.create_job(6);
    RemoteWorker::Options options = for_job(job);
    options.prefetch = RemoteWorker::Prefetch::spare;
    options.settle = 0ms;
    Worker worker(api, "w1", options);
    worker.commands.hold = true;
    worker.start();
    const auto laid_out = [&] {
        std::error_code none_yet;
        const std::filesystem::directory_iterator entries(api.directory / "w1/work", none_yet);
        return std::distance(begin(entries), end(entries));
    };
    api.run_until([&] { return laid_out() == 2; });
    worker.commands.release();
    EXPECT_TRUE(worker.finish());
    EXPECT_EQ(worker.commands.started, 6);
}

TEST(RemoteWorker, a_failing_command_is_an_error_of_the_datum)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    Worker worker(api, "w1", for_job(job));
    worker.commands.code = 1;
    worker.start();
    EXPECT_TRUE(worker.finish());
    EXPECT_EQ(worker.commands.started, 2); // datum_tries
    const Json datum = api.get("/jobs/" + job + "/datums").json["datums"][0];
    EXPECT_EQ(datum["status"], "error");
    EXPECT_EQ(datum["error_message"], "exit status 1");
    EXPECT_FALSE(std::filesystem::exists(api.directory / "out/0.txt"));
}

TEST(RemoteWorker, an_exception_is_an_error_of_the_datum)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    Worker worker(api, "w1", for_job(job));
    worker.commands.throws = true;
    worker.start();
    EXPECT_TRUE(worker.finish());
    const Json datums = api.get("/jobs/" + job + "/datums").json["datums"];
    EXPECT_EQ(datums[0]["status"], "error");
    EXPECT_EQ(datums[0]["error_message"], "thrown by the runner");
}

TEST(RemoteWorker, a_cancel_stops_the_command_at_once)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    Worker worker(api, "w1", for_job(job));
    worker.commands.hold = true;
    worker.start();
    api.run_until([&] { return worker.commands.started == 1; });
    api.post("/jobs/" + job + "/cancel");
    EXPECT_TRUE(worker.finish());
    EXPECT_EQ(api.get("/jobs/" + job).json["job"]["status"], "canceled");
}

TEST(RemoteWorker, a_stop_gives_the_datum_back_without_using_up_a_try)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    RemoteWorker::Options options = for_job(job);
    options.grace = 10ms;
    options.prefetch = RemoteWorker::Prefetch::on;
    Worker worker(api, "w1", options);
    worker.commands.hold = true;
    worker.start();
    api.run_until([&] { return worker.commands.started == 1; });
    worker.worker->stop();
    EXPECT_TRUE(worker.finish());
    const Json datums = api.get("/jobs/" + job + "/datums").json["datums"];
    for (const Json& datum : datums) {
        EXPECT_EQ(datum["status"], "ready");
        EXPECT_EQ(datum["attempted_run_count"], 0) << datum;
    }
}

TEST(RemoteWorker, what_runs_may_end_within_the_grace_period)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    Worker worker(api, "w1", for_job(job));
    worker.commands.hold = true;
    worker.start();
    api.run_until([&] { return worker.commands.started == 1; });
    worker.worker->stop();
    worker.commands.release();
    EXPECT_TRUE(worker.finish());
    EXPECT_EQ(api.get("/jobs/" + job).json["job"]["datums"]["done"], 1);
    EXPECT_EQ(worker.commands.started, 1);
}

TEST(RemoteWorker, an_idle_one_stops_at_once)
{
    ApiFixture api;
    Worker worker(api, "w1");
    worker.start();
    api.settle();
    worker.worker->stop();
    EXPECT_TRUE(worker.finish());
}

TEST(RemoteWorker, an_unknown_job_is_an_error)
{
    ApiFixture api;
    Worker worker(api, "w1", for_job("nothing"));
    worker.start();
    const Result<void> end = worker.finish();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, Errc::not_found);
}

TEST(RemoteWorker, two_datums_that_write_one_name_are_told_apart)
{
    ApiFixture api;
    api.directory.put("in/a/same.txt", "1");
    api.directory.put("in/b/same.txt", "2");
    Json body = Json::object();
    body["job"] = api.spec(0);
    body["job"]["datum_tries"] = 1;
    const std::string job = api.post("/jobs", body).json["job"]["id"];
    Worker worker(api, "w1", for_job(job));
    worker.start();
    EXPECT_TRUE(worker.finish());
    const Json datums = api.get("/jobs/" + job + "/datums").json["datums"];
    EXPECT_EQ(datums[0]["status"], "done");
    EXPECT_EQ(datums[1]["status"], "error");
    const std::string error = datums[1]["error_message"];
    EXPECT_NE(error.find("same.txt"), std::string::npos) << error;
    EXPECT_NE(error.find(datums[0]["id"].get<std::string>()), std::string::npos) << error;
    EXPECT_EQ(read_file(api.directory / "out/same.txt"), "1");
}

Async<Response> speak_another_protocol(const Request&)
{
    Response response = json_response(200, Json::object());
    response.headers.add("Sluice-Protocol", "7");
    co_return response;
}

Async<Response> be_something_else(const Request&)
{
    co_return json_response(200, Json::object());
}

Result<ApiClient::Answer> ask(asio::io_context& loop, const std::string& url, std::string path)
{
    auto client = std::move(ApiClient::make(loop.get_executor(), {url, ""}).value());
    ApiClient::Call call;
    call.path = std::move(path);
    return await(loop, client->ask(std::move(call)));
}

TEST(ApiClient, servers_of_another_protocol_or_kind_are_refused)
{
    asio::io_context loop;
    Router router;
    router.add({.pattern = "/other", .handle = speak_another_protocol});
    router.add({.pattern = "/else", .handle = be_something_else});
    ServerFixture fixture(loop, std::move(router));
    const Result<ApiClient::Answer> other = ask(loop, fixture.url(""), "/other");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::invalid);
    EXPECT_NE(other.error().detail.find("protocol 7"), std::string::npos);
    const Result<ApiClient::Answer> something = ask(loop, fixture.url(""), "/else");
    ASSERT_FALSE(something);
    EXPECT_NE(something.error().detail.find("not as a server of sluice"), std::string::npos);
}

TEST(ApiClient, errors_of_the_server_keep_their_meaning_and_details)
{
    ApiFixture api;
    EXPECT_EQ(ask(api.loop, api.url(""), "/jobs/none").error().code, Errc::not_found);
    auto client = std::move(ApiClient::make(api.loop.get_executor(), {api.url("/"), ""}).value());
    ApiClient::Call call;
    call.method = Method::post;
    call.path = "/jobs";
    call.json = Json{{"job", Json::object()}};
    const Result<ApiClient::Answer> refused = await(api.loop, client->ask(std::move(call)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_NE(refused.error().detail.find("transform: is required; "), std::string::npos)
        << refused.error().detail;
}

TEST(ApiClient, a_server_that_is_away_is_named)
{
    asio::io_context loop;
    const Result<ApiClient::Answer> answer = ask(loop, "http://127.0.0.1:1", "/version");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_TRUE(answer.error().detail.starts_with("server 'http://127.0.0.1:1': "));
    EXPECT_FALSE(ApiClient::make(loop.get_executor(), {"localhost:8085", ""}));
    EXPECT_EQ(url_part("a b/ü"), "a%20b%2F%C3%BC");
}

} // namespace

} // namespace sluice::remote_worker_test
