// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include "net/response_head.h"
#include "net/router.h"

#include <gtest/gtest.h>

namespace sluice::http_test {

namespace {

Async<Response> nothing(const Request&)
{
    co_return Response{};
}

Router::Match find(const Router& router, Method method, std::string_view target)
{
    return router.find(method, parse_target(target).value().segments);
}

Router routes()
{
    Router router;
    for (const char* pattern :
         {"/", "/jobs/{id}", "/jobs/list", "/{kind}/list", "/jobs/{id}/describe"})
        router.add({.method = Method::get, .pattern = pattern, .handle = nothing});
    router.add({.method = Method::delete_, .pattern = "/jobs/{id}", .handle = nothing});
    return router;
}

} // namespace

TEST(Headers, are_found_without_regard_to_case)
{
    const Headers headers{{"Content-Type", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}};

    EXPECT_EQ(headers.find("content-TYPE"), "text/plain");
    EXPECT_EQ(headers.find("X-a"), "1");
    EXPECT_EQ(headers.count("X-A"), 2u);
    EXPECT_EQ(headers.find("X-B"), std::nullopt);
}

TEST(RequestTarget, is_split_and_decoded)
{
    const RequestTarget target = parse_target("/jobs/a%2Fb%20c/?name=x%26y+z&empty=&bare").value();

    EXPECT_EQ(target.path, "/jobs/a%2Fb%20c/");
    EXPECT_EQ(target.segments, (std::vector<std::string>{"jobs", "a/b c", ""}));
    const std::vector<Field> query{{"name", "x&y z"}, {"empty", ""}, {"bare", ""}};
    EXPECT_EQ(target.query, query);
}

TEST(RequestTarget, of_the_root_has_one_empty_segment)
{
    EXPECT_EQ(parse_target("/").value().segments, std::vector<std::string>{""});
}

TEST(RequestTarget, may_be_a_url_as_proxies_get_it)
{
    EXPECT_EQ(parse_target("http://host:80/jobs?x=1").value().path, "/jobs");
    EXPECT_EQ(parse_target("http://host").value().path, "/");
}

TEST(RequestTarget, that_is_neither_path_nor_url_is_invalid)
{
    for (const char* text : {"", "jobs", "*", "/a b", "/%", "/%4", "/a\x80", "host:443"})
        EXPECT_TRUE(parse_target(text).has_error()) << text;
}

TEST(Router, finds_literals_before_names)
{
    const Router router = routes();

    EXPECT_EQ(find(router, Method::get, "/jobs/list").route->pattern, "/jobs/list");
    EXPECT_EQ(find(router, Method::get, "/jobs/7").route->pattern, "/jobs/{id}");
    EXPECT_EQ(find(router, Method::get, "/datums/list").route->pattern, "/{kind}/list");
    EXPECT_EQ(find(router, Method::get, "/").route->pattern, "/");
}

TEST(Router, gives_back_what_the_names_stand_for)
{
    const Router router = routes();

    const Router::Match match = find(router, Method::get, "/jobs/a%2Fb/describe");

    EXPECT_EQ(match.path_fields, (std::vector<Field>{{"id", "a/b"}}));
}

TEST(Router, knows_neither_longer_nor_shorter_nor_empty_paths)
{
    const Router router = routes();

    for (const char* target : {"/jobs", "/jobs/", "/jobs/7/", "/jobs/7/x", "/jobs//describe"}) {
        const Router::Match match = find(router, Method::get, target);
        EXPECT_EQ(match.route, nullptr) << target;
        EXPECT_TRUE(match.allowed.empty()) << target;
    }
}

TEST(Router, says_which_methods_a_path_has)
{
    const Router router = routes();

    const Router::Match match = find(router, Method::post, "/jobs/7");

    EXPECT_EQ(match.route, nullptr);
    EXPECT_EQ(match.allowed, (std::vector<Method>{Method::get, Method::head, Method::delete_}));
}

TEST(Router, answers_head_by_the_get_route)
{
    const Router router = routes();

    EXPECT_EQ(find(router, Method::head, "/jobs/7").route->method, Method::get);
}

TEST(Router, lists_its_routes_in_order)
{
    const Router router = routes();

    ASSERT_EQ(router.routes().size(), 6u);
    EXPECT_EQ(router.routes().front()->pattern, "/");
    EXPECT_EQ(router.routes().back()->method, Method::delete_);
}

TEST(Router, refuses_two_routes_for_the_same_paths)
{
    Router router = routes();

    EXPECT_DEATH(
        router.add({.method = Method::get, .pattern = "/jobs/{name}", .handle = nothing}), ""
    );
    EXPECT_DEATH(
        router.add({.method = Method::get, .pattern = "/{id}/x/{id}", .handle = nothing}), ""
    );
}

TEST(ErrorResponse, has_one_status_for_each_error)
{
    const std::vector<std::pair<Errc, int>> table{
        {Errc::not_found, 404},    {Errc::conflict, 409},    {Errc::invalid, 400},
        {Errc::unauthorized, 401}, {Errc::unavailable, 503}, {Errc::timed_out, 504},
        {Errc::overloaded, 429},   {Errc::corrupt, 500},
    };
    for (const auto& [code, status] : table) {
        const Response response = error_response(Error{code, "why"});
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(response.body, fmt::format(R"({{"error":"why","status":{}}})", status));
        EXPECT_EQ(response.headers.find("Retry-After").has_value(), status == 429 || status == 503);
    }
}

TEST(ErrorResponse, carries_details_instead_of_its_status)
{
    const Response response = error_response(422, "2 errors", Json::array({"a", "b"}));

    EXPECT_EQ(response.body, R"({"error":"2 errors","details":["a","b"]})");
}

TEST(HttpDate, has_the_form_of_the_standard)
{
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

} // namespace sluice::http_test
