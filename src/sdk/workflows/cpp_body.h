// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/workflow.h"
#include "workflows/task_body.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace sluice::workflows {

// What a program says of a task and the engine does not know: functions.
struct CppTask {
    Body body;
    Retry retry = {};
    std::function<void(const Context&)> checkpoint = {};
    std::function<void(const std::string&, const Context&)> on_success = {};
    std::function<void(const std::string&, const std::string&, const Context&)> on_failure = {};
};

// A task in C++: a function, or a coroutine that the works of its attempt go on with.
class CppBody final : public TaskBody {
public:
    explicit CppBody(CppTask task) : task_(std::make_shared<const CppTask>(std::move(task))) {}

    void begin(std::shared_ptr<BodyAttempt> attempt) override;
    void timed_out(const BodyFacts& facts, const std::string& error) override;

private:
    std::shared_ptr<const CppTask> task_;
};

} // namespace sluice::workflows
