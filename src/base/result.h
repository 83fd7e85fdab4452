// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sluice {

// Every expected way in which an operation can go wrong. Adding one needs a caller that acts on it.
enum class Errc : std::uint8_t {
    not_found,
    conflict, // the state is not what the request assumes (a stale attempt, a taken name)
    invalid,  // bad input; the detail names the field, the value and what is accepted
    unauthorized,
    unavailable, // the outside world (database, server, disk) is away; may be retried
    timed_out,   // may be retried
    overloaded,  // a limit of ours is reached; may be retried later
    corrupt,     // stored data is not what the program wrote
};

struct Error {
    Errc code = Errc::invalid;
    std::string detail; // for people and logs: lower case, no full stop, names quoted; never parsed

    friend bool operator==(const Error&, const Error&) = default;
};

// A value or an expected Error. Exceptions mean a bug, exhausted resources or cancellation.
template <class T>
using Result = boost::system::result<T, Error>;

// What `Result::value()` throws when it holds an Error: asking without checking is a bug.
class UncheckedError : public std::logic_error {
public:
    explicit UncheckedError(const Error& error) : std::logic_error(error.detail) {}
};

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

// The word of an error code, as it stands in JSON and logs: "not_found", "conflict", …
std::string_view name(Errc code);

// True for the codes after which the same call may succeed: unavailable, timed_out, overloaded.
bool is_retryable(Errc code);

// The error with `context` in front: "context: detail".
Error with_context(std::string_view context, Error error);

} // namespace sluice
