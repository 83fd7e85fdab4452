// SPDX-License-Identifier: Apache-2.0
#include "model/datum_plan.h"

#include "base/random.h"
#include "base/text.h"
#include "model/datum_payload.h"

#include <gtest/gtest.h>

#include <map>

namespace sluice::datum_plan_test {
namespace {

using Names = std::vector<std::string>;
using Datums = std::vector<std::string>; // of each datum the local paths, joined by ' '

std::shared_ptr<const Listing> listing(const Names& paths)
{
    auto made = std::make_shared<Listing>();
    for (const std::string& path : paths)
        EXPECT_TRUE(made->add(path, 1)) << path;
    made->finish();
    return made;
}

Input atom(std::string_view glob, std::string repo = "r", std::string folder = "/data")
{
    return {
        Atom{{UriScheme::file, "", std::move(folder)}, std::move(repo), Glob::parse(glob).value()}};
}

Result<DatumPlan> plan(const Input& input, const std::vector<Names>& files, PlanLimits limits = {})
{
    std::vector<std::shared_ptr<const Listing>> listings;
    for (const Names& paths : files)
        listings.push_back(listing(paths));
    return DatumPlan::make(input, listings, limits);
}

Datums datums(const Input& input, const std::vector<Names>& files)
{
    const Result<DatumPlan> made = plan(input, files);
    if (!made)
        return {"error: " + made.error().detail};
    Datums found;
    for (std::uint64_t i = 0; i < made->size(); ++i) {
        Names paths;
        for (const InputFile& file : made->datum(i))
            paths.push_back(file.local_path);
        found.push_back(join(paths, " "));
    }
    return found;
}

TEST(DatumPlan, a_slash_is_one_datum_with_everything)
{
    EXPECT_EQ(datums(atom("/"), {{"b", "a/x", "a/y"}}), Datums({"r/a/x r/a/y r/b"}));
    EXPECT_EQ(datums(atom("/"), {{}}), Datums());
}

TEST(DatumPlan, a_star_is_one_datum_per_entry_of_the_folder)
{
    EXPECT_EQ(
        datums(atom("/*"), {{"b.txt", "a/x", "a/z/y", ".hidden", "c"}}),
        Datums({"r/.hidden", "r/a/x r/a/z/y", "r/b.txt", "r/c"})
    );
    EXPECT_EQ(datums(atom("/*"), {{}}), Datums());
}

TEST(DatumPlan, entries_are_in_the_byte_order_of_their_own_names)
{
    EXPECT_EQ(
        datums(atom("/*"), {{"a/x", "a-b", "a.c/y", "B", "\xff", "é"}}),
        Datums({"r/B", "r/a/x", "r/a-b", "r/a.c/y", "r/é", "r/\xff"})
    );
}

TEST(DatumPlan, other_patterns_are_one_datum_per_match)
{
    const Names files{"2024-01/a.csv", "2024-01/b.txt", "2024-02/c.csv",
                      "d.csv",         "2024-03",       "x/y/e.csv"};
    EXPECT_EQ(datums(atom("/*.csv"), {files}), Datums({"r/d.csv"}));
    EXPECT_EQ(
        datums(atom("/2024-*/"), {files}),
        Datums({"r/2024-01/a.csv r/2024-01/b.txt", "r/2024-02/c.csv"})
    );
    EXPECT_EQ(
        datums(atom("/**/*.csv"), {files}),
        Datums({"r/2024-01/a.csv", "r/2024-02/c.csv", "r/d.csv", "r/x/y/e.csv"})
    );
    EXPECT_EQ(datums(atom("/{d,x}*"), {files}), Datums({"r/d.csv", "r/x/y/e.csv"}));
    EXPECT_EQ(datums(atom("/x/**"), {files}), Datums({"r/x/y/e.csv", "r/x/y/e.csv"}))
        << "the directory x/y and the file in it";
    EXPECT_EQ(datums(atom("/*.parquet"), {files}), Datums());
}

TEST(DatumPlan, directory_markers_are_not_files)
{
    auto made = std::make_shared<Listing>();
    ASSERT_TRUE(made->add("a/", 0));
    ASSERT_TRUE(made->add("", 0) ? false : true);
    ASSERT_TRUE(made->add("a/x", 0));
    made->finish();
    ASSERT_EQ(made->size(), 1u);
    EXPECT_EQ(made->path(0), "a/x");
}

TEST(DatumPlan, names_that_cannot_be_files_are_refused)
{
    for (const std::string_view path : {"/a", "a//b", "a/", ".", "..", "a/../b", "./a", "a/.."}) {
        Listing made;
        const Result<void> added = made.add(path, 1);
        ASSERT_FALSE(added) << path;
        EXPECT_EQ(
            added.error().detail, fmt::format("the object '{}' cannot be a file below /pfs", path)
        );
    }
    EXPECT_FALSE(Listing().add(std::string_view("a\0b", 3), 1));
    EXPECT_TRUE(Listing().add("a..b/...", 1));
}

TEST(DatumPlan, a_cross_is_every_combination_the_left_most_slowest)
{
    const Input both{Cross{{atom("/*", "a"), atom("/*", "b")}}};
    EXPECT_EQ(
        datums(both, {{"1", "2"}, {"x", "y", "z"}}),
        Datums({"a/1 b/x", "a/1 b/y", "a/1 b/z", "a/2 b/x", "a/2 b/y", "a/2 b/z"})
    );
    EXPECT_EQ(datums(both, {{"1", "2"}, {}}), Datums());
}

TEST(DatumPlan, a_union_is_one_after_the_other)
{
    const Input both{Union{{atom("/*", "b"), atom("/", "a")}}};
    EXPECT_EQ(datums(both, {{"1", "2"}, {"x", "y"}}), Datums({"b/1", "b/2", "a/x a/y"}));
    EXPECT_EQ(datums(both, {{}, {"x"}}), Datums({"a/x"}));
}

TEST(DatumPlan, inputs_nest)
{
    const Input nested{Cross{
        {atom("/", "a"), {Union{{atom("/*", "b"), {Cross{{atom("/*", "c"), atom("/*", "d")}}}}}}}}};
    EXPECT_EQ(
        datums(nested, {{"1"}, {"2", "3"}, {"4", "5"}, {"6"}}),
        Datums({"a/1 b/2", "a/1 b/3", "a/1 c/4 d/6", "a/1 c/5 d/6"})
    );
}

TEST(DatumPlan, one_place_cannot_have_two_sources)
{
    const Input both{Cross{{atom("/*", "r", "/one"), atom("/*", "r", "/two")}}};
    EXPECT_EQ(datums(both, {{"a"}, {"b"}}), Datums({"r/a r/b"}));
    EXPECT_EQ(
        datums(both, {{"a", "b"}, {"b"}}),
        Datums({"error: '/pfs/r/b' would come from 'file:///one/b' and from 'file:///two/b' in the "
                "same datum: give the inputs different repos"})
    );
    const Input apart{Union{{atom("/*", "r", "/one"), atom("/*", "r", "/two")}}};
    EXPECT_EQ(datums(apart, {{"a"}, {"a"}}), Datums({"r/a", "r/a"})) << "different datums";
}

TEST(DatumPlan, the_same_source_twice_in_a_datum_is_one_file)
{
    const Input both{Cross{{atom("/*"), atom("/*")}}};
    EXPECT_EQ(datums(both, {{"a", "b"}, {"a", "b"}}), Datums({"r/a", "r/a r/b", "r/b r/a", "r/b"}));
}

TEST(DatumPlan, one_place_cannot_be_file_and_folder)
{
    EXPECT_EQ(
        datums(atom("/"), {{"a", "a-b", "a/c"}}),
        Datums({"error: '/pfs/r/a' would be a file ('file:///data/a') and a folder (of "
                "'file:///data/a/c') in the same datum"})
    );
    EXPECT_EQ(datums(atom("/*"), {{"a", "a-b", "a/c"}}), Datums({"r/a", "r/a/c", "r/a-b"}));
    EXPECT_FALSE(plan({Cross{{atom("/*", "r", "/1"), atom("/*", "r", "/2")}}}, {{"a"}, {"a/b"}}));
}

TEST(DatumPlan, limits_are_checked_before_a_cross_is_built)
{
    Names many;
    for (int i = 0; i < 1'001; ++i)
        many.push_back(fmt::format("f{}", i));
    std::vector<Input> parts;
    for (int i = 0; i < 30; ++i)
        parts.push_back(atom("/*", fmt::format("r{}", i)));
    const Result<DatumPlan> huge = plan({Cross{parts}}, std::vector<Names>(30, many));
    ASSERT_FALSE(huge);
    EXPECT_EQ(huge.error(), (Error{Errc::overloaded, "the input makes more than 1000000 datums"}));

    EXPECT_TRUE(plan(atom("/*"), {many}, {.datums_max = 1'001}));
    EXPECT_FALSE(plan(atom("/*"), {many}, {.datums_max = 1'000}));

    const Input with_all{Cross{{atom("/*", "a"), atom("/", "b")}}};
    const Result<DatumPlan> wide = plan(with_all, {many, many}, {.files_max = 1'001 * 1'002 - 1});
    ASSERT_FALSE(wide);
    EXPECT_EQ(
        wide.error().detail, "the datums have more than 1003001 input files together: 1001 datums"
    );
    const Result<DatumPlan> fits = plan(with_all, {many, many}, {.files_max = 1'001 * 1'002});
    ASSERT_TRUE(fits);
    EXPECT_EQ(fits->file_count(), 1'001u * 1'002u);
}

TEST(DatumPlan, a_plain_path_must_be_resolved_first)
{
    Input input = atom("/*");
    std::get<Atom>(input.node).uri = {UriScheme::local, "", "books"};
    EXPECT_FALSE(plan(input, {{"a"}}));
}

TEST(DatumPlan, uris_carry_any_name)
{
    const Result<DatumPlan> made = plan(atom("/*"), {{"a b#%?{}\n\xff"}});
    ASSERT_TRUE(made);
    EXPECT_EQ(
        made->datum(0),
        std::vector<InputFile>({{"file:///data/a%20b%23%25%3F%7B%7D%0A%FF", "r/a b#%?{}\n\xff"}})
    );
}

// Top-level entries by the plainest way, to compare with.
TEST(DatumPlan, top_level_entries_partition_the_files)
{
    constexpr std::uint64_t seed = 5;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (int round = 0; round < 300; ++round) {
        std::map<std::string, std::set<std::string>> expected;
        Names files;
        for (std::uint64_t n = random.next() % 40; n > 0; --n) {
            std::string path = random_text(random, "ab-.", 2);
            for (std::uint64_t deep = random.next() % 3; deep > 0; --deep)
                path += "/" + random_text(random, "ab", 1) + "x";
            if (path.starts_with("./") || path == "." || path.starts_with(".."))
                continue;
            const std::string top = path.substr(0, path.find('/'));
            const std::string kind = path == top ? "0" : "1"; // a file before a folder of its name
            expected[top + std::string(1, '\0') + kind].insert("r/" + path);
            files.push_back(path);
        }
        Datums wanted;
        for (const auto& [top, paths] : expected)
            wanted.push_back(join(Names(paths.begin(), paths.end()), " "));
        const Datums found = datums(atom("/*"), {files});
        if (found.size() == 1 && found[0].starts_with("error:"))
            continue; // a name that is file and folder further down
        ASSERT_EQ(found, wanted) << join(files, " ");
    }
}

TEST(DatumPayload, any_datum_survives_storing_and_reading)
{
    constexpr std::uint64_t seed = 11;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (int round = 0; round < 500; ++round) {
        std::vector<Names> files(2);
        for (Names& names : files)
            for (std::uint64_t n = random.next() % 6 + 1; n > 0; --n) {
                std::string name;
                for (std::uint64_t size = random.next() % 8 + 3; size > 0; --size) {
                    const char c = static_cast<char>(random.next() % 255 + 1);
                    name += c == '/' ? '%' : c;
                }
                names.push_back(round % 2 ? "d/" + name : name);
            }
        const Result<DatumPlan> made =
            plan({Cross{{atom("/*", "a", "/x%20/"), atom("/", "b", "/y z")}}}, files);
        ASSERT_TRUE(made);
        for (std::uint64_t i = 0; i < made->size(); ++i) {
            const std::vector<InputFile> datum = made->datum(i);
            const std::string stored = dump_json(datum_payload(datum));
            EXPECT_EQ(printable(stored), stored);
            EXPECT_EQ(read_datum_payload(parse_json(stored).value()).value(), datum);
        }
    }
}

TEST(DatumPayload, one_file_is_small)
{
    const Result<DatumPlan> made =
        plan(atom("/*", "books", "/home/user/data/books"), {{"moby dick.txt"}});
    EXPECT_EQ(
        dump_json(datum_payload(made->datum(0))),
        R"({"in":[["file:///home/user/data/books/","books","moby%20dick.txt"]]})"
    );
}

TEST(DatumPayload, what_is_not_a_payload_is_corrupt)
{
    for (const char* text :
         {"null", "{}", R"({"in":{}})", R"({"in":[[]]})", R"({"in":[["a"]]})",
          R"({"in":[["a","b",1]]})", R"({"in":["a"]})"}) {
        const Result<std::vector<InputFile>> read = read_datum_payload(parse_json(text).value());
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, Errc::corrupt);
    }
}

} // namespace
} // namespace sluice::datum_plan_test
