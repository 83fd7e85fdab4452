// SPDX-License-Identifier: Apache-2.0
#include "net/guard/address_guard.h"

#include <gtest/gtest.h>

namespace sluice::address_guard_test {

namespace {

std::string refusal(const AddressGuard& guard, std::string_view url)
{
    return guard.refuse_url(url).value_or("");
}

AddressGuard make_guard(AddressGuard::Options options = {})
{
    return AddressGuard::make(std::move(options)).value();
}

bool allows(const AddressGuard& guard, std::string_view address)
{
    return guard.allows(parse_address(address).value());
}

} // namespace

TEST(AddressGuard, accepts_public_hosts_and_addresses)
{
    const AddressGuard guard = make_guard();
    for (const char* url :
         {"http://example.org/a?b#c", "https://example.org:8443", "http://8.8.8.8/",
          "http://[2606:4700:4700::1111]/", "http://local.example.org", "http://notlocal",
          "http://localhost.example.org", "http://xlocalhost", "http://a.internal.example.org",
          "http://[64:ff9b::8.8.8.8]/", "http://203.0.113.1/"})
        EXPECT_EQ(refusal(guard, url), "") << url;
}

TEST(AddressGuard, refuses_blocked_names_whatever_their_case_and_dots)
{
    const AddressGuard guard = make_guard();
    for (const char* url :
         {"http://localhost", "http://LocalHost:8080/x", "http://localhost./", "http://localhost..",
          "http://metadata.google.internal/", "http://METADATA.Google.Internal.", "http://a.local",
          "http://a.b.internal", "http://a.localdomain", "http://a.localhost", "http://a.LOCAL.",
          "http://localhost.localdomain", "http://internal"})
        EXPECT_NE(refusal(guard, url), "") << url;
    EXPECT_EQ(
        refusal(guard, "http://a.LOCAL.:80/secret"),
        "host 'a.local' is blocked by '.local': a public host is accepted"
    );
    EXPECT_EQ(
        refusal(guard, "http://localhost"),
        "host 'localhost' is blocked by 'localhost': a public host is accepted"
    );
}

TEST(AddressGuard, refuses_restricted_addresses_in_every_notation)
{
    const AddressGuard guard = make_guard();
    for (const char* host :
         {"127.0.0.1",
          "127.0.0.1.",
          "127.1",
          "2130706433",
          "0x7f.1",
          "0177.0.0.1",
          "0",
          "10.0.0.1",
          "192.168.1.1",
          "169.254.169.254",
          "2852039166",
          "100.64.0.1",
          "198.18.0.1",
          "224.0.0.1",
          "240.0.0.1",
          "255.255.255.255",
          "[::1]",
          "[::]",
          "[::ffff:10.0.0.1]",
          "[::ffff:a00:1]",
          "[::10.0.0.1]",
          "[fe80::1]",
          "[fd00::1]",
          "[fec0::1]",
          "[ff02::1]",
          "[64:ff9b::10.0.0.1]",
          "[64:ff9b:1::1]",
          "[2002:a00:1::]",
          "[2001:0:a00:1::]",
          "[2001::f5ff:fffe]",
          "[2001:2::1]",
          "[100::1]"})
        EXPECT_NE(refusal(guard, "http://" + std::string(host) + ":80/x"), "") << host;
    EXPECT_EQ(
        refusal(guard, "http://0x7f.1/secret"),
        "host '0x7f.1' is a loopback address: a public address is accepted"
    );
}

TEST(AddressGuard, refuses_bad_syntax_even_when_it_checks_nothing_else)
{
    const AddressGuard guard = make_guard({.blocked_hosts = {"a.example"}, .syntax_only = true});
    for (const char* url : {"", "ftp://a", "http://u:p@a", "http://a:0", "http://a/b c", "http://"})
        EXPECT_NE(refusal(guard, url), "") << url;
    for (const char* url :
         {"http://localhost:1/", "http://127.0.0.1/", "http://[::1]", "http://a.example/"})
        EXPECT_EQ(refusal(guard, url), "") << url;
    EXPECT_TRUE(allows(guard, "127.0.0.1"));
    EXPECT_TRUE(allows(guard, "169.254.169.254"));
}

TEST(AddressGuard, adds_hosts_and_suffixes_to_those_that_it_knows)
{
    const AddressGuard guard = make_guard(
        {.blocked_hosts = {"Bad.Example.", " worse.example "},
         .blocked_suffixes = {".corp", "Lan."}}
    );
    for (const char* url :
         {"http://bad.example", "http://BAD.example.", "http://worse.example", "http://a.corp",
          "http://corp", "http://a.b.lan", "http://localhost"})
        EXPECT_NE(refusal(guard, url), "") << url;
    for (const char* url : {"http://a.bad.example", "http://acorp", "http://corp.example"})
        EXPECT_EQ(refusal(guard, url), "") << url;
}

TEST(AddressGuard, blocks_an_address_of_the_list_in_every_notation)
{
    const AddressGuard guard = make_guard(
        {.blocked_hosts = {"8.8.8.8", "2001:db8::1", "[2001:db8::2]"},
         .allowed_networks = {"8.0.0.0/8"}}
    );
    for (const char* host :
         {"8.8.8.8", "134744072", "0x8.0x8.8.8", "[::ffff:8.8.8.8]", "[64:ff9b::8.8.8.8]",
          "[2001:DB8::1]", "[2001:db8:0:0::2]"})
        EXPECT_NE(refusal(guard, "http://" + std::string(host)), "") << host;
    EXPECT_EQ(refusal(guard, "http://8.8.4.4"), "");
    EXPECT_FALSE(allows(guard, "8.8.8.8"));
}

TEST(AddressGuard, lets_through_to_allowed_networks_and_no_further)
{
    const AddressGuard guard = make_guard(
        {.blocked_hosts = {"bad.example"}, .allowed_networks = {"127.0.0.0/8", "fd00::/16"}}
    );
    EXPECT_TRUE(allows(guard, "127.0.0.1"));
    EXPECT_TRUE(allows(guard, "::ffff:127.0.0.1"));
    EXPECT_TRUE(allows(guard, "64:ff9b::127.0.0.1"));
    EXPECT_TRUE(allows(guard, "fd00::1"));
    for (const char* address : {"10.0.0.1", "::1", "fd01::1", "169.254.169.254"})
        EXPECT_FALSE(allows(guard, address)) << address;
    EXPECT_EQ(refusal(guard, "http://127.0.0.1:8080/"), "");
    EXPECT_NE(refusal(guard, "http://bad.example"), "");
}

TEST(AddressGuard, blocks_the_names_of_this_machine_unless_its_addresses_are_allowed)
{
    const char* ours[] = {"localhost", "a.localhost", "localhost.localdomain"};
    for (const char* network : {"127.0.0.0/8", "127.0.0.1", "::1", "0.0.0.0/0"}) {
        const AddressGuard guard = make_guard({.allowed_networks = {"10.0.0.0/8", network}});
        for (const char* host : ours)
            EXPECT_EQ(refusal(guard, "http://" + std::string(host)), "") << host << " " << network;
        EXPECT_NE(refusal(guard, "http://metadata.google.internal"), "") << network;
    }
    const AddressGuard guard = make_guard({.allowed_networks = {"10.0.0.0/8"}});
    for (const char* host : ours)
        EXPECT_NE(refusal(guard, "http://" + std::string(host)), "") << host;
}

TEST(AddressGuard, judges_names_of_private_networks_by_their_addresses_when_some_are_allowed)
{
    const AddressGuard guard = make_guard({.allowed_networks = {"10.0.0.0/8"}});
    for (const char* host : {"x.internal", "web.svc.cluster.local"}) {
        EXPECT_EQ(refusal(guard, "http://" + std::string(host)), "") << host;
        EXPECT_NE(refusal(make_guard({}), "http://" + std::string(host)), "") << host;
    }
    EXPECT_NE(refusal(guard, "http://metadata.google.internal"), "");
}

TEST(AddressGuard, cannot_be_made_from_a_list_with_a_mistake_in_it)
{
    for (const char* host : {"", " ", ".", "a b", "http://a", "a:80", "*.a", "a/b", "1.2.3.256"})
        EXPECT_TRUE(AddressGuard::make({.blocked_hosts = {"a", host}}).has_error()) << host;
    for (const char* suffix : {"", " ", ".", "..", "..a", "*.a", ".a/b", "10.0.0.1", ".a:80"})
        EXPECT_TRUE(AddressGuard::make({.blocked_suffixes = {".a", suffix}}).has_error()) << suffix;
    for (const char* network : {"", " ", "10.0.0.0/33", "10.0.0.1/8", "localhost", "10/8"})
        EXPECT_TRUE(AddressGuard::make({.allowed_networks = {network}}).has_error()) << network;

    const Result<AddressGuard> guard = AddressGuard::make({.blocked_hosts = {""}});
    EXPECT_EQ(guard.error().code, Errc::invalid);
    EXPECT_TRUE(guard.error().detail.starts_with("blocked hosts: host '': a name of "));
}

} // namespace sluice::address_guard_test
