// SPDX-License-Identifier: Apache-2.0
#include "exec/pod_dir.h"

#include "async/testing.h"
#include "async/worker_threads.h"
#include "blob/file_blob_store.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>

namespace sluice::pod_dir_test {
namespace {

namespace fs = std::filesystem;
using sluice::testing::await;
using sluice::testing::read_file;

// A pod's mounts are directories here: what the command sees as /pfs is a link to `now`.
class PodDir : public ::testing::Test {
protected:
    PodDir()
    {
        fs::create_directories(dir_ / "sluice-pfs/now");
        fs::create_directory(dir_ / "scratch");
        fs::create_directory_symlink(dir_ / "sluice-pfs/now", dir_ / "pfs");
        roots_.pfs = dir_ / "sluice-pfs";
        roots_.seen_pfs = dir_ / "pfs";
        roots_.scratch = dir_ / "scratch";
    }

    std::unique_ptr<AttemptPlace> place(std::string id)
    {
        return make_pod_place(threads_, roots_, std::move(id));
    }

    Result<void> fill(AttemptPlace& place, const std::string& name)
    {
        const WorkInput input{dir_.put("data/" + name, name), "/pfs/texts/" + name};
        TransferOptions options;
        options.mode = FetchMode::own_copy;
        return await(loop_, place.fill(*store_, {input}, options));
    }

    testing::TestDir dir_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 1};
    std::unique_ptr<BlobStore> store_ = make_file_blob_store(threads_);
    PodRoots roots_;
};

TEST_F(PodDir, the_command_finds_its_inputs_read_only_and_empty_places)
{
    const auto place = this->place("a.1");
    ASSERT_TRUE(fill(*place, "one"));
    ASSERT_TRUE(await(loop_, place->enter()));

    EXPECT_EQ(place->pfs(), dir_ / "pfs");
    EXPECT_EQ(read_file(dir_ / "pfs/texts/one"), "one");
    struct stat status {};
    ASSERT_EQ(::stat((dir_ / "pfs/texts/one").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0444u);
    EXPECT_TRUE(fs::is_empty(dir_ / "pfs/out"));
    EXPECT_TRUE(fs::is_empty(place->scratch()));
}

TEST_F(PodDir, every_attempt_finds_empty_places)
{
    const auto first = place("a.1");
    ASSERT_TRUE(fill(*first, "one"));
    ASSERT_TRUE(await(loop_, first->enter()));
    dir_.put("pfs/out/result", "R");
    dir_.put("pfs/left/deep/file", "L");
    dir_.put("scratch/x/y", "S");
    fs::permissions(dir_ / "pfs/left", fs::perms::none);

    const auto second = place("a.2"); // whether the first has tidied up or was killed
    ASSERT_TRUE(fill(*second, "two"));
    ASSERT_TRUE(await(loop_, second->enter()));

    EXPECT_FALSE(fs::exists(dir_ / "pfs/texts/one"));
    EXPECT_FALSE(fs::exists(dir_ / "pfs/left"));
    EXPECT_TRUE(fs::is_empty(dir_ / "pfs/out"));
    EXPECT_TRUE(fs::is_empty(dir_ / "scratch"));
    EXPECT_EQ(read_file(dir_ / "pfs/texts/two"), "two");
}

TEST_F(PodDir, what_is_prefetched_is_not_seen_and_disturbs_nothing)
{
    const auto current = place("a.1");
    ASSERT_TRUE(fill(*current, "one"));
    ASSERT_TRUE(await(loop_, current->enter()));
    const auto next = place("b.1");
    ASSERT_TRUE(fill(*next, "two"));

    EXPECT_EQ(read_file(dir_ / "pfs/texts/one"), "one");
    EXPECT_FALSE(fs::exists(dir_ / "pfs/texts/two"));
    EXPECT_EQ(next->input_directory().rfind(dir_ / "sluice-pfs/next", 0), 0u);

    dir_.put("pfs/out/result", "R");
    ASSERT_TRUE(await(loop_, place("b.1")->remove())); // given back: only what waited goes
    EXPECT_EQ(read_file(dir_ / "pfs/out/result"), "R");
    EXPECT_FALSE(fs::exists(next->input_directory()));
}

TEST_F(PodDir, outputs_are_those_of_the_seen_places)
{
    const auto place = this->place("a.1");
    ASSERT_TRUE(fill(*place, "one"));
    ASSERT_TRUE(await(loop_, place->enter()));
    dir_.put("pfs/out/deep/result", "R");
    fs::create_symlink("/pfs/texts/one", dir_ / "pfs/out/link");

    std::map<std::string, std::string> content;
    for (const OutputFile& output : await(loop_, place->outputs()).value())
        content[output.path] = read_file(output.file);
    EXPECT_EQ(content, (std::map<std::string, std::string>{{"deep/result", "R"}, {"link", "one"}}));
}

TEST_F(PodDir, an_end_leaves_the_mounts_and_nothing_in_them)
{
    const auto place = this->place("a.1");
    ASSERT_TRUE(fill(*place, "one"));
    ASSERT_TRUE(await(loop_, place->enter()));
    dir_.put("scratch/x", "S");
    ASSERT_TRUE(await(loop_, place->remove()));

    EXPECT_TRUE(fs::is_empty(dir_ / "pfs"));
    EXPECT_TRUE(fs::is_empty(dir_ / "scratch"));
    EXPECT_TRUE(fs::is_empty(dir_ / "sluice-pfs/next"));

    dir_.put("sluice-pfs/next/c.1/pfs/texts/x", ""); // of a worker that was killed
    ASSERT_TRUE(clear_pod_places(roots_));
    EXPECT_FALSE(fs::exists(dir_ / "sluice-pfs/next"));
}

} // namespace
} // namespace sluice::pod_dir_test
