// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

namespace sluice {

// What the rules of a card ask, as its metadata is now: to be kept in CardRow::gates. Nothing: it
// has no rules. Throws as counter_of().
std::optional<std::string> gates_of(WriteContext& context, const CardRow& card);

// The rules or the metadata of these live tasks have changed: writes their rules and gates, and
// moves them to where they wait for these now; a lease stays. What they use is written, too. Their
// runs are locked.
void set_gates(WriteContext& context, std::span<CardRow> cards);

} // namespace sluice
