// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

#include <memory>
#include <unordered_map>

namespace sluice {

class BodyPump;

// libcurl's multi interface driven by the event loop: libcurl says which of its sockets and when
// its timers are of interest, we tell it what has happened. Lives on the loop thread.
class CurlLoop {
public:
    explicit CurlLoop(asio::any_io_executor executor);
    ~CurlLoop(); // no transfer may be running any more
    CurlLoop(const CurlLoop&) = delete;
    CurlLoop& operator=(const CurlLoop&) = delete;

    CURLM* multi() { return multi_; }

    // Runs one prepared handle to its end. When the caller is cancelled, the transfer is removed.
    // libcurl's callbacks run on the loop, outside of the waiting coroutine.
    Async<CURLcode> perform(CURL* easy);

    // The same with a body that goes through `pump`: its sink may let the transfer wait, and when
    // it wants no more the transfer is removed: CURLE_OK.
    Async<CURLcode> perform(CURL* easy, BodyPump& pump);

private:
    class Transfer;
    struct Watched;

    static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watched);
    static int on_timer(CURLM* multi, long timeout_ms, void* self);

    void watch(curl_socket_t socket, int what);
    void wait(const std::shared_ptr<Watched>& watched, asio::posix::stream_descriptor::wait_type);
    void act(curl_socket_t socket, int events);
    void finish_transfers();

    asio::any_io_executor executor_;
    asio::steady_timer timer_;
    CURLM* multi_ = nullptr;
    std::shared_ptr<int> alive_ = std::make_shared<int>(); // an expired timer may fire after us
    std::unordered_map<curl_socket_t, std::shared_ptr<Watched>> watched_;
};

} // namespace sluice
