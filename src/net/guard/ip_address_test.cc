// SPDX-License-Identifier: Apache-2.0
#include "net/guard/ip_address.h"

#include "base/random.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace sluice::ip_address_test {

TEST(IpAddress, is_read_in_its_usual_notation)
{
    EXPECT_EQ(parse_address("10.1.2.255"), make_ipv4(0x0a0102ff));
    EXPECT_EQ(parse_address("::ffff:10.1.2.255"), make_ipv4(0x0a0102ff));
    EXPECT_EQ(parse_address("::ffff:a01:2ff"), make_ipv4(0x0a0102ff));
    EXPECT_EQ(parse_address("::1")->bytes[15], 1);
    EXPECT_EQ(parse_address("FE80::1")->bytes[0], 0xfe);
    EXPECT_TRUE(parse_address("0.0.0.0")->is_v4());
    for (const char* text : {"::10.1.2.255", "::ff00:a01:2ff", "::ff:a01:2ff", "1::ffff:a01:2ff"})
        EXPECT_FALSE(parse_address(text)->is_v4()) << text;
    const std::vector<std::string> cases{
        "",           "10",  "127.1",       "010.0.0.1", "0x7f.0.0.1",
        "1.2.3.4.5",  ":::", "[::1]",       "::1%lo",    "1.2.3.256",
        " 127.0.0.1", "::g", "10.0.0.1/32", "localhost", std::string("127.0.0.1\0x", 11)};
    for (const std::string& text : cases)
        EXPECT_EQ(parse_address(text), std::nullopt) << text;
}

TEST(LooseIpv4, is_read_in_every_notation_of_c)
{
    for (const char* text :
         {"127.0.0.1", "2130706433", "0x7f.1", "0x7f000001", "0X7F.0.1", "017700000001", "127.1",
          "0177.0.0.1", "127.0.1", "0x7f.0x0.0x0.0x1", "00000177.0.0.000001"})
        EXPECT_EQ(parse_loose_ipv4(text), make_ipv4(0x7f000001)) << text;
    EXPECT_EQ(parse_loose_ipv4("4294967295"), make_ipv4(0xffffffff));
    EXPECT_EQ(parse_loose_ipv4("0"), make_ipv4(0));
    for (const char* text :
         {"", ".", "1.", ".1", "1..2", "0x", "08", "256.0.0.1", "1.2.3.256", "1.2.65536",
          "1.16777216", "4294967296", "1.2.3.4.5", "1.2.3.4.0", "a", "-1", "+1", "1.2.3.4a",
          "0x1g"})
        EXPECT_EQ(parse_loose_ipv4(text), std::nullopt) << text;
}

TEST(LooseIpv4, is_what_inet_aton_reads)
{
    constexpr std::uint64_t seed = 20250611;
    SeededRandom random(seed);
    int accepted = 0;
    for (int round = 0; round < 50'000; ++round) {
        const std::string text = random_text(random, "00112789.. xXaf", 1 + random.next() % 10);
        if (text.find(' ') != std::string::npos)
            continue; // inet_aton stops there
        in_addr expected{};
        const bool valid = inet_aton(text.c_str(), &expected) != 0;
        const std::optional<IpAddress> read = parse_loose_ipv4(text);
        ASSERT_EQ(read.has_value(), valid) << text << ", seed " << seed;
        const IpAddress wanted = make_ipv4(ntohl(expected.s_addr));
        ASSERT_EQ(read.value_or(wanted), wanted) << text << ", seed " << seed;
        accepted += valid;
    }
    EXPECT_GT(accepted, 3'000);
}

TEST(SocketAddress, is_read_for_both_families_and_no_other)
{
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(0x0a000001);
    EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(v4)), make_ipv4(0x0a000001));

    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(v6)), parse_address("::1"));

    sockaddr other{};
    other.sa_family = AF_UNIX;
    EXPECT_EQ(address_of(other), std::nullopt);
}

} // namespace sluice::ip_address_test
