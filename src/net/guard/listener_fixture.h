// SPDX-License-Identifier: Apache-2.0
// For tests: a port of this machine that knows whether somebody has connected to it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

namespace sluice::testing {

class ListenerFixture {
public:
    explicit ListenerFixture(boost::asio::io_context& loop)
        : acceptor_(loop, {boost::asio::ip::make_address("127.0.0.1"), 0})
    {
        acceptor_.non_blocking(true);
    }

    unsigned port() const { return acceptor_.local_endpoint().port(); }

    std::string origin(std::string_view host) const
    {
        return fmt::format("http://{}:{}", host, port());
    }

    bool is_reached()
    {
        boost::system::error_code error;
        const boost::asio::ip::tcp::socket accepted = acceptor_.accept(error);
        return !error;
    }

private:
    boost::asio::ip::tcp::acceptor acceptor_;
};

} // namespace sluice::testing
