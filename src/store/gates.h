// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rule_rows.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// One rule of a task: a counter and what it may reach.
struct Gate {
    CounterKey counter;
    std::int64_t maximum = 0; // below 0: cannot be passed, for the task lacks what the rule asks

    friend auto operator<=>(const Gate&, const Gate&) = default;
};

// As a card keeps them: [[signature, "key", maximum], …], sorted, each once. Empty: no gates.
std::string format_gates(std::vector<Gate> gates);
std::vector<Gate> parse_gates(std::string_view text);
// What stands in the text when one of its gates counts by the signature.
std::string gates_mark(SignatureId signature);

// Tasks with equal gates stand in one line. By chance two texts may share a number: they share a
// line then, and each task still passes its own gates only.
std::int64_t line_number(const std::optional<std::string>& gates); // 0: no gates

} // namespace sluice
