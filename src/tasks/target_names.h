// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "model/task/task_request.h"
#include "net/guard/address_guard.h"
#include "net/guard/host_check.h"

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
    explicit TargetNames(const AddressGuard& guard, HostCheckOptions options = {})
        : guard_(guard), options_(std::move(options))
    {}

    // What the guard refuses, at the place of each action that names it. All names are asked for at
    // once, within the limit of one; what is not known then is accepted.
    Async<std::vector<Problem>> check(const std::vector<TaskRequest>& tasks);
    Async<std::vector<Problem>> check(const Action& action);

private:
    using Clock = std::chrono::steady_clock;
    struct Verdict {
        std::optional<std::string> refusal;
        Clock::time_point until;
    };

    using Refusals = std::map<std::string, std::optional<std::string>, std::less<>>;

    Async<std::vector<Problem>> check(std::vector<TargetPlace> places);
    std::string name_at(const TargetPlace& place) const; // empty: none to be looked up
    Async<void> look_up(Refusals& refusals);             // of its names
    Async<void> look_up_one(Refusals::value_type& refusal);

    const AddressGuard& guard_;
    HostCheckOptions options_;
    std::map<std::string, Verdict, std::less<>> verdicts_;
};

} // namespace sluice
