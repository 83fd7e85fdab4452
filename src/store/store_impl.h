// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/store.h"

namespace sluice {

// A read that waits for a reader thread. Stands in the frame of the coroutine that awaits it.
struct ReadJob : Parked {
    virtual void read(Reads& reads) = 0;
    virtual void fail(const Error& error) = 0;

protected:
    ~ReadJob() = default;
};

template <class Body>
struct ReadOf final : ReadJob {
    using Out = std::invoke_result_t<Body&, Reads&>;

    explicit ReadOf(Body given) : body(std::move(given)) {}

    void read(Reads& reads) override
    {
        reply = Result<Out>(boost::system::in_place_value, body(reads));
    }
    void fail(const Error& error) override { reply = error; }

    Body body;
    Result<Out> reply = Error{Errc::unavailable, "not read"};
};

template <class Body>
Async<Result<std::invoke_result_t<Body&, Reads&>>> Store::read(Body body)
{
    ReadOf<Body> job(std::move(body));
    co_await run_read_job(job);
    co_return std::move(job.reply);
}

} // namespace sluice
