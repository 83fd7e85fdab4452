// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::bench {

// A task as it is posted. Two tasks of a batch differ in what their webhook sends, as those of
// users do.
struct TaskText {
    std::string id; // within its batch
    std::string name = "a task of a benchmark";
    std::string kind = "bench";
    std::uint16_t port = 0;                          // of the target that starts it
    std::string members = "";                        // more of them: `"priority":1,"delay":3600`
    std::optional<std::int64_t> item = std::nullopt; // what its webhook sends; else its number
};

using MakeTask = std::function<TaskText(std::int64_t number)>;

// It does not start while anything is measured.
inline constexpr std::string_view in_a_year = R"("delay":31536000)";

// A POST of `count` tasks.
std::string post_text(std::int64_t count, const MakeTask& make);

// A report that ends a task well.
std::string success_text(std::string_view task);

} // namespace sluice::bench
