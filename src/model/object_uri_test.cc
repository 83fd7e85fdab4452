// SPDX-License-Identifier: Apache-2.0
#include "model/object_uri.h"

#include "base/random.h"
#include "base/text.h"

#include <gtest/gtest.h>

namespace sluice::object_uri_test {
namespace {

using enum UriScheme;

ObjectUri uri(std::string_view text)
{
    Result<ObjectUri> parsed = parse_uri(text);
    EXPECT_TRUE(parsed) << text << ": " << parsed.error().detail;
    return parsed ? std::move(*parsed) : ObjectUri();
}

TEST(ObjectUri, every_form_is_read)
{
    const std::pair<std::string_view, ObjectUri> table[] = {
        {"file:///data/books", {file, "", "/data/books"}},
        {"FILE:///data/", {file, "", "/data/"}},
        {"file://localhost/data", {file, "", "/data"}},
        {"file:///", {file, "", "/"}},
        {"file:///a%20b/100%25", {file, "", "/a b/100%"}},
        {"s3://bucket", {s3, "bucket", ""}},
        {"s3://bucket/", {s3, "bucket", ""}},
        {"s3://my-bucket.x_1/a/b/", {s3, "my-bucket.x_1", "a/b/"}},
        {"gs://b/what?.txt#1", {gs, "b", "what?.txt#1"}},
        {"gs://b/100%/x%zz", {gs, "b", "100%/x%zz"}},
        {"gs://b/%ff", {gs, "b", "\xff"}},
        {"s3://b//x", {s3, "b", "/x"}},
        {"books", {local, "", "books"}},
        {"../books/", {local, "", "../books/"}},
        {"/data/a%20b", {local, "", "/data/a%20b"}},
        {"a/x://y", {local, "", "a/x://y"}}};
    for (const auto& [text, expected] : table)
        EXPECT_EQ(uri(text), expected) << text;
}

TEST(ObjectUri, other_forms_are_refused_with_the_reason)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"", "it is empty"},
        {"http://x/y", "unknown scheme 'http'"},
        {"://x", "unknown scheme ''"},
        {"s3://", "the bucket is missing"},
        {"s3:///x", "the bucket is missing"},
        {"gs://a b/x", "a bucket is named with"},
        {"file://data/books", "three slashes"},
        {"file://", "three slashes"},
        {"file:/data", "'file:' needs '//'"},
        {"s3:bucket/x", "'s3:' needs '//'"},
        {"gs://b/a%00b", "a NUL byte"}};
    for (const auto& [text, reason] : table) {
        const Result<ObjectUri> parsed = parse_uri(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_NE(parsed.error().detail.find(reason), std::string::npos)
            << text << ": " << parsed.error().detail;
    }
}

TEST(ObjectUri, odd_bytes_are_written_as_escapes)
{
    EXPECT_EQ(
        format_uri({gs, "b", "a b#%?{}é\n\xff+~"}), "gs://b/a%20b%23%25%3F%7B%7D%C3%A9%0A%FF+~"
    );
    EXPECT_EQ(format_uri({file, "", "/a/b"}), "file:///a/b");
    EXPECT_EQ(format_uri({local, "", "a b%20"}), "a b%20");
}

TEST(ObjectUri, a_folder_ends_with_a_slash)
{
    EXPECT_EQ(as_folder(uri("file:///a")).path, "/a/");
    EXPECT_EQ(as_folder(uri("file:///a/")).path, "/a/");
    EXPECT_EQ(format_uri(as_folder(uri("s3://b"))), "s3://b/");
    EXPECT_EQ(format_uri(as_folder(uri("s3://b/p"))), "s3://b/p/");
}

TEST(ObjectUri, a_plain_path_is_taken_from_the_folder_of_the_file)
{
    const auto resolved = [](std::string_view text) {
        return format_uri(resolve_uri(uri(text), "/home/user/pipe lines"));
    };
    EXPECT_EQ(resolved("books"), "file:///home/user/pipe%20lines/books");
    EXPECT_EQ(resolved("./books/"), "file:///home/user/pipe%20lines/books/");
    EXPECT_EQ(resolved("."), "file:///home/user/pipe%20lines/");
    EXPECT_EQ(resolved("../a%20b"), "file:///home/user/pipe%20lines/../a%2520b");
    EXPECT_EQ(resolved("/data"), "file:///data");
    EXPECT_EQ(resolved("s3://b/x"), "s3://b/x");
    EXPECT_EQ(format_uri(resolve_uri(uri("x"), "/")), "file:///x");
}

TEST(ObjectUri, any_bytes_survive_writing_and_reading)
{
    constexpr std::uint64_t seed = 99;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (int i = 0; i < 20'000; ++i) {
        const bool escapes = random.next() % 2 == 0; // texts that look like escapes, too
        ObjectUri place{i % 2 == 0 ? s3 : file, i % 2 == 0 ? "b" : "", i % 2 == 0 ? "" : "/"};
        for (std::uint64_t n = random.next() % 20; n > 0; --n)
            place.path +=
                escapes ? "%2fF0g"[random.next() % 6] : static_cast<char>(random.next() % 255 + 1);
        const std::string text = format_uri(place);
        ASSERT_EQ(uri(text), place) << text;
        ASSERT_EQ(printable(text), text);
        ASSERT_EQ(percent_decode(percent_encode(place.path)), place.path);
    }
}

} // namespace
} // namespace sluice::object_uri_test
