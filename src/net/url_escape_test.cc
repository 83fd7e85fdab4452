// SPDX-License-Identifier: Apache-2.0
#include "net/url_escape.h"

#include <gtest/gtest.h>

namespace sluice::url_escape_test {

TEST(UrlEscape, encodes_what_may_not_stand_behind_the_host)
{
    EXPECT_EQ(escape_strays("http://a/b?c=[1]|{\"x\"}"), "http://a/b?c=%5B1%5D%7C%7B%22x%22%7D");
    EXPECT_EQ(escape_strays("http://a/\xc3\xbc"), "http://a/%C3%BC");
    EXPECT_EQ(escape_strays("http://a?100%&%zz&%4z&%4"), "http://a?100%25&%25zz&%254z&%254");
    EXPECT_EQ(escape_strays(std::string_view("http://a?%41").substr(0, 11)), "http://a?%254");
    EXPECT_EQ(escape_strays("http://a/b#c#d"), "http://a/b#c%23d");
}

TEST(UrlEscape, leaves_everything_else_alone)
{
    for (const char* url :
         {"", "a", "http://a", "http://[::1]:80", "http://[::1]/%5b%C3", "http://b\xc3\xbc.de",
          "http://a/-._~!$&'()*+,;=:@/?x=1/2?3#f/?", "http://a/b c\r\n\x7f", "/b[c]"})
        EXPECT_EQ(escape_strays(url), url);
}

} // namespace sluice::url_escape_test
