// SPDX-License-Identifier: Apache-2.0
#include "kube/watch_lines.h"

#include <gtest/gtest.h>

namespace sluice::watch_lines_test {

namespace {

using Of = WatchEvents::Of;
using Kind = WatchLine::Kind;
using Took = LineCutter::Took;
using Lines = std::vector<std::string>;

} // namespace

TEST(WatchLines, say_what_there_is_and_what_has_gone)
{
    const std::string object =
        R"("object":{"metadata":{"name":"a","uid":"u","resourceVersion":"7"}}})";
    for (const std::string type : {"ADDED", "MODIFIED", "DELETED"}) {
        const Result<WatchLine> job =
            read_watch_line(R"({"type":")" + type + R"(",)" + object, Of::jobs);
        ASSERT_TRUE(job) << job.error().detail;
        EXPECT_EQ(job->kind, type == "DELETED" ? Kind::gone : Kind::seen);
        EXPECT_EQ(job->job.name, "a");
        EXPECT_EQ(job->version, "7");
    }
    const Result<WatchLine> pod = read_watch_line(R"({"type":"ADDED",)" + object, Of::pods);
    ASSERT_TRUE(pod);
    EXPECT_EQ(pod->pod.name, "a");
}

TEST(WatchLines, bookmarks_have_a_version_and_nothing_else)
{
    const Result<WatchLine> line = read_watch_line(
        R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"12"}}})",
        Of::pods
    );

    ASSERT_TRUE(line);
    EXPECT_EQ(line->kind, Kind::bookmark);
    EXPECT_EQ(line->version, "12");
}

TEST(WatchLines, errors_have_a_code_and_words)
{
    const Result<WatchLine> line = read_watch_line(
        R"({"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}})", Of::pods
    );

    ASSERT_TRUE(line);
    EXPECT_EQ(line->kind, Kind::error);
    EXPECT_EQ(line->code, 410);
    EXPECT_EQ(line->message, "too old");
    EXPECT_EQ(line->version, "");
}

TEST(WatchLines, anything_else_is_corrupt)
{
    for (const std::string_view line :
         {"", "<html>", "[]", "{}", R"({"type":"ADDED"})", R"({"type":"ADDED","object":3})",
          R"({"type":"NEW","object":{"metadata":{"name":"a","uid":"u"}}})"}) {
        const Result<WatchLine> read = read_watch_line(line, Of::jobs);
        ASSERT_FALSE(read) << line;
        EXPECT_EQ(read.error().code, Errc::corrupt) << line;
    }
}

TEST(ListPages, say_where_they_go_on)
{
    const Result<ListPage> page = read_list_page(
        R"({"metadata":{"resourceVersion":"5","continue":"next"},"items":[)"
        R"({"metadata":{"name":"a","uid":"u"}},{"metadata":{}},)"
        R"({"metadata":{"name":"b","uid":"v"}}]})",
        Of::pods
    );

    ASSERT_TRUE(page) << page.error().detail;
    EXPECT_EQ(page->version, "5");
    EXPECT_EQ(page->next_page, "next");
    ASSERT_EQ(page->pods.size(), 2u) << "what has no name does not hide the others";
    EXPECT_EQ(page->pods[1].name, "b");
}

TEST(ListPages, may_be_empty)
{
    const Result<ListPage> page =
        read_list_page(R"({"metadata":{"resourceVersion":"5"},"items":null})", Of::jobs);

    ASSERT_TRUE(page) << page.error().detail;
    EXPECT_TRUE(page->jobs.empty());
    EXPECT_EQ(page->next_page, "");
}

TEST(ListPages, without_a_version_are_corrupt)
{
    for (const std::string_view body : {"", "null", "{}", R"({"metadata":{},"items":[]})"}) {
        const Result<ListPage> page = read_list_page(body, Of::jobs);
        ASSERT_FALSE(page) << body;
        EXPECT_EQ(page.error().code, Errc::corrupt) << body;
    }
}

TEST(LineCutter, puts_pieces_together)
{
    Lines lines;
    LineCutter cutter(100, [&lines](std::string_view line) {
        lines.emplace_back(line);
        return true;
    });

    EXPECT_EQ(cutter.take("on"), Took::all);
    EXPECT_EQ(cutter.take("e\n\ntwo\nthr"), Took::all);
    EXPECT_EQ(lines, (Lines{"one", "two"}));
    EXPECT_EQ(cutter.take("ee\n"), Took::all);
    EXPECT_EQ(lines, (Lines{"one", "two", "three"}));
}

TEST(LineCutter, stops_when_it_is_told)
{
    int count = 0;
    LineCutter cutter(100, [&count](std::string_view) { return ++count < 2; });

    EXPECT_EQ(cutter.take("a\nb\nc\n"), Took::enough);
    EXPECT_EQ(count, 2);
}

TEST(LineCutter, holds_no_more_than_its_limit)
{
    LineCutter cutter(4, [](std::string_view) { return true; });

    EXPECT_EQ(cutter.take("abcd\nab"), Took::all);
    EXPECT_EQ(cutter.take("cde"), Took::too_long);
}

} // namespace sluice::watch_lines_test
