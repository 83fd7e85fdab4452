// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/merge.h"

#include "model/json/json_key.h"
#include "model/json/json_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::merge_test {
namespace {

std::string merged(const std::vector<std::string>& texts)
{
    std::vector<Json> contexts;
    for (const std::string& text : texts)
        contexts.push_back(parse_json(text).value());
    return dump_json(merge_contexts(std::move(contexts)));
}

Json both(Json earlier, Json later)
{
    merge_into(earlier, std::move(later));
    return earlier;
}

TEST(Merge, nothing_is_empty_and_one_stays_as_it_is)
{
    EXPECT_EQ(merged({}), "{}");
    EXPECT_EQ(merged({R"({"b":[1,1,1.0],"a":{"x":null}})"}), R"({"b":[1,1,1.0],"a":{"x":null}})");
}

TEST(Merge, members_of_both_stay_in_the_order_of_their_first_appearance)
{
    EXPECT_EQ(merged({R"({"b":1})", R"({"a":2,"b":3})", R"({"c":4})"}), R"({"b":3,"a":2,"c":4})");
}

TEST(Merge, of_scalars_and_of_different_types_the_later_wins)
{
    for (const std::string earlier : {"1", "\"a\"", "null", "true", "[1]", "{\"x\":1}"})
        for (const std::string later : {"2", "\"b\"", "null", "false"})
            EXPECT_EQ(
                merged({"{\"k\":" + earlier + "}", "{\"k\":" + later + "}"}),
                "{\"k\":" + later + "}"
            );
    EXPECT_EQ(merged({R"({"k":{"x":1}})", R"({"k":[1,1]})"}), R"({"k":[1,1]})");
    EXPECT_EQ(merged({R"({"k":[1]})", R"({"k":{"x":1}})"}), R"({"k":{"x":1}})");
}

TEST(Merge, objects_are_merged_at_every_depth)
{
    EXPECT_EQ(
        merged({R"({"a":{"b":{"x":1,"y":1}}})", R"({"a":{"b":{"y":2},"c":3}})"}),
        R"({"a":{"b":{"x":1,"y":2},"c":3}})"
    );
}

TEST(Merge, arrays_are_united_in_their_order)
{
    EXPECT_EQ(merged({R"({"k":[3,1]})", R"({"k":[2,1,4]})"}), R"({"k":[3,1,2,4]})");
    EXPECT_EQ(merged({R"({"k":[]})", R"({"k":[]})"}), R"({"k":[]})");
}

TEST(Merge, repeats_go_when_two_arrays_are_merged_and_only_then)
{
    EXPECT_EQ(merged({R"({"k":[1,1,2]})", R"({"k":[3,3,2]})"}), R"({"k":[1,2,3]})");
    EXPECT_EQ(merged({R"({"k":[1,1]})", R"({"l":[2,2]})"}), R"({"k":[1,1],"l":[2,2]})");
}

TEST(Merge, items_are_equal_by_value_and_the_first_spelling_is_kept)
{
    EXPECT_EQ(merged({R"({"k":[1.0]})", R"({"k":[1,true,"1"]})"}), R"({"k":[1.0,true,"1"]})");
    EXPECT_EQ(
        merged({R"({"k":[{"a":1,"b":2}]})", R"({"k":[{"b":2,"a":1.0},{"a":1}]})"}),
        R"({"k":[{"a":1,"b":2},{"a":1}]})"
    );
}

TEST(Merge, integers_of_64_bits_stay_exact)
{
    EXPECT_EQ(
        merged({R"({"k":[9007199254740993]})", R"({"k":[9007199254740992,18446744073709551615]})"}),
        R"({"k":[9007199254740993,9007199254740992,18446744073709551615]})"
    );
}

TEST(Merge, the_order_of_the_contexts_decides)
{
    EXPECT_NE(
        merged({R"({"k":1,"l":[1]})", R"({"k":2,"l":[2]})"}),
        merged({R"({"k":2,"l":[2]})", R"({"k":1,"l":[1]})"})
    );
}

// The rules without a table and without moving anything.
Json slow_merge(const Json& earlier, const Json& later)
{
    if (earlier.is_array() && later.is_array()) {
        Json all = Json::array();
        for (const Json* array : {&earlier, &later})
            for (const Json& item : *array) {
                const bool is_there = std::any_of(all.begin(), all.end(), [&](const Json& other) {
                    return canonical_json(other) == canonical_json(item);
                });
                if (!is_there)
                    all.push_back(item);
            }
        return all;
    }
    if (!earlier.is_object() || !later.is_object())
        return later;
    Json all = earlier;
    for (const auto& [name, value] : later.items())
        all[name] = earlier.contains(name) ? slow_merge(earlier[name], value) : value;
    return all;
}

Json random_object(Random& random, int depth_max)
{
    Json object = Json::object();
    for (std::uint64_t count = random.next() % 5; count > 0; --count)
        object[random_text(random, "abcd", 1)] = random_json(random, depth_max);
    return object;
}

TEST(Merge, random_contexts_are_merged_as_the_rules_say)
{
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        SeededRandom random(seed);
        const Json earlier = random_object(random, 4);
        const Json later = random_object(random, 4);
        EXPECT_EQ(dump_json(both(earlier, later)), dump_json(slow_merge(earlier, later)))
            << "seed " << seed;
    }
}

TEST(Merge, a_context_merged_with_an_empty_one_stays_as_it_is)
{
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        SeededRandom random(seed);
        const Json context = random_object(random, 4);
        EXPECT_EQ(dump_json(both(context, Json::object())), dump_json(context)) << "seed " << seed;
        EXPECT_EQ(dump_json(both(Json::object(), context)), dump_json(context)) << "seed " << seed;
    }
}

TEST(Merge, the_same_context_again_changes_nothing_more)
{
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        SeededRandom random(seed);
        const Json earlier = random_object(random, 4);
        const Json later = random_object(random, 4);
        const Json once = both(both(earlier, later), later);
        EXPECT_EQ(dump_json(both(once, later)), dump_json(once)) << "seed " << seed;
    }
}

// Each name has one type, as in the contexts of real programs; with mixed ones ([1], 2, [3]) the
// grouping decides.
Json random_typed(Random& random, int depth_max)
{
    Json object = Json::object();
    for (std::uint64_t count = random.next() % 6; count > 0; --count) {
        const std::string name = random_text(random, "abcdef", 1);
        if (name <= "b") {
            object[name] = random_scalar(random);
        } else if (name <= "d") {
            object[name] = Json::array();
            for (std::uint64_t items = random.next() % 4; items > 0; --items)
                object[name].push_back(random_scalar(random));
        } else if (depth_max > 0) {
            object[name] = random_typed(random, depth_max - 1);
        }
    }
    return object;
}

TEST(Merge, where_each_name_has_one_type_the_grouping_does_not_matter)
{
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        SeededRandom random(seed);
        const Json a = random_typed(random, 3);
        const Json b = random_typed(random, 3);
        const Json c = random_typed(random, 3);
        EXPECT_EQ(dump_json(both(both(a, b), c)), dump_json(both(a, both(b, c))))
            << "seed " << seed;
    }
}

TEST(Merge, large_contexts_take_linear_time)
{
    constexpr std::size_t count = 100'000;
    std::string earlier = "{\"items\":[0";
    std::string later = earlier;
    for (std::size_t i = 1; i < count; ++i) {
        earlier += fmt::format(",{}", i);
        later += fmt::format(",{}", i + count / 2);
    }
    earlier += ']';
    later += ']';
    for (std::size_t i = 0; i < count; ++i) {
        earlier += fmt::format(",\"a name that is not short {}\":1", i);
        later += fmt::format(",\"a name that is not short {}\":2", i + count / 2);
    }

    const Json all = both(parse_json(earlier + "}").value(), parse_json(later + "}").value());

    EXPECT_EQ(all.front().size(), count * 3 / 2);
    EXPECT_EQ(all.size(), count * 3 / 2 + 1);
    EXPECT_EQ(all.back(), Json(2));
}

} // namespace
} // namespace sluice::merge_test
