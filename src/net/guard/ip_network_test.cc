// SPDX-License-Identifier: Apache-2.0
#include "net/guard/ip_network.h"

#include <gtest/gtest.h>

namespace sluice::ip_network_test {

TEST(IpNetwork, contains_the_addresses_that_begin_with_its_bits)
{
    const auto contains = [](std::string_view network, std::string_view address) {
        return parse_network(network).value().contains(parse_address(address).value());
    };
    EXPECT_TRUE(contains("172.16.0.0/12", "172.16.0.0"));
    EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
    EXPECT_TRUE(contains("172.16.0.0/12", "::ffff:172.16.0.1"));
    EXPECT_FALSE(contains("172.16.0.0/12", "172.15.255.255"));
    EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
    EXPECT_TRUE(contains("fc00::/7", "fdff::1"));
    EXPECT_FALSE(contains("fc00::/7", "fe00::1"));
    EXPECT_TRUE(contains("10.0.0.1", "10.0.0.1"));
    EXPECT_FALSE(contains("10.0.0.1/32", "10.0.0.2"));
    EXPECT_TRUE(contains("0.0.0.0/0", "255.0.0.1"));
    EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
    EXPECT_TRUE(contains("::/0", "::1"));
    EXPECT_FALSE(contains("::/0", "10.0.0.1"));
}

TEST(IpNetwork, is_refused_when_it_is_not_cidr)
{
    for (const char* text :
         {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8",
          "10/8", "10.0.0.1/8", "::1/127", "fd00::/129", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0",
          "[::1]", "[::1]/128", "localhost", "localhost/8", "10.0.0.0/99999999999"}) {
        const Result<IpNetwork> network = parse_network(text);
        ASSERT_TRUE(network.has_error()) << text;
        EXPECT_EQ(network.error().code, Errc::invalid) << text;
    }
}

} // namespace sluice::ip_network_test
