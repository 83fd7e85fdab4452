// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/with_stop.h"
#include "blob/bucket_store.h"

#include <optional>

namespace sluice {

// How long to go on with one request that fails. Lives in the frame of its caller.
class Patience {
public:
    // `stop` may be null.
    Patience(const BucketParts& parts, StopEvent* stop) : parts_(parts), stop_(stop) {}

    // Waits until the request may be tried again. False: the error is the result, because another
    // try would end likewise, because it has failed for too long, or because of a stop.
    Async<bool> wait_after(Error error);

    // The request got on: its next failure counts as the first.
    void reset();

    // The error, with the number of tries when there were several.
    Error last_error(Error error) const;

private:
    bool is_worth_a_try(const Error& error);

    const BucketParts& parts_;
    StopEvent* stop_;
    int failures_ = 0;
    int mismatches_ = 0; // of checksums
    std::optional<Time> first_failure_;
};

inline Error stopped_error()
{
    return {Errc::conflict, "the transfer was stopped"};
}

// The operation, or a conflict when `stop` (may be null) is requested before or meanwhile.
template <class T>
Async<Result<T>> unless_stopped(Async<Result<T>> operation, StopEvent* stop)
{
    if (!stop)
        co_return co_await std::move(operation);
    if (stop->requested())
        co_return stopped_error();
    std::optional<Result<T>> result = co_await with_stop(std::move(operation), *stop);
    if (!result)
        co_return stopped_error();
    co_return std::move(*result);
}

// Sends a request again and again until it succeeds or its error is final. `make` is a plain
// function that gives an Async<Result<T>>; each request is a new one.
template <class Make>
std::invoke_result_t<Make&> retry_request(const BucketParts& parts, StopEvent* stop, Make make)
{
    Patience patience(parts, stop);
    for (;;) {
        std::invoke_result_t<Make&> request = make();
        auto result = co_await unless_stopped(std::move(request), stop);
        if (result)
            co_return result;
        Error error = result.error();
        const bool again = co_await patience.wait_after(error);
        if (!again)
            co_return patience.last_error(std::move(error));
    }
}

} // namespace sluice
