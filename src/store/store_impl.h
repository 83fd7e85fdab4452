// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/store.h"

namespace sluice {

// A read that waits for a reader thread. It owns itself: who awaits it may go on without it.
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

// What users hear of a database that is silent.
inline Error no_answer()
{
    return {Errc::unavailable, "the database does not answer"};
}

template <class Body>
Async<Result<std::invoke_result_t<Body&, Reads&>>> Store::read(Body body)
{
    const auto job = std::make_shared<ReadOf<Body>>(std::move(body));
    co_await run_read_job(job);
    if (job->is_given_up())
        co_return no_answer();
    co_return std::move(job->reply);
}

} // namespace sluice
