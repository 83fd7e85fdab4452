// SPDX-License-Identifier: Apache-2.0
// Runners on databases of tests.
#pragma once

#include "exec/test_dir.h"
#include "sluice/runner.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <utility>

namespace sluice::workflows {

// A file that is gone after the test.
struct Database {
    sluice::testing::TestDir directory;
    std::string url = "sqlite://" + directory / "workflows.db";
};

// Opened once; whoever waits at it goes on then.
class Latch {
public:
    void open() { opened_.set_value(); }
    void wait() const { open_.wait(); }

private:
    std::promise<void> opened_;
    std::shared_future<void> open_ = opened_.get_future().share();
};

inline Workflow workflow_of(Body body, TaskOptions options = {})
{
    return WorkflowBuilder("only").task("work", std::move(body), std::move(options)).build();
}

// Tries that follow each other at once.
inline Retry tries(int count)
{
    return {
        .max_attempts = count,
        .backoff = Backoff::fixed(),
        .initial_delay = std::chrono::milliseconds(0),
        .jitter = false};
}

// The kind of the error that `call` throws; fails the test when there is none.
template <class Call>
Error::Kind kind_of_error(Call call)
{
    try {
        call();
    } catch (const Error& error) {
        return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return Error::Kind::broken;
}

} // namespace sluice::workflows
