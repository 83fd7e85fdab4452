// SPDX-License-Identifier: Apache-2.0
#include "model/json/json_pointer.h"

#include <gtest/gtest.h>

namespace sluice::json_pointer_test {
namespace {

const Json& example()
{
    // RFC 6901, section 5.
    static const Json document = parse_json(R"({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2,
        "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8})")
                                     .value();
    return document;
}

std::string found(std::string_view text)
{
    const Json* place = JsonPointer::parse(text).value().find(example());
    return place ? dump_json(*place) : "nothing";
}

TEST(JsonPointer, finds_what_the_examples_of_its_rfc_say)
{
    EXPECT_EQ(found(""), dump_json(example()));
    EXPECT_EQ(found("/foo"), R"(["bar","baz"])");
    EXPECT_EQ(found("/foo/0"), R"("bar")");
    const std::vector<std::string> names{"/",     "/a~1b", "/c%d", "/e^f", "/g|h",
                                         "/i\\j", "/k\"l", "/ ",   "/m~0n"};
    for (std::size_t i = 0; i < names.size(); ++i)
        EXPECT_EQ(found(names[i]), std::to_string(i)) << names[i];
}

TEST(JsonPointer, finds_nothing_where_nothing_is)
{
    for (const char* text :
         {"/bar", "/foo/2", "/foo/-", "/foo/x", "/foo/", "/foo/0/x", "/m~1n",
          "/foo/18446744073709551616", "//", "/a/b"})
        EXPECT_EQ(found(text), "nothing") << text;
}

TEST(JsonPointer, numbers_of_elements_have_one_spelling)
{
    EXPECT_EQ(found("/foo/1"), R"("baz")");
    for (const char* text : {"/foo/01", "/foo/+1", "/foo/1.0", "/foo/ 1", "/foo/-1"})
        EXPECT_EQ(found(text), "nothing") << text;
}

TEST(JsonPointer, a_number_is_a_name_in_an_object)
{
    const Json value = parse_json(R"({"0": {"01": "x"}})").value();
    const Json* place = JsonPointer::parse("/0/01").value().find(value);
    ASSERT_TRUE(place);
    EXPECT_EQ(*place, Json("x"));
}

TEST(JsonPointer, escapes_are_read_once)
{
    const Json value = parse_json(R"({"~1": 1, "/": 2})").value();
    EXPECT_EQ(*JsonPointer::parse("/~01").value().find(value), Json(1));
    EXPECT_EQ(*JsonPointer::parse("/~1").value().find(value), Json(2));
}

TEST(JsonPointer, that_is_none_is_refused)
{
    for (const char* text : {"a", "a/b", " /a", "#/a", "/~", "/~2", "/a~", "/a/~x/b"}) {
        const Result<JsonPointer> pointer = JsonPointer::parse(text);
        ASSERT_FALSE(pointer) << text;
        EXPECT_EQ(pointer.error().code, Errc::invalid);
        EXPECT_NE(pointer.error().detail.find("not a JSON pointer"), std::string::npos);
    }
}

} // namespace
} // namespace sluice::json_pointer_test
