// SPDX-License-Identifier: Apache-2.0
#include "net/guard/address_kinds.h"

#include <gtest/gtest.h>

namespace sluice::address_kinds_test {

namespace {

std::string kind(std::string_view address)
{
    return std::string(restricted_kind(parse_address(address).value()).value_or("public"));
}

std::vector<IpAddress> addresses(const std::vector<std::string>& texts)
{
    std::vector<IpAddress> parsed;
    for (const std::string& text : texts)
        parsed.push_back(parse_address(text).value());
    return parsed;
}

std::vector<IpAddress> carried_by(std::string_view address)
{
    return carried_addresses(parse_address(address).value());
}

// The neighbours of a range before and behind it, and its first and last address.
struct Edges {
    const char* before;
    const char* first;
    const char* last;
    const char* behind;
    const char* kind;
};

} // namespace

TEST(RestrictedAddress, is_one_of_a_range_up_to_its_edges)
{
    const std::vector<Edges> ranges{
        {"255.255.255.254", "0.0.0.0", "0.255.255.255", "1.0.0.0", "an unspecified address"},
        {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "a private address"},
        {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0",
         "a carrier-grade NAT address"},
        {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0", "a loopback address"},
        {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0",
         "a link-local address"},
        {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "a private address"},
        {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0", "a reserved address"},
        {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0", "a private address"},
        {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0", "a benchmarking address"},
        {"223.255.255.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "a multicast address"},
        {"239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255",
         "a reserved address"},
        {"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17",
         "a cloud metadata address"},
        {"64:ff9b:0:ffff::", "64:ff9b:1::", "64:ff9b:1:ffff::", "64:ff9b:2::",
         "a NAT64 address of local use"},
        {"2001:1:ffff::", "2001:2::", "2001:2:0:ffff::", "2001:2:1::", "a benchmarking address"},
        {"fbff::", "fc00::", "fdff:ffff::", "fe00::", "a unique-local address"},
        {"fe7f::", "fe80::", "febf:ffff::", "fec0::", "a link-local address"},
        {"febf::", "fec0::", "feff:ffff::", "ff00::", "a site-local address"},
        {"feff::", "ff00::", "ffff:ffff::", "::", "a multicast address"},
    };
    for (const Edges& range : ranges) {
        EXPECT_NE(kind(range.before), range.kind) << range.before;
        EXPECT_EQ(kind(range.first), range.kind) << range.first;
        EXPECT_EQ(kind(range.last), range.kind) << range.last;
        EXPECT_NE(kind(range.behind), range.kind) << range.behind;
    }
    EXPECT_EQ(kind("255.255.255.255"), "a broadcast address");
    EXPECT_EQ(kind("::"), "an unspecified address");
    EXPECT_EQ(kind("::1"), "a loopback address");
}

TEST(RestrictedAddress, is_every_ipv6_address_outside_of_global_unicast)
{
    for (const char* text :
         {"::1:0:0:1", "1::", "100::1", "1fff:ffff::", "4000::", "5f00::1",
          "8000::", "f000::", "fe00::"})
        EXPECT_EQ(kind(text), "a reserved address") << text;
    for (const char* text : {"2000::", "2606:4700:4700::1111", "2a00:1450::1", "3fff:ffff::"})
        EXPECT_EQ(kind(text), "public") << text;
}

TEST(RestrictedAddress, is_seen_in_its_mapped_form)
{
    EXPECT_EQ(kind("::ffff:10.0.0.1"), "a private address");
    EXPECT_EQ(kind("::ffff:7f00:1"), "a loopback address");
    EXPECT_EQ(kind("::ffff:8.8.8.8"), "public");
}

TEST(PublicAddress, is_any_other_also_one_for_documentation)
{
    for (const char* text :
         {"1.1.1.1", "8.8.8.8", "172.32.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1",
          "2001:db8::1", "3fff::1"})
        EXPECT_EQ(kind(text), "public") << text;
}

TEST(CarriedAddress, is_the_ipv4_address_to_which_packets_are_translated_or_tunnelled)
{
    EXPECT_EQ(carried_by("64:ff9b::10.0.0.1"), addresses({"10.0.0.1"}));
    EXPECT_EQ(carried_by("2002:a00:1::"), addresses({"10.0.0.1"}));
    EXPECT_EQ(carried_by("2002:7f00:1:ffff::1"), addresses({"127.0.0.1"}));
    EXPECT_EQ(carried_by("::10.0.0.1"), addresses({"10.0.0.1"}));
    EXPECT_EQ(carried_by("::ffff:0:10.0.0.1"), addresses({"10.0.0.1"}));
    // The example of RFC 4380, section 4: server 65.54.227.120, client 192.0.2.45.
    EXPECT_EQ(
        carried_by("2001:0:4136:e378:8000:63bf:3fff:fdd2"),
        addresses({"65.54.227.120", "192.0.2.45"})
    );
    for (const char* text : {"10.0.0.1", "2001:db8::1", "2003::1", "64:ff9b:0:1::", "fe80::1"})
        EXPECT_EQ(carried_by(text), addresses({})) << text;
}

} // namespace sluice::address_kinds_test
