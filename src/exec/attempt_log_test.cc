// SPDX-License-Identifier: Apache-2.0
#include "exec/attempt_log.h"

#include "base/random.h"
#include "exec/test_dir.h"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace sluice::attempt_log_test {
namespace {

using testing::TestDir;

constexpr LogLimits small{.head_bytes = 1000, .ring_bytes = 2000};

std::string text_of(const std::vector<LogChunk>& chunks)
{
    std::string text;
    for (const LogChunk& chunk : chunks)
        text += chunk.bytes;
    return text;
}

std::vector<LogChunk> read_all(const std::string& path, std::size_t page_bytes = 1u << 20)
{
    std::vector<LogChunk> all;
    std::uint64_t offset = 0;
    for (;;) {
        const LogPage page = read_attempt_log(path, offset, page_bytes).value();
        all.insert(all.end(), page.chunks.begin(), page.chunks.end());
        if (page.next == offset)
            return all;
        offset = page.next;
    }
}

TEST(AttemptLog, a_log_that_does_not_exist_is_empty)
{
    const LogPage page = read_attempt_log("/nowhere/log", 0).value();

    EXPECT_TRUE(page.chunks.empty());
    EXPECT_FALSE(page.complete);
}

TEST(AttemptLog, keeps_stream_time_and_bytes)
{
    const TestDir dir;
    AttemptLog log(dir / "log");
    const LogChunk first{from_micros(1), OutputStream::out, std::string("a\0\xff", 3)};
    const LogChunk second{from_micros(2), OutputStream::err, "b"};

    log.append(first.time, first.stream, first.bytes);
    log.append(second.time, second.stream, second.bytes);
    log.close();

    const LogPage page = read_attempt_log(dir / "log", 0).value();
    EXPECT_EQ(page.chunks, (std::vector<LogChunk>{first, second}));
    EXPECT_TRUE(page.complete);
    EXPECT_EQ(log.problem(), "");
}

TEST(AttemptLog, can_be_followed_while_it_is_written)
{
    const TestDir dir;
    AttemptLog log(dir / "log");

    log.append({}, OutputStream::out, "one");
    log.flush();
    const LogPage one = read_attempt_log(dir / "log", 0).value();
    log.append({}, OutputStream::out, "two");
    log.flush();
    const LogPage two = read_attempt_log(dir / "log", one.next).value();
    const bool complete_before = two.complete;
    log.close();
    const LogPage end = read_attempt_log(dir / "log", two.next).value();

    EXPECT_EQ(text_of(one.chunks), "one");
    EXPECT_EQ(text_of(two.chunks), "two");
    EXPECT_FALSE(complete_before);
    EXPECT_TRUE(end.chunks.empty());
    EXPECT_TRUE(end.complete);
}

TEST(AttemptLog, pages_are_about_as_large_as_asked_and_add_up)
{
    const TestDir dir;
    AttemptLog log(dir / "log");
    std::string expected;
    for (int i = 0; i < 20'000; ++i) {
        const std::string line = fmt::format("line {}\n", i);
        log.append({}, OutputStream::out, line);
        expected += line;
    }
    log.close();

    EXPECT_LE(text_of(read_attempt_log(dir / "log", 0, 1000).value().chunks).size(), 70'000u);
    EXPECT_EQ(text_of(read_all(dir / "log", 1000)), expected);
}

TEST(AttemptLog, the_middle_is_cut_and_says_so)
{
    const TestDir dir;
    AttemptLog log(dir / "log", small);
    std::string all;
    for (int i = 0; i < 1000; ++i) {
        const std::string line = fmt::format("line {:04}\n", i);
        log.append({}, OutputStream::out, line);
        log.flush();
        all += line;
    }
    log.close();

    const std::vector<LogChunk> chunks = read_all(dir / "log");
    const auto cut = std::find_if(chunks.begin(), chunks.end(), [](const LogChunk& chunk) {
        return chunk.stream == OutputStream::notice;
    });
    ASSERT_NE(cut, chunks.end());
    const std::string before = text_of({chunks.begin(), cut});
    const std::string after = text_of({cut + 1, chunks.end()});
    // Each record is 26 bytes, 10 of them ours.
    EXPECT_EQ(before.size(), 1000 / 26 * 10u);
    EXPECT_TRUE(all.starts_with(before));
    EXPECT_GE(after.size(), (2000 / 26 - 1) * 10u);
    EXPECT_TRUE(all.ends_with(after));
    EXPECT_EQ(
        cut->bytes,
        fmt::format("[{} bytes were cut here]\n", 26'000 - 26 * (before.size() + after.size()) / 10)
    );
    EXPECT_LE(std::filesystem::file_size(dir / "log"), 3064u);
}

TEST(AttemptLog, random_writes_read_back_as_head_and_tail)
{
    const TestDir dir;
    const std::uint64_t seed = 7;
    SCOPED_TRACE(fmt::format("seed {}", seed));
    SeededRandom random(seed);
    for (int round = 0; round < 50; ++round) {
        const std::string path = dir / fmt::format("log{}", round);
        AttemptLog log(path, small);
        std::string all;
        const std::size_t length = random.next() % 12'000;
        while (all.size() < length) {
            const std::string bytes = random_text(random, "abcdefgh\n", 1 + random.next() % 900);
            log.append({}, OutputStream::out, bytes);
            all += bytes;
            if (random.next() % 3 == 0)
                log.flush();
        }
        log.close();

        std::string before, after;
        bool cut = false;
        for (const LogChunk& chunk : read_all(path, 1 + random.next() % 500)) {
            cut = cut || chunk.stream == OutputStream::notice;
            if (chunk.stream != OutputStream::notice)
                (cut ? after : before) += chunk.bytes;
        }
        EXPECT_TRUE(all.starts_with(before)) << round;
        EXPECT_TRUE(cut ? all.ends_with(after) : all == before) << round;
        EXPECT_GE(before.size() + after.size(), std::min<std::size_t>(all.size(), 1000)) << round;
    }
}

TEST(AttemptLog, a_reader_that_falls_behind_is_told_what_it_missed)
{
    const TestDir dir;
    AttemptLog log(dir / "log", small);
    log.append({}, OutputStream::out, std::string(2000, 'a'));
    log.flush();
    const std::uint64_t offset = read_attempt_log(dir / "log", 0).value().next;
    for (int i = 0; i < 100; ++i)
        log.append({}, OutputStream::out, std::string(100, 'b'));
    log.close();

    const LogPage page = read_attempt_log(dir / "log", offset).value();
    ASSERT_FALSE(page.chunks.empty());
    EXPECT_EQ(page.chunks.front().stream, OutputStream::notice);
    EXPECT_TRUE(text_of(page.chunks).ends_with("bbb"));
}

TEST(AttemptLog, a_full_disk_loses_output_but_not_the_log)
{
    const TestDir dir;
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit full{.rlim_cur = 200, .rlim_max = before.rlim_max};
    ::signal(SIGXFSZ, SIG_IGN);
    AttemptLog log(dir / "log");

    log.append({}, OutputStream::out, "first");
    log.flush();
    ::setrlimit(RLIMIT_FSIZE, &full);
    log.append({}, OutputStream::out, std::string(500, 'x'));
    log.flush();
    ::setrlimit(RLIMIT_FSIZE, &before);
    log.append({}, OutputStream::out, "last");
    log.close();

    const std::string reason =
        fmt::format("cannot write the log '{}': file too large", dir / "log");
    EXPECT_EQ(log.problem(), reason);
    EXPECT_EQ(
        text_of(read_all(dir / "log")),
        fmt::format("first[516 bytes were lost here: {}]\nlast", reason)
    );
}

TEST(AttemptLog, damage_is_an_error)
{
    const TestDir dir;
    dir.put("log", "this is not a log, but it is longer than the header of a log, certainly");

    EXPECT_EQ(read_attempt_log(dir / "log", 0).error().code, Errc::corrupt);
}

} // namespace
} // namespace sluice::attempt_log_test
