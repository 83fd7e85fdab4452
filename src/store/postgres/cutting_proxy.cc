// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/cutting_proxy.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::testing {

namespace {

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int connect_to(int port)
{
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return server;
    ::close(server);
    return -1;
}

} // namespace

CuttingProxy::CuttingProxy(const std::string& url)
{
    const std::size_t colon = url.rfind(':');
    server_port_ = std::stoi(url.substr(colon + 1));
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 8) != 0 || ::pipe(stop_) != 0)
        throw std::runtime_error("no port for the proxy");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    const std::string database = url.substr(url.find('/', colon));
    url_ = fmt::format("{}:{}{}", url.substr(0, colon), ntohs(address.sin_port), database);
    acceptor_ = std::thread([this] { accept_clients(); });
}

CuttingProxy::~CuttingProxy()
{
    ::close(stop_[1]);
    acceptor_.join();
    ::close(stop_[0]);
    ::close(listener_);
}

void CuttingProxy::accept_clients()
{
    for (;;) {
        pollfd ready[] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
        ::poll(ready, 2, -1);
        if (ready[1].revents != 0)
            break;
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client >= 0)
            carriers_.emplace_back([this, client] { carry(client); });
    }
    for (std::thread& carrier : carriers_)
        carrier.join();
}

void CuttingProxy::carry(int client)
{
    const int server = connect_to(server_port_);
    bool open = server >= 0;
    while (open) {
        pollfd ready[] = {{client, POLLIN, 0}, {server, POLLIN, 0}, {stop_[0], POLLIN, 0}};
        ::poll(ready, 3, -1);
        if (ready[2].revents != 0)
            break;
        if (ready[0].revents != 0)
            open = forward(client, server);
        if (open && ready[1].revents != 0)
            open = !swallow_.exchange(false) && forward(server, client);
    }
    ::close(client);
    ::close(server);
}

bool CuttingProxy::forward(int from, int to)
{
    char buffer[65536];
    const ssize_t count = ::recv(from, buffer, sizeof buffer, 0);
    return count > 0 && ::send(to, buffer, static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
}

} // namespace sluice::testing
