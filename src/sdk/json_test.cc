// SPDX-License-Identifier: Apache-2.0
#include "sluice/json.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace sluice::client::json_test {

namespace {

TEST(Json, spells_every_kind_of_value)
{
    EXPECT_EQ(Json().text(), "null");
    EXPECT_EQ(Json(nullptr).text(), "null");
    EXPECT_EQ(Json(true).text(), "true");
    EXPECT_EQ(Json(-7).text(), "-7");
    EXPECT_EQ(Json(std::numeric_limits<std::uint64_t>::max()).text(), "18446744073709551615");
    EXPECT_EQ(Json(0.1).text(), "0.1");
    EXPECT_EQ(Json("a \"b\"\n\xff").text(), "\"a \\\"b\\\"\\n\xef\xbf\xbd\"");
    EXPECT_EQ(Json::array({}).text(), "[]");
    EXPECT_EQ(Json::object({}).text(), "{}");
    EXPECT_EQ(
        Json::object({{"z", 1}, {"a\"", Json::array({"x", nullptr, false})}}).text(),
        R"({"z":1,"a\"":["x",null,false]})"
    );
}

TEST(Json, has_no_number_for_infinity)
{
    EXPECT_THROW(Json(std::numeric_limits<double>::infinity()), std::invalid_argument);
    EXPECT_THROW(Json(std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
}

TEST(Json, reads_documents_and_keeps_the_order_of_members)
{
    EXPECT_EQ(Json::parse(" {\"b\": [1, 2.5], \"a\": null} ").text(), R"({"b":[1,2.5],"a":null})");
    EXPECT_THROW(Json::parse("{'a': 1}"), std::invalid_argument);
    EXPECT_THROW(Json::parse(""), std::invalid_argument);
}

TEST(Json, gives_what_it_holds)
{
    const Json json = Json::parse(R"({"a": true, "b": -5, "c": 2.5, "d": "ü", "e": [1, "x"]})");

    EXPECT_TRUE(json.at("a").as_boolean());
    EXPECT_EQ(json.at("b").as_integer(), -5);
    EXPECT_EQ(json.at("b").as_number(), -5);
    EXPECT_EQ(json.at("c").as_number(), 2.5);
    EXPECT_EQ(json.at("d").as_string(), "ü");
    EXPECT_EQ(json.at("e").items(), (std::vector<Json>{1, "x"}));
    EXPECT_EQ(json.members()[1], (Json::Member{"b", -5}));
    EXPECT_EQ(json.find("f"), std::nullopt);
}

TEST(Json, refuses_to_be_what_it_is_not)
{
    const Json text("1");
    EXPECT_THROW(text.as_boolean(), std::invalid_argument);
    EXPECT_THROW(text.as_integer(), std::invalid_argument);
    EXPECT_THROW(text.as_number(), std::invalid_argument);
    EXPECT_THROW(text.items(), std::invalid_argument);
    EXPECT_THROW(text.members(), std::invalid_argument);
    EXPECT_THROW(text.find("a"), std::invalid_argument);
    EXPECT_THROW(Json(1).as_string(), std::invalid_argument);
    EXPECT_THROW(Json(2.5).as_integer(), std::invalid_argument);
    EXPECT_THROW(Json(std::uint64_t{1} << 63).as_integer(), std::invalid_argument);
    EXPECT_THROW(Json::object({}).at("a"), std::invalid_argument);
}

} // namespace

} // namespace sluice::client::json_test
