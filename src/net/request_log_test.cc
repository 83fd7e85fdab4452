// SPDX-License-Identifier: Apache-2.0
#include "net/request_log.h"

#include <gtest/gtest.h>

namespace sluice::request_log_test {
namespace {

using namespace std::chrono_literals;

Request get(std::string_view target)
{
    Request request;
    request.target = *parse_target(target);
    request.id = "9f3c01";
    return request;
}

std::string line(const Request& request, const Route* route, std::string_view key = "")
{
    return request_line({request, route, 200, 1204us, 512}, key);
}

TEST(RequestLog, a_line_has_the_pattern_instead_of_the_path_and_names_the_key)
{
    const Route route{.pattern = "/task/{id}"};
    EXPECT_EQ(
        line(get("/task/0198c5a8"), &route, "ci"),
        "method=GET path=/task/{id} status=200 bytes=512 ms=1.204 request=9f3c01 key=ci"
    );
}

TEST(RequestLog, is_an_argument_of_a_log)
{
    const Route route{.pattern = "/task/{id}"};
    const Request request = get("/task/0198c5a8");
    const RequestRecord record{request, &route, 200, 1204us, 512};
    EXPECT_EQ(fmt::format("{}", RequestLine{record, "ci"}), request_line(record, "ci"));
}

TEST(RequestLog, without_a_key_none_is_named)
{
    const Route route{.pattern = "/task"};
    EXPECT_EQ(line(get("/task"), &route).find("key="), std::string::npos);
}

TEST(RequestLog, shows_no_query_however_it_was_sent)
{
    for (const std::string_view target :
         {"/task/1?token=secret", "/task/1?a=b&TOKEN=secret", "/task/1%3Ftoken=secret",
          "/task/1%3ftoken%3Dsecret", "/task/1;token=secret", "/task/1&token=secret",
          "/task/token=secret", "http://host/task/1?token=secret"}) {
        const std::string shown = line(get(target), nullptr);
        EXPECT_EQ(shown.find("secret"), std::string::npos) << shown;
        EXPECT_NE(shown.find("path=/task/"), std::string::npos) << shown;
    }
}

TEST(RequestLog, the_path_that_nobody_serves_is_short)
{
    const std::string shown = line(get("/" + std::string(5'000, 'a')), nullptr);
    EXPECT_LT(shown.size(), 250u);
    EXPECT_NE(shown.find("aaa... status"), std::string::npos);
}

TEST(RequestLog, what_clients_choose_cannot_add_words_or_lines)
{
    const Route route{.pattern = "/task"};
    Request request = get("/task");
    request.id = "x status=500\nmethod=PUT";
    EXPECT_NE(
        line(request, &route, "a \"key\"")
            .find(R"(request="x status=500\nmethod=PUT" key="a \"key\"")"),
        std::string::npos
    );
}

TEST(RequestLog, a_request_that_could_not_be_read_has_a_line_too)
{
    Request request;
    request.method = Method::other;
    EXPECT_EQ(
        request_line({request, nullptr, 400, 9us, 0}, ""),
        "method=? path= status=400 bytes=0 ms=0.009 request=\"\""
    );
}

} // namespace
} // namespace sluice::request_log_test
