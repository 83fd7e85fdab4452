// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.h"
#include "workflows/followed_run.h"

#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <string>

namespace sluice::python {

// What Python knows as Run. The GIL guards what is kept.
class Run {
public:
    explicit Run(FollowedRunPtr run) : run_(std::move(run)) {}
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    const std::string& id() const { return run_->id(); }
    bool wait(std::int64_t timeout_ms);
    std::string status();
    void cancel(const std::string& reason);
    std::string members();
    std::string initial_context();
    std::string final_context();
    std::optional<std::string> output(const std::string& task_id);

private:
    void check() const;
    bool is_final(); // and known here
    SharedReport report();

    Birthplace born_;
    FollowedRunPtr run_;
    SharedReport final_; // once it is known
    std::optional<std::string> final_context_;
};

void add_run(pybind11::module_& module);

} // namespace sluice::python
