// SPDX-License-Identifier: Apache-2.0
#include "batch/log_archive.h"

#include "async/testing.h"
#include "batch/blob_stores.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

namespace sluice::log_archive_test {

namespace {

using testing::await;

class LogArchiveTest : public ::testing::Test {
protected:
    std::string log_of(std::string_view text)
    {
        const std::string path = dir / "logs/job/datum.1.log";
        dir.put("logs/job/datum.1.log", "");
        AttemptLog log(path);
        log.append(from_micros(1), OutputStream::out, text);
        log.close();
        return path;
    }

    asio::io_context loop;
    testing::TestDir dir;
    WorkerThreads threads{loop.get_executor(), "test", 1};
    std::shared_ptr<BlobStore> blobs = make_local_blobs(threads);
    LogArchive archive{*blobs, threads, "file://" + dir / "archive/"};
    const AttemptLogName name{"job", "datum", 1};
};

TEST_F(LogArchiveTest, what_was_kept_comes_back_when_the_file_has_gone)
{
    const std::string file = log_of("hello\n");
    ASSERT_TRUE(await(loop, archive.keep(name, file)));
    std::filesystem::remove_all(dir / "logs");

    EXPECT_TRUE(await(loop, archive.bring(name, file)).value());
    const LogPage page = read_attempt_log(file, 0).value();
    ASSERT_EQ(page.chunks.size(), 1u);
    EXPECT_EQ(page.chunks[0].bytes, "hello\n");
    EXPECT_TRUE(page.complete);
}

TEST_F(LogArchiveTest, what_is_brought_replaces_a_shorter_copy)
{
    const std::string file = log_of("the whole log\n");
    ASSERT_TRUE(await(loop, archive.keep(name, file)));
    std::filesystem::remove(file);
    log_of("the");

    EXPECT_TRUE(await(loop, archive.bring(name, file)).value());
    EXPECT_EQ(read_attempt_log(file, 0).value().chunks.at(0).bytes, "the whole log\n");
}

TEST_F(LogArchiveTest, what_was_never_kept_changes_nothing)
{
    const std::string file = log_of("here\n");

    EXPECT_FALSE(await(loop, archive.bring(name, file)).value());
    EXPECT_EQ(read_attempt_log(file, 0).value().chunks.at(0).bytes, "here\n");
}

TEST_F(LogArchiveTest, the_logs_of_one_job_are_removed)
{
    const std::string file = log_of("hello\n");
    const AttemptLogName other{"another", "datum", 1};
    ASSERT_TRUE(await(loop, archive.keep(name, file)));
    ASSERT_TRUE(await(loop, archive.keep(other, file)));

    ASSERT_TRUE(await(loop, archive.remove("job")));
    EXPECT_FALSE(await(loop, archive.bring(name, file)).value());
    EXPECT_TRUE(await(loop, archive.bring(other, file)).value());
    EXPECT_TRUE(await(loop, archive.remove("never-there")));
}

} // namespace

} // namespace sluice::log_archive_test
