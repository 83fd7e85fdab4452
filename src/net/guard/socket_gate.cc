// SPDX-License-Identifier: Apache-2.0
#include "net/guard/socket_gate.h"

#include "base/assert.h"

#include <sys/socket.h>

namespace sluice {

SocketGate::SocketGate(const AddressGuard& guard, CURL* easy) : guard_(guard)
{
    SLUICE_ASSERT(
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &SocketGate::on_open) == CURLE_OK
    );
    SLUICE_ASSERT(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this) == CURLE_OK);
}

std::optional<std::string_view> SocketGate::refusal() const
{
    return has_allowed_ ? std::nullopt : refused_;
}

curl_socket_t SocketGate::on_open(void* self, curlsocktype, curl_sockaddr* address)
{
    return static_cast<SocketGate*>(self)->open(*address);
}

// After a refusal libcurl goes on with the name's next address.
curl_socket_t SocketGate::open(const curl_sockaddr& address)
{
    const std::optional<IpAddress> ip = address_of(address.addr);
    const std::optional<std::string_view> kind =
        ip ? guard_.refuse_address(*ip) : "an address of an unknown family";
    if (kind) {
        refused_ = kind;
        return CURL_SOCKET_BAD;
    }
    has_allowed_ = true;
    return socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

} // namespace sluice
