// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "attempt.h"
#include "errors.h"
#include "workflows/pending.h"

#include <functional>
#include <memory>
#include <utility>

namespace sluice::python {

// For what the loop does at once: the answer, or what is wrong as an exception.
template <class T>
T answer_of(const PendingPtr<T>& pending)
{
    const Wait wait = [&pending](Micros limit) { return pending->wait_for(limit); };
    if (!pending->is_answered() && wait_until(wait, {}) == Waited::raised)
        raise_what_is_set();
    return value_of(pending->get());
}

// The same of what blocks the thread that does it: one of its own, so that signals are seen. Who
// leaves in between leaves it the result, which is destroyed there.
template <class T>
T answer_aside(std::function<CallResult<T>()> work)
{
    const auto pending = std::make_shared<Pending<T>>();
    const auto answer = [pending, work = std::move(work)] {
        try {
            pending->answer(work());
        } catch (const std::exception& error) {
            pending->answer(CallError{.kind = CallError::Kind::broken, .text = error.what()});
        }
    };
    if (!aside(answer))
        raise({.kind = CallError::Kind::overloaded, .text = "the system has no more threads"});
    const Wait wait = [&pending](Micros limit) { return pending->wait_for(limit); };
    if (wait_until(wait, {}) == Waited::raised) {
        aside([pending] { pending->wait(); });
        raise_what_is_set();
    }
    return value_of(pending->get());
}

} // namespace sluice::python
