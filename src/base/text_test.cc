// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace sluice::text_test {

namespace {

using Words = std::vector<std::string>;

TEST(Trim, takes_blanks_from_both_ends_only)
{
    EXPECT_EQ(trim(" \t a b\r\n"), "a b");
    EXPECT_EQ(trim("a"), "a");
    EXPECT_EQ(trim(" \n "), "");
    EXPECT_EQ(trim(""), "");
}

TEST(Split, keeps_empty_parts)
{
    EXPECT_EQ(split("a,,b,", ','), (Words{"a", "", "b", ""}));
    EXPECT_EQ(split("", ','), (Words{""}));
}

TEST(Join, undoes_split)
{
    for (const std::string text : {"a,,b,", "", ",", "one"})
        EXPECT_EQ(join(split(text, ','), ","), text);
}

TEST(ToLower, changes_ascii_letters_only)
{
    EXPECT_EQ(to_lower("AZaz09[@`{"), "azaz09[@`{");
    EXPECT_EQ(to_lower("Ä"), "Ä");
}

TEST(IsUtf8, accepts_the_ends_of_every_range)
{
    for (const std::string_view text :
         {"", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(is_utf8(text)) << printable(text);
}

TEST(IsUtf8, refuses_what_rfc_3629_refuses)
{
    for (const std::string_view text :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf",
          "\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xff", "ok\xc3"})
        EXPECT_FALSE(is_utf8(text)) << printable(text);
}

TEST(Printable, leaves_readable_text_alone)
{
    EXPECT_EQ(printable("Grüße, 世界\n\tend"), "Grüße, 世界\n\tend");
}

TEST(Printable, replaces_each_byte_that_is_not_utf8)
{
    EXPECT_EQ(printable("a\xff\xc3z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
    EXPECT_TRUE(is_utf8(printable("\xf0\x90\x80")));
}

TEST(Printable, disarms_what_a_terminal_would_obey)
{
    EXPECT_EQ(printable("\x1b[2J"), "\\x1b[2J");
    EXPECT_EQ(printable(std::string_view("\0\r\x7f", 3)), "\\x00\\x0d\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"), "\\x9b") << "the one-character form of ESC [";
}

TEST(EditDistance, counts_inserts_deletes_replacements_and_swaps)
{
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("abc", ""), 3u);
    EXPECT_EQ(edit_distance("abc", "abc"), 0u);
    EXPECT_EQ(edit_distance("abc", "axc"), 1u);
    EXPECT_EQ(edit_distance("abc", "abxc"), 1u);
    EXPECT_EQ(edit_distance("abcd", "abdc"), 1u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Nearest, names_what_a_person_may_have_meant_nearest_first)
{
    const Words keys{"parallelism_spec", "pipeline", "transform", "input", "egress"};

    EXPECT_EQ(nearest("pipline", keys), Words{"pipeline"});
    EXPECT_EQ(nearest("TRANSFORM", keys), Words{"transform"});
    EXPECT_EQ(nearest("parallel", keys), Words{"parallelism_spec"}) << "a beginning is enough";
    EXPECT_EQ(nearest("zebra", keys), Words{});
}

TEST(Nearest, stops_at_the_count)
{
    const Words keys{"aaa1", "aaa3", "aaa2"};

    EXPECT_EQ(nearest("aaa", keys, 2), (Words{"aaa1", "aaa2"}));
}

TEST(Nearest, has_nothing_to_say_about_an_empty_word)
{
    const Words keys{"cmd", "env", "image"};

    EXPECT_EQ(nearest("", keys), Words{});
}

} // namespace

} // namespace sluice::text_test
