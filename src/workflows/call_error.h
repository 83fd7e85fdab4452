// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What a program that embeds the engine is told: an Error, or that its Runner is not there for it.
struct CallError {
    enum class Kind : std::uint8_t {
        invalid,
        not_found,
        conflict,
        unavailable,
        overloaded,
        closed, // the Runner was shut down
        forked, // it belongs to the process that this one was forked from
        broken, // it has found a fault in itself, and stopped
    };
    Kind kind = Kind::invalid;
    std::string text;                       // one line, for people
    std::vector<std::string> problems = {}; // each alone; empty where `text` says everything

    friend bool operator==(const CallError&, const CallError&) = default;
};

std::string_view name(CallError::Kind kind); // "not_found"

// Unauthorized and corrupt, which no call of a program expects, are broken; a time that ran out is
// unavailable.
CallError to_call_error(Error error);

template <class T>
using CallResult = boost::system::result<T, CallError>;

// What `CallResult::value()` throws when it holds an error: asking without checking is a bug.
[[noreturn]] void throw_exception_from_error(const CallError& error, const boost::source_location&);

} // namespace sluice
