// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/guarded.h"
#include "sdk/exchange.h"

#include <chrono>
#include <memory>

namespace sluice::client {

// How a request is sent, beside what it says.
struct Sending {
    std::string url;
    Headers headers;
    std::chrono::milliseconds timeout;
    std::string ca_file; // empty: the system's
};

// Handles of libcurl, each with the connections that it keeps open. A handle serves one request at
// a time; whoever finds none free makes another. Safe from any thread.
class HttpPool {
public:
    HttpPool();
    ~HttpPool();
    HttpPool(const HttpPool&) = delete;
    HttpPool& operator=(const HttpPool&) = delete;

    // Blocks until there is an answer, or none can come. Redirects are not followed: keys stay
    // where they are. Throws an Error when the answer is larger than any that makes sense.
    Reply perform(const Request& request, const Sending& sending);

private:
    struct FreeHandle {
        void operator()(void* easy) const;
    };
    using Handle = std::unique_ptr<void, FreeHandle>;

    Handle take();
    void give_back(Handle handle);

    Guarded<std::vector<Handle>> idle_;
};

} // namespace sluice::client
