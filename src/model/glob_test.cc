// SPDX-License-Identifier: Apache-2.0
#include "model/glob.h"

#include "base/random.h"
#include "base/text.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::glob_test {
namespace {

Glob glob(std::string_view pattern)
{
    Result<Glob> parsed = Glob::parse(pattern);
    EXPECT_TRUE(parsed) << pattern << ": " << parsed.error().detail;
    return parsed ? std::move(*parsed) : Glob();
}

bool matches(std::string_view pattern, std::string_view path)
{
    return glob(pattern).matches(path);
}

std::vector<std::string> prefixes(std::string_view pattern, std::string_view path)
{
    std::vector<std::size_t> ends;
    glob(pattern).matching_prefixes(path, ends);
    std::vector<std::string> found;
    for (const std::size_t end : ends)
        found.emplace_back(path.substr(0, end));
    return found;
}

using Names = std::vector<std::string>;

TEST(Glob, a_star_does_not_cross_a_slash)
{
    EXPECT_TRUE(matches("/*", "a"));
    EXPECT_TRUE(matches("*", "a"));
    EXPECT_FALSE(matches("/*", "a/b"));
    EXPECT_TRUE(matches("/*/*", "a/b"));
    EXPECT_TRUE(matches("/a*z", "az"));
    EXPECT_TRUE(matches("/a*z", "abcz"));
    EXPECT_FALSE(matches("/a*z", "a/z"));
    EXPECT_FALSE(matches("/*.txt", "a.txt.gz"));
}

TEST(Glob, hidden_files_are_files)
{
    EXPECT_TRUE(matches("/*", ".hidden"));
    EXPECT_TRUE(matches("/?hidden", ".hidden"));
    EXPECT_TRUE(matches("/**/*.csv", ".git/.x.csv"));
}

TEST(Glob, a_question_mark_is_one_byte_but_a_slash)
{
    EXPECT_TRUE(matches("/?", "a"));
    EXPECT_TRUE(matches("/?", "\xff"));
    EXPECT_FALSE(matches("/?", "ab"));
    EXPECT_FALSE(matches("/a?b", "a/b"));
    EXPECT_TRUE(matches("/??", "é"));
}

TEST(Glob, brackets_name_characters)
{
    EXPECT_TRUE(matches("/[abc]", "b"));
    EXPECT_FALSE(matches("/[abc]", "d"));
    EXPECT_TRUE(matches("/[a-cx-z]", "y"));
    EXPECT_FALSE(matches("/[!a-c]", "b"));
    EXPECT_TRUE(matches("/[!a-c]", "d"));
    EXPECT_TRUE(matches("/[^a-c]", "d"));
    EXPECT_FALSE(matches("/a[!x]b", "a/b"));
    EXPECT_TRUE(matches("/[]a]", "]"));
    EXPECT_TRUE(matches("/[!]]", "a"));
    EXPECT_TRUE(matches("/[a-]", "-"));
    EXPECT_TRUE(matches("/[\\]x]", "]"));
    EXPECT_TRUE(matches("/[!a]", "\x80"));
    EXPECT_TRUE(matches("/[*?{]", "?"));
}

TEST(Glob, braces_name_alternatives_and_nest)
{
    EXPECT_TRUE(matches("/{a,b}.txt", "a.txt"));
    EXPECT_TRUE(matches("/{a,b}.txt", "b.txt"));
    EXPECT_FALSE(matches("/{a,b}.txt", "c.txt"));
    EXPECT_TRUE(matches("/x{,1,2{a,b}}", "x"));
    EXPECT_TRUE(matches("/x{,1,2{a,b}}", "x2b"));
    EXPECT_FALSE(matches("/x{,1,2{a,b}}", "x2"));
    EXPECT_TRUE(matches("/{2023/*,2024}/a", "2023/q1/a"));
    EXPECT_TRUE(matches("/*.{csv,json}", "b.json"));
    EXPECT_TRUE(matches("/{}a", "a"));
    EXPECT_TRUE(matches("/a,b}", "a,b}"));
}

TEST(Glob, two_stars_cross_directories)
{
    EXPECT_TRUE(matches("/**/*.csv", "a.csv"));
    EXPECT_TRUE(matches("/**/*.csv", "x/a.csv"));
    EXPECT_TRUE(matches("/**/*.csv", "x/y/z/a.csv"));
    EXPECT_FALSE(matches("/**/*.csv", "x/a.txt"));
    EXPECT_TRUE(matches("**/a", "a"));
    EXPECT_FALSE(matches("**/a", "ba"));
    EXPECT_TRUE(matches("/a/**", "a/b"));
    EXPECT_TRUE(matches("/a/**", "a/b/c"));
    EXPECT_FALSE(matches("/a/**", "a"));
    EXPECT_TRUE(matches("/a/**/b", "a/b"));
    EXPECT_TRUE(matches("/a/**/b", "a/x/y/b"));
    EXPECT_FALSE(matches("/a/**/b", "axb"));
    EXPECT_TRUE(matches("/**.csv", "x/y.csv"));
    EXPECT_TRUE(matches("/***", "x/y"));
}

TEST(Glob, a_backslash_takes_the_next_character_as_it_is)
{
    EXPECT_TRUE(matches("/\\*", "*"));
    EXPECT_FALSE(matches("/\\*", "a"));
    EXPECT_TRUE(matches("/\\{a,b\\}", "{a,b}"));
    EXPECT_TRUE(matches("/a\\[1\\]", "a[1]"));
}

TEST(Glob, odd_names_are_names)
{
    EXPECT_TRUE(matches("/a b#%?", "a b#%x"));
    EXPECT_TRUE(matches("/*", "new\nline"));
    EXPECT_TRUE(matches("/*\xff", "a\xff"));
    EXPECT_TRUE(matches("/é*", "étude"));
}

TEST(Glob, directories_of_a_file_match_too)
{
    EXPECT_EQ(prefixes("/*", "a/b/c"), Names({"a"}));
    EXPECT_EQ(prefixes("/*/*", "a/b/c"), Names({"a/b"}));
    EXPECT_EQ(prefixes("/**", "a/b/c"), Names({"a", "a/b", "a/b/c"}));
    EXPECT_EQ(prefixes("/**/", "a/b/c"), Names({"a", "a/b"}));
    EXPECT_EQ(prefixes("/2024-*/", "2024-01/x"), Names({"2024-01"}));
    EXPECT_EQ(prefixes("/2024-*/", "2024-01"), Names());
    EXPECT_EQ(prefixes("/a/**/", "a/b/c"), Names({"a/b"}));
    EXPECT_EQ(prefixes("/x", "a/b"), Names());
    EXPECT_EQ(prefixes("/a*", "ab"), Names({"ab"}));
    EXPECT_EQ(prefixes("/", "ab"), Names());
}

TEST(Glob, only_a_single_slash_is_everything)
{
    EXPECT_TRUE(glob("/").is_everything());
    EXPECT_FALSE(glob("/*").is_everything());
}

TEST(Glob, bad_patterns_are_refused_with_the_place)
{
    const std::pair<std::string, std::string_view> table[] = {
        {"", "it is empty"},
        {std::string(1025, 'a'), "longer than 1024 bytes"},
        {"/[ab", "'[' without ']' at byte 2"},
        {"/[", "'[' without ']' at byte 2"},
        {"/[]", "'[' without ']' at byte 2"},
        {"/[z-a]", "a reversed range in '[]' at byte 2"},
        {"/[é]", "only ASCII characters may stand in '[]' at byte 3"},
        {"/{a,b", "'{' without '}' at byte 2"},
        {"/{a,{b}", "'{' without '}' at byte 2"},
        {"/a\\", "'\\' without a character at byte 3"},
        {"/a//b", "an empty name between two '/'"},
        {"//", "an empty name between two '/'"},
        {"/a/../b", "'..' is not a name"},
        {"/./b", "'.' is not a name"},
        {"/" + std::string(40, '{'), "braces nested deeper than 16"}};
    for (const auto& [pattern, reason] : table) {
        const Result<Glob> parsed = Glob::parse(pattern);
        ASSERT_FALSE(parsed) << pattern;
        EXPECT_NE(parsed.error().detail.find(reason), std::string::npos)
            << pattern << ": " << parsed.error().detail;
    }
}

// Exponential ways through the pattern; a backtracking matcher would not return.
TEST(Glob, hostile_patterns_stay_polynomial)
{
    std::string stars, braces, doubles;
    for (int i = 0; i < 200; ++i)
        stars += "*a";
    for (int i = 0; i < 100; ++i)
        braces += "{a,aa,}";
    for (int i = 0; i < 100; ++i)
        doubles += "**/";
    const std::string long_name(5'000, 'a');
    EXPECT_FALSE(matches("/" + stars + "b", long_name));
    EXPECT_FALSE(matches("/" + braces + "b", long_name));
    EXPECT_FALSE(matches("/" + doubles + "b", long_name));
    EXPECT_TRUE(matches("/" + stars, long_name));
}

// The plainest possible matcher, to compare with: exponential, and for short inputs only.
bool slow_match(std::string_view pattern, std::string_view path)
{
    if (pattern.empty())
        return path.empty();
    if (pattern.starts_with("**/")) {
        for (std::size_t i = 0; i <= path.size(); ++i)
            if ((i == 0 || path[i - 1] == '/') && slow_match(pattern.substr(3), path.substr(i)))
                return true;
        return false;
    }
    if (pattern[0] == '*') {
        for (std::size_t i = 0; i <= path.size(); ++i) {
            if (slow_match(pattern.substr(1), path.substr(i)))
                return true;
            if (i < path.size() && path[i] == '/')
                return false;
        }
        return false;
    }
    if (pattern[0] == '{') {
        const std::size_t end = pattern.find('}');
        for (const std::string& choice : split(pattern.substr(1, end - 1), ','))
            if (slow_match(choice + std::string(pattern.substr(end + 1)), path))
                return true;
        return false;
    }
    if (path.empty() || (pattern[0] == '?' ? path[0] == '/' : path[0] != pattern[0]))
        return false;
    return slow_match(pattern.substr(1), path.substr(1));
}

TEST(Glob, agrees_with_the_plainest_matcher)
{
    constexpr std::uint64_t seed = 42;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    constexpr std::string_view segments[] = {"a", "b", "*", "?", "a*", "*b", "{a,b}", "{,a*}b"};
    constexpr std::string_view names[] = {"a", "b", "ab", "aab", "ba", "bb"};
    for (int i = 0; i < 20'000; ++i) {
        std::string pattern, path;
        for (std::uint64_t n = random.next() % 3 + 1; n > 0; --n) {
            pattern += random.next() % 4 == 0 ? "**/" : "";
            pattern += std::string(segments[random.next() % 8]) + (n > 1 ? "/" : "");
        }
        for (std::uint64_t n = random.next() % 4 + 1; n > 0; --n)
            path += std::string(names[random.next() % 6]) + (n > 1 ? "/" : "");
        ASSERT_EQ(matches(pattern, path), slow_match(pattern, path))
            << "pattern " << pattern << " path " << path;
    }
}

} // namespace
} // namespace sluice::glob_test
