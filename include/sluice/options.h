// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/export.h"

#include <chrono>
#include <memory>
#include <string>

namespace sluice::client {

class HttpPool;

// Connections to servers, kept open for the next requests. A copy shares them: a target of many
// tasks gives the same to all its handles. Any number of threads may use it at the same time.
class SLUICE_API Connections {
public:
    Connections();

private:
    friend class Sender;
    std::shared_ptr<HttpPool> pool_;
};

// A request is tried up to `tries` times, the first one included: when the server has too much to
// do, and when the connection breaks and a repetition can do no harm. Before the second try it
// waits up to `delay_initial`, which doubles up to ten seconds, or as long as the server asks for;
// who is asked to wait for more than a minute is told so instead (Unavailable).
struct Options {
    std::string api_key = {};
    std::chrono::milliseconds timeout{30'000}; // for each try, from connecting to the last byte
    int tries = 6;
    std::chrono::milliseconds delay_initial{200};
    std::string ca_file = {}; // PEM, instead of the system's certificate authorities
    Connections connections = Connections();
};

} // namespace sluice::client
