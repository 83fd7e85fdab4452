// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/exchange.h"
#include "sluice/options.h"

#include <memory>

namespace sluice::client {

// Sends calls to one server. Nothing in it changes, and its pool has a lock of its own: any number
// of threads may use it at the same time.
class Sender {
public:
    // `query` goes with each request: the token of a handle stands there. Throws
    // std::invalid_argument.
    Sender(std::string_view base_url, std::string query, const Options& options);

    // The answer that the call accepts. Throws an Error.
    Answer send(const Call& call) const;

private:
    std::string url(const Request& request) const;
    Reply perform(const Request& request) const;

    std::string base_url_;
    std::string query_;
    Options options_;
    std::shared_ptr<HttpPool> pool_;
};

} // namespace sluice::client
