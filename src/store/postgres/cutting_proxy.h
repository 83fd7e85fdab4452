// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace sluice::testing {

// Stands between a client and a PostgreSQL server on 127.0.0.1, and cuts the connection when told.
class CuttingProxy {
public:
    // `url` as ScratchDatabase::tcp_url().
    explicit CuttingProxy(const std::string& url);
    ~CuttingProxy();
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    const std::string& url() const { return url_; }

    // What the client sends still arrives; the connection that the server answers on next is cut
    // instead.
    void swallow_next_answer() { swallow_ = true; }

private:
    void accept_clients();
    void carry(int client);
    bool forward(int from, int to);

    int server_port_ = 0;
    int listener_ = -1;
    int stop_[2] = {-1, -1}; // a pipe, readable at the end
    std::string url_;
    std::atomic<bool> swallow_{false};
    std::thread acceptor_;
    std::vector<std::thread> carriers_; // of the acceptor
};

} // namespace sluice::testing
