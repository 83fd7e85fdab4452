// SPDX-License-Identifier: Apache-2.0
#include "net/guard/url_host.h"

#include "base/random.h"
#include "base/text.h"
#include "net/url_escape.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <curl/curl.h>
#include <gtest/gtest.h>

#include <memory>

namespace sluice::url_host_test {

namespace {

std::string refusal(std::string_view url)
{
    const Result<UrlHost> host = read_url_host(url);
    return host ? "" : host.error().detail;
}

// The host that libcurl would look up, without brackets and last dots; nothing when it refuses.
std::optional<std::string> host_for_libcurl(const std::string& url)
{
    const std::unique_ptr<CURLU, void (*)(CURLU*)> handle(curl_url(), curl_url_cleanup);
    char* text = nullptr;
    if (curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
        curl_url_get(handle.get(), CURLUPART_HOST, &text, 0) != CURLUE_OK)
        return std::nullopt;
    const std::unique_ptr<char, void (*)(void*)> owner(text, curl_free);
    std::string host = to_lower(text);
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    while (host.ends_with('.'))
        host.pop_back();
    return host;
}

std::optional<IpAddress> read_as_resolver(const std::string& text)
{
    const std::optional<IpAddress> usual = parse_address(text);
    return usual ? usual : parse_loose_ipv4(text);
}

} // namespace

TEST(UrlHost, is_the_name_in_lower_case_with_its_port)
{
    const UrlHost plain{.name = "example.org", .port = 80};
    EXPECT_EQ(read_url_host("http://example.org").value(), plain);
    EXPECT_EQ(read_url_host("HTTP://EXAMPLE.org..:0080/a:1?b#c").value(), plain);
    EXPECT_EQ(read_url_host("http://example.org?a@b").value(), plain);
    EXPECT_EQ(read_url_host("http://example.org#a@b").value(), plain);
    EXPECT_EQ(read_url_host("https://a_b-c.d/").value(), (UrlHost{.name = "a_b-c.d", .port = 443}));
    EXPECT_EQ(read_url_host("https://xn--bcher-kva.de:65535").value().port, 65535);
}

TEST(UrlHost, is_an_address_in_every_notation)
{
    for (const char* host :
         {"127.0.0.1", "127.0.0.1.", "2130706433", "0x7f.1", "0X7F000001", "017700000001", "127.1",
          "[::ffff:127.0.0.1]", "[::FFFF:7f00:1]"})
        EXPECT_EQ(read_host(host).value().address, make_ipv4(0x7f000001)) << host;
    EXPECT_EQ(read_url_host("http://[::1]:8080/x").value().address, parse_address("::1"));
    EXPECT_EQ(read_url_host("http://[::1]:8080/x").value().port, 8080);
    EXPECT_EQ(read_url_host("http://[::1]").value().name, "::1");
    EXPECT_EQ(read_host("a1.example").value().address, std::nullopt);
}

// Neither a URL of ours, nor anything that a client might read in another way than we do.
const std::vector<std::string> unreadable_urls{
    "",
    "example.org",
    "//example.org",
    "http:/example.org",
    "http:example.org",
    "ftp://example.org",
    "file:///etc/passwd",
    "gopher://a",
    " http://a",
    "http://",
    "http:///a",
    "http://?a",
    "http://:80/",
    "http://.",
    "http://..:80",
    "http://user@a",
    "http://user:secret@a",
    "http://a@b@c",
    "http://a\\@b",
    "http://a\\b",
    "http://a%2eb",
    "http://%6cocalhost",
    "http://a,b",
    "http://a;b",
    "http://a*b",
    "http://b\u00fccher.de",
    "http://\uff4c\uff4fcalhost", // fullwidth letters, that some readers take for ASCII
    "http://127\u30020.0.1",      // so an ideographic full stop
    "http://1.2.3.256",
    "http://1.2.3.4.5",
    "http://a.1",
    "http://08",
    "http://0xg",
    "http://99999999999",
    "http://[::1",
    "http://[]",
    "http://[",
    "http://[::1]]",
    "http://[::1]a",
    "http://[::1]1",
    "http://[127.0.0.1]",
    "http://[fe80::1%25eth0]",
    "http://[fe80::1%eth0]",
    "http://[v1.a]",
    "http://::1",
    "http://a:",
    "http://a:0",
    "http://a:65536",
    "http://a:-1",
    "http://a:+1",
    "http://a:1x",
    "http://a:80:80",
    "http://a/b c",
    "http://a/b\r\nHost: c",
    "http://a/\tb",
    "http://a/\x7f",
    std::string("http://a/\0b", 11),
    "http://" + std::string(254, 'a'),
    "http://a/" + std::string(16 << 10, 'a')};

TEST(UrlHost, is_refused_when_two_readers_could_see_two_hosts)
{
    for (const std::string& url : unreadable_urls) {
        const Result<UrlHost> host = read_url_host(url);
        ASSERT_TRUE(host.has_error()) << url;
        EXPECT_EQ(host.error().code, Errc::invalid) << url;
    }
}

TEST(UrlHost, is_refused_in_words_that_keep_secrets)
{
    EXPECT_EQ(
        refusal("http://user:secret@a/key"),
        "URL: a user or password is not accepted; an Authorization header is"
    );
    EXPECT_EQ(refusal("http://a:0/key"), "port '0': 1 to 65535 is accepted");
    EXPECT_EQ(
        refusal("http://1.2.3.256/key"),
        "host '1.2.3.256': an IPv4 address of four numbers up to 255 is accepted"
    );
    EXPECT_EQ(refusal("ftp://a/key"), "URL: an absolute http:// or https:// URL is accepted");
}

// Random URLs from the parts that readers of URLs are known to quarrel about.
TEST(UrlHost, is_the_host_that_libcurl_connects_to)
{
    constexpr std::uint64_t seed = 20250611;
    const std::vector<std::string> parts{"a", "1",  "127", "0x7f", ".",   ":",   "@", "[", "]",
                                         "/", "\\", "?",   "#",    "%2e", "::1", "-", "_", "B"};
    SeededRandom random(seed);
    int accepted = 0;
    for (int round = 0; round < 50'000; ++round) {
        std::string url = random.next() % 2 ? "http://" : "HTTPS://";
        for (std::size_t count = 1 + random.next() % 7; count > 0; --count)
            url += parts[random.next() % parts.size()];
        const Result<UrlHost> host = read_url_host(url);
        if (!host)
            continue;
        ++accepted;
        const std::string escaped = escape_strays(url);
        ASSERT_TRUE(boost::urls::parse_uri(escaped)) << url << ", seed " << seed;
        const std::optional<std::string> other = host_for_libcurl(escaped);
        ASSERT_TRUE(other) << url << ", seed " << seed;
        // What libcurl leaves as it is, the system's resolver reads.
        const bool same =
            host->address ? read_as_resolver(*other) == host->address : *other == host->name;
        ASSERT_TRUE(same) << url << ": " << *other << ", seed " << seed;
    }
    EXPECT_GT(accepted, 3'000);
}

} // namespace sluice::url_host_test
