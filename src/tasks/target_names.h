// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "model/task/task_request.h"
#include "net/guard/address_guard.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// A URL of a request, and where it stands.
struct TargetPlace {
    std::string path; // "tasks[1].on_success[0].params"
    const std::string* url = nullptr;
};

// Looks up where the names in webhooks lead when they are given, each name once in a while. What
// counts is the address that is connected to; this tells users early. Lives on the loop; the guard
// outlives it.
class TargetNames {
public:
    explicit TargetNames(const AddressGuard& guard) : guard_(guard) {}

    // What the guard refuses, at the place of each action that names it.
    Async<std::vector<Problem>> check(const std::vector<TaskRequest>& tasks);
    Async<std::vector<Problem>> check(const Action& action);

private:
    using Clock = std::chrono::steady_clock;
    struct Verdict {
        std::optional<std::string> refusal;
        Clock::time_point until;
    };

    Async<std::vector<Problem>> check(std::vector<TargetPlace> places);
    Async<std::optional<std::string>> refusal_of(std::string name);

    const AddressGuard& guard_;
    std::map<std::string, Verdict, std::less<>> verdicts_;
};

} // namespace sluice
