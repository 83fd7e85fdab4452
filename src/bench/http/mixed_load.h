// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/http_fixture.h"
#include "bench/http/mixed_figures.h"
#include "bench/http/mixed_tasks.h"
#include "bench/http/starts.h"

#include <optional>
#include <string>
#include <unordered_set>

namespace sluice::bench {

// The clients and targets of http-mixed. Lives on the loop.
class MixedLoad {
public:
    struct Plan {
        std::int64_t rate = 0; // tasks a second; 0: as many as there can be
        std::chrono::seconds time{60};
        std::int64_t batch = 100;
        std::int64_t posters = 4;
        std::int64_t reporters = 64;
        std::string progress; // a file; empty: none
    };

    MixedLoad(HttpFixture& fixture, Plan plan);

    // Returns when all that was posted has ended. Errors: unavailable, invalid (an answer that
    // nobody wanted), timed_out (what was posted does not end).
    Async<Result<void>> run();

    std::int64_t ended() const { return ended_; }
    double seconds() const { return seconds_; } // for which it posted

private:
    Result<void> listen();
    Async<Result<void>> create_schedule();
    Async<void> run_callers(std::int64_t count, HttpFixture::Caller caller);
    Async<Result<void>> post_on(Client& client);
    Async<Result<void>> report_on(Client& client, Starts& starts);
    Async<Result<void>> end_task(Client& client, const std::string& task, bool fails);
    Async<Result<void>> list_on(Client& client);
    Async<Result<void>> call(Client& client, const char* what, std::string request, int expected);
    Async<void> tell();
    Async<void> finish();

    bool is_over() const;
    SteadyTime due(std::int64_t posted) const;
    void note_start(const TargetCall& start);
    void write(const Json& line);
    void fail(const Error& error);

    HttpFixture& fixture_;
    const Plan plan_;
    MixedPorts ports_;
    Starts plain_;
    Starts failing_;
    std::unordered_set<std::string> failed_once_;
    MixedFigures figures_;
    SteadyTime begin_ = std::chrono::steady_clock::now();
    std::int64_t posted_ = 0;
    std::int64_t ended_ = 0; // those of the schedule too
    std::int64_t refusals_ = 0;
    double seconds_ = 0;
    std::optional<Error> failed_;
};

} // namespace sluice::bench
