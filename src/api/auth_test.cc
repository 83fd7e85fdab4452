// SPDX-License-Identifier: Apache-2.0
#include "api/auth.h"
#include "api/keys.h"
#include "api/task_testing.h"
#include "base/text.h"
#include "net/access_token.h"

namespace sluice::auth_test {

namespace {

using namespace testing;

Headers bearer(const std::string& key)
{
    return {{"Authorization", "Bearer " + key}};
}

// Every route with some value for its names.
std::vector<std::pair<const Route*, std::string>> routes(const ApiFixture& api)
{
    std::vector<std::pair<const Route*, std::string>> all;
    for (const Route* route : api.server->router().routes()) {
        std::string path;
        for (const std::string& segment : split(route->pattern.substr(1), '/'))
            path += "/" + (segment.starts_with('{') ? "none" : segment);
        if (path == "/events")
            path += "?task=none"; // refused: the answer would have no end
        all.emplace_back(route, path);
    }
    return all;
}

TEST(ApiKeys, every_route_but_the_open_ones_asks_for_a_key)
{
    ApiFixture api;
    const std::string key = api.api_key("root", KeyRole::admin);
    int open = 0;
    for (const auto& [route, path] : routes(api)) {
        const int without = api.send(route->method, path).status;
        const int wrong = api.send(route->method, path, nullptr, bearer("sluice_no")).status;
        const int right = api.send(route->method, path, nullptr, bearer(key)).status;
        EXPECT_NE(right, 401) << path;
        if (route->access == Access::open) {
            ++open;
            EXPECT_NE(without, 401) << path;
        } else {
            EXPECT_EQ(without, 401) << path;
            EXPECT_EQ(wrong, 401) << path;
        }
    }
    EXPECT_EQ(open, 5); // health, ready, version, the OpenAPI document twice
}

TEST(ApiKeys, a_loopback_server_without_keys_is_open)
{
    ApiFixture api;
    for (const auto& [route, path] : routes(api))
        EXPECT_NE(api.send(route->method, path).status, 401) << path;
}

TEST(ApiKeys, basic_and_bearer_are_both_accepted)
{
    ApiFixture api;
    const std::string key = "sluice_abc";
    CreateKey request;
    request.name = "k";
    request.hash = hash_api_key(key);
    request.role = KeyRole::read;
    await(api.loop, api.store->create_key(std::move(request))).value();
    // anybody:sluice_abc
    const Headers basic{{"Authorization", "Basic YW55Ym9keTpzbHVpY2VfYWJj"}};
    EXPECT_EQ(api.send(Method::get, "/jobs/list", nullptr, basic).status, 200);
    EXPECT_EQ(api.send(Method::get, "/jobs/list", nullptr, bearer(key)).status, 200);
    const Reply none = api.get("/jobs/list");
    EXPECT_EQ(none.status, 401);
    EXPECT_NE(none.header("WWW-Authenticate").find("Basic"), std::string::npos);
    EXPECT_FALSE(none.error().empty());
    const Headers digest{{"Authorization", "Digest x"}};
    EXPECT_EQ(api.send(Method::get, "/jobs/list", nullptr, digest).status, 401);
}

TEST(ApiKeys, roles_decide_what_a_key_may_do)
{
    ApiServer::Options options;
    options.key_cache = 0ms;
    ApiFixture api(options);
    const std::string job = api.create_job();
    const std::string reader = api.api_key("reader", KeyRole::read);
    const std::string writer = api.api_key("writer", KeyRole::write);
    const std::string admin = api.api_key("admin", KeyRole::admin);
    const std::string cancel = "/jobs/" + job + "/cancel";
    const Reply refused = api.send(Method::post, cancel, nullptr, bearer(reader));
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(refused.error().find("'reader'"), std::string::npos) << refused.body;
    EXPECT_EQ(api.send(Method::post, cancel, nullptr, bearer(writer)).status, 200);
    const std::string path = "/jobs/" + job;
    EXPECT_EQ(api.send(Method::delete_, path, nullptr, bearer(writer)).status, 403);
    EXPECT_EQ(api.send(Method::delete_, path, nullptr, bearer(admin)).status, 204);
}

TEST(ApiKeys, a_revoked_key_is_refused)
{
    ApiServer::Options options;
    options.key_cache = 0ms;
    ApiFixture api(options);
    const std::string key = api.api_key("k", KeyRole::read);
    api.api_key("other", KeyRole::read);
    EXPECT_EQ(api.send(Method::get, "/jobs/list", nullptr, bearer(key)).status, 200);
    RevokeKey revoke;
    revoke.name = "k";
    await(api.loop, api.store->revoke_key(std::move(revoke))).value();
    EXPECT_EQ(api.send(Method::get, "/jobs/list", nullptr, bearer(key)).status, 401);
}

TEST(ApiKeys, other_addresses_need_keys_or_the_word_insecure)
{
    ApiFixture api;
    const Result<std::uint16_t> refused = await(api.loop, api.server->start("0.0.0.0", 0));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_NE(refused.error().detail.find("--insecure"), std::string::npos);
    ApiServer::Options options;
    options.exposure = ApiServer::Exposure::insecure;
    ApiFixture insecure(options);
    EXPECT_TRUE(await(insecure.loop, insecure.server->start("0.0.0.0", 0)));
    EXPECT_EQ(insecure.get("/jobs/list").status, 200);
}

TEST(ApiKeys, a_server_that_needed_keys_is_never_open_again)
{
    ApiServer::Options options;
    options.key_cache = 0ms;
    ApiFixture api(options);
    const std::string key = api.api_key("k", KeyRole::read);
    ASSERT_TRUE(await(api.loop, api.server->start("0.0.0.0", 0)));
    RevokeKey revoke;
    revoke.name = "k";
    await(api.loop, api.store->revoke_key(std::move(revoke))).value();
    EXPECT_EQ(api.get("/jobs/list").status, 401);
}

TEST(ApiKeys, made_keys_are_long_and_differ)
{
    SystemRandom random;
    const std::string key = make_api_key(random);
    EXPECT_EQ(key.size(), 47u);
    EXPECT_NE(key, make_api_key(random));
    EXPECT_EQ(
        hash_api_key("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

TEST(ApiKeys, the_token_of_a_handle_is_good_for_its_one_task)
{
    ApiServer::Options options;
    options.key_cache = 0ms;
    TaskFixture api(options);
    const Json tasks = api.create(Json::array({new_task("a"), new_task("b")}));
    const std::string id = tasks[0]["id"];
    EXPECT_FALSE(api.server->requires_keys());
    api.api_key("k", KeyRole::read);
    EXPECT_EQ(api.get("/task/" + id).status, 401);
    EXPECT_TRUE(api.server->requires_keys());
    const std::string token =
        "?token=" + make_access_token(api.store->handle_secret(), {"task", id});
    EXPECT_EQ(api.get("/task/" + id + token).status, 200);
    EXPECT_EQ(
        api.send(Method::put, "/task/" + id + token, patch_of(R"({"new_success": 1})")).status, 202
    );
    EXPECT_EQ(api.patch("/task/" + id + token, patch_of("{}")).status, 200);
    EXPECT_EQ(api.get("/task/" + tasks[1]["id"].get<std::string>() + token).status, 401);
    EXPECT_EQ(api.get("/task/" + id + "?token=wrong").status, 401);
    EXPECT_EQ(api.get("/task/" + id + "/timeline" + token).status, 401);
    EXPECT_EQ(api.get("/task" + token).status, 401);
    EXPECT_EQ(api.send(Method::delete_, "/task/" + id + token).status, 200);
}

TEST(ApiKeys, a_cancel_needs_the_role_write_and_removal_admin)
{
    EXPECT_EQ(role_needed(Method::delete_, "/task/{id}"), KeyRole::write);
    EXPECT_EQ(role_needed(Method::delete_, "/batch/{id}"), KeyRole::write);
    EXPECT_EQ(role_needed(Method::delete_, "/jobs/{id}"), KeyRole::admin);
    EXPECT_EQ(role_needed(Method::get, "/task/{id}"), KeyRole::read);
    EXPECT_EQ(role_needed(Method::patch, "/task/{id}"), KeyRole::write);
    EXPECT_EQ(role_needed(Method::post, "/task"), KeyRole::write);
    EXPECT_EQ(role_needed(Method::post, "/drain"), KeyRole::admin);
}

TEST(ApiProtocol, another_version_is_refused_but_may_ask_for_ours)
{
    ApiFixture api;
    const Headers newer{{"Sluice-Protocol", "2"}};
    const Reply refused = api.send(Method::get, "/jobs/list", nullptr, newer);
    EXPECT_EQ(refused.status, 400);
    EXPECT_NE(refused.error().find("protocol 2"), std::string::npos) << refused.body;
    EXPECT_EQ(api.send(Method::get, "/version", nullptr, newer).json["protocol"], "1");
    const Headers same{{"Sluice-Protocol", "1"}};
    EXPECT_EQ(api.send(Method::get, "/jobs/list", nullptr, same).status, 200);
}

TEST(ApiDocument, it_describes_the_routes_that_there_are)
{
    ApiFixture api;
    const Json document = api.get("/openapi.json").json;
    EXPECT_EQ(document["openapi"], "3.1.0");
    std::size_t count = 0;
    for (const auto& [path, operations] : document["paths"].items())
        count += operations.size();
    EXPECT_EQ(count, api.server->router().routes().size());
    for (const Route* route : api.server->router().routes()) {
        ASSERT_TRUE(document["paths"].contains(route->pattern)) << route->pattern;
        EXPECT_TRUE(document["paths"][route->pattern].contains(to_lower(name(route->method))))
            << route->pattern;
    }
    const std::string text = document.dump();
    const std::string prefix = "\"#/components/schemas/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
        at += prefix.size();
        const std::string name = text.substr(at, text.find('"', at) - at);
        EXPECT_TRUE(document["components"]["schemas"].contains(name)) << name;
    }
}

} // namespace

} // namespace sluice::auth_test
