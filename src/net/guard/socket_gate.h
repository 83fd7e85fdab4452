// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/guard/address_guard.h"

#include <curl/curl.h>

namespace sluice {

// Opens the sockets of one transfer, to addresses that the guard allows. libcurl asks for each
// socket with the address that it is about to connect to, so no name server can answer differently
// in between. A connection that is used again has passed when it was opened.
class SocketGate {
public:
    // `guard` outlives this, and this the transfer.
    SocketGate(const AddressGuard& guard, CURL* easy);
    SocketGate(const SocketGate&) = delete;
    SocketGate& operator=(const SocketGate&) = delete;

    // What the refused address is; nothing when the guard allowed one, whatever came of it then.
    std::optional<std::string_view> refusal() const;

private:
    static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
    curl_socket_t open(const curl_sockaddr& address);

    const AddressGuard& guard_;
    std::optional<std::string_view> refused_;
    bool has_allowed_ = false;
};

} // namespace sluice
