// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/task_scope.h"
#include "async/testing.h"
#include "batch/blob_stores.h"
#include "batch/datum_executor.h"
#include "batch/jobs.h"
#include "engine/engine.h"
#include "exec/process_runner.h"
#include "exec/test_dir.h"
#include "store/store.h"

#include <gtest/gtest.h>

namespace sluice::testing {

// A whole embedded Sluice on a database in memory and a directory of its own: texts to work on
// below "in", results below "out".
class BatchTest : public ::testing::Test {
protected:
    class FixedClock final : public Clock {
    public:
        Time now() const override { return from_micros(1'000'000); }
    };

    BatchTest() { open(":memory:"); }
    ~BatchTest() override { close(); }

    void open(const std::string& url)
    {
        StoreOptions options;
        options.url = url;
        store_ = open_store(loop_.get_executor(), options, Log()).value();
        Engine::Options engine;
        engine.worker_name = "worker-1";
        engine.host = "host-1";
        engine_ = std::make_unique<Engine>(loop_.get_executor(), *store_, engine, Log());
        sweeper_ = std::make_unique<OutputSweeper>(loop_.get_executor(), *store_, blobs_, Log());
        engine_->on_changes([this](const Changes& changes) {
            sweeper_->changed(changes);
            changed_.notify();
        });
        scope_ = std::make_unique<TaskScope>(loop_.get_executor(), Log());
        jobs_ = make_jobs(nullptr);
        await(loop_, engine_->start()).value();
    }

    void close()
    {
        await(loop_, engine_->stop(std::chrono::seconds(0)));
        scope_->cancel();
        await(loop_, scope_->join());
        jobs_.reset();
        executor_.reset();
        runner_.reset();
        engine_.reset();
        sweeper_.reset();
        store_.reset();
    }

    std::unique_ptr<Jobs> make_jobs(Random* random)
    {
        Jobs::Options options;
        options.log_directory = dir_ / "logs";
        options.secrets_directory = dir_ / "secrets";
        options.random = random;
        return std::make_unique<Jobs>(*engine_, blobs_, *sweeper_, threads_, options);
    }

    // Starts to run datums, `capacity` at a time.
    void serve(std::size_t capacity = 1)
    {
        Dispatcher::Options dispatcher;
        dispatcher.queues = {"job/*"};
        dispatcher.capacity = capacity;
        serve(std::move(dispatcher));
    }

    void serve(Dispatcher::Options dispatcher)
    {
        DatumRunner::Options options;
        options.work_directory = dir_ / "work";
        options.log_directory = dir_ / "logs";
        options.secrets_directory = dir_ / "secrets";
        options.node_name = "host-1";
        options.pod_name = "worker-1";
        options.base_env = process_environment();
        options.grace = std::chrono::milliseconds(200);
        options.forward = [this](OutputStream, std::string_view) {
            asio::post(loop_, [this] { printed_.notify(); });
        };
        runner_ = std::make_unique<DatumRunner>(blobs_, *commands_, threads_, options, Log());
        executor_ =
            std::make_unique<DatumExecutor>(loop_.get_executor(), *store_, *sweeper_, *runner_);
        await(loop_, engine_->serve(dispatcher, *executor_)).value();
        scope_->spawn(sweeper_->run());
    }

    Json atom(std::string_view folder, std::string_view glob) const
    {
        Json json;
        json["atom"]["URI"] = "file://" + percent_encode(dir_ / folder);
        json["atom"]["repo"] = std::string(folder);
        json["atom"]["glob"] = glob;
        return json;
    }

    Json pipeline(std::string script, Json input) const
    {
        Json json;
        json["pipeline"]["name"] = "Test_Job";
        json["transform"]["cmd"] = {"sh", "-c", std::move(script)};
        json["transform"]["image"] = "none";
        json["parallelism_spec"]["constant"] = 2;
        json["resource_requests"] = {{"memory", "64Mi"}, {"cpu", 1}};
        json["input"] = std::move(input);
        json["egress"]["URI"] = "file://" + percent_encode(dir_ / "out");
        return json;
    }

    Judged<Jobs::Created> create(Json spec)
    {
        Jobs::NewJob request;
        request.spec = std::move(spec);
        request.actor = "ann";
        return await(loop_, jobs_->create(std::move(request)));
    }

    // The problems of a spec that must not make a job, one per line.
    std::string refusal(Json spec)
    {
        const Judged<Jobs::Created> created = create(std::move(spec));
        return created ? "accepted" : to_error(created.error()).detail;
    }

    // Creates a job and waits for its end and for what its failed attempts left.
    Job finish(Json spec)
    {
        const Judged<Jobs::Created> created = create(std::move(spec));
        if (!created)
            throw std::logic_error(to_error(created.error()).detail);
        return finished(created->job.id);
    }

    Job finished(const std::string& id)
    {
        Job job = await(loop_, jobs_->wait(id, std::chrono::minutes(2))).value();
        await(loop_, sweeper_->run_once()).value();
        return job;
    }

    std::vector<Datum> datums(const Job& job)
    {
        return await(loop_, jobs_->datums(job.id, {})).value();
    }

    std::vector<std::string> local_paths(const Datum& datum)
    {
        std::vector<std::string> paths;
        for (const InputFile& file :
             await(loop_, jobs_->describe_datum(datum.id)).value().input_files)
            paths.push_back(file.local_path);
        return paths;
    }

    // The files below "out" with their contents.
    std::map<std::string, std::string> results() const
    {
        std::map<std::string, std::string> found;
        const std::filesystem::path root = dir_ / "out";
        if (!std::filesystem::exists(root))
            return found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
            if (entry.is_regular_file())
                found[entry.path().lexically_relative(root)] = read_file(entry.path());
        return found;
    }

    TestDir dir_;
    FixedClock clock_;
    asio::io_context loop_;
    Signal printed_{loop_.get_executor()}; // by a command
    Signal changed_{loop_.get_executor()}; // by a commit
    WorkerThreads threads_{loop_.get_executor(), "test", 4};
    OneBlobStore blobs_{make_local_blobs(threads_)};
    std::unique_ptr<Store> store_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<OutputSweeper> sweeper_;
    std::unique_ptr<TaskScope> scope_;
    std::unique_ptr<CommandRunner> commands_{make_process_runner(threads_, clock_)};
    std::unique_ptr<DatumRunner> runner_;
    std::unique_ptr<DatumExecutor> executor_;
    std::unique_ptr<Jobs> jobs_;
};

} // namespace sluice::testing
