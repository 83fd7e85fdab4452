// SPDX-License-Identifier: Apache-2.0
#include "blob/file_blob_store.h"

#include "async/testing.h"
#include "async/worker_threads.h"
#include "blob/file_transfer.h"
#include "blob/file_walk.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::file_blob_store_test {
namespace {

namespace fs = std::filesystem;
using sluice::testing::await;

class FileBlobStoreTest : public ::testing::Test {
protected:
    FileBlobStoreTest()
    {
        std::string name = fs::temp_directory_path() / "sluice-blob-XXXXXX";
        root_ = ::mkdtemp(name.data());
    }

    ~FileBlobStoreTest() override { fs::remove_all(root_); }

    std::string path(std::string_view name) const { return fmt::format("{}/{}", root_, name); }

    std::string put(std::string_view name, std::string_view content)
    {
        const std::string full = path(name);
        fs::create_directories(fs::path(full).parent_path());
        std::ofstream(full) << content;
        return full;
    }

    static std::string content(const std::string& file)
    {
        std::ifstream stream(file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    Result<std::vector<BlobEntry>> list_all(const std::string& place, ListDepth depth)
    {
        auto listing = store_->list(place, depth);
        std::vector<BlobEntry> all;
        for (;;) {
            Result<std::vector<BlobEntry>> page = await(loop_, listing->next_page());
            if (!page)
                return page.error();
            if (page->empty())
                return all;
            all.insert(all.end(), page->begin(), page->end());
        }
    }

    std::vector<std::string> names(const std::string& place, ListDepth depth)
    {
        std::vector<std::string> found;
        for (const BlobEntry& entry : list_all(place, depth).value())
            found.push_back(entry.path + (entry.kind == BlobKind::folder ? "/" : ""));
        return found;
    }

    Result<void> fetch(std::string object, std::string file, FetchMode mode = FetchMode::may_share)
    {
        return await(loop_, store_->fetch({{std::move(object), std::move(file)}}, {mode}));
    }

    Result<void> upload(std::string file, std::string object)
    {
        return await(loop_, store_->upload({{std::move(object), std::move(file)}}, {}));
    }

    Result<void> remove(std::string root, std::vector<std::string> objects)
    {
        return await(loop_, store_->remove(std::move(root), std::move(objects)));
    }

    std::string root_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 2};
    std::unique_ptr<BlobStore> store_ = make_file_blob_store(threads_);
};

using Names = std::vector<std::string>;

TEST_F(FileBlobStoreTest, links_lead_to_their_content)
{
    put("elsewhere/deep/x", "content");
    fs::create_directory(path("in"));
    fs::create_symlink(path("elsewhere/deep"), path("in/folder"));
    fs::create_symlink(path("elsewhere/deep/x"), path("in/file"));

    EXPECT_EQ(names(path("in"), ListDepth::recursive), (Names{"file", "folder/x"}));
    ASSERT_TRUE(fetch(path("in/file"), path("local")));
    EXPECT_FALSE(fs::is_symlink(path("local")));
    EXPECT_EQ(content(path("local")), "content");
}

TEST_F(FileBlobStoreTest, links_in_a_circle_or_to_nowhere_are_errors_with_the_name)
{
    put("in/a/x", "");
    fs::create_directory_symlink("..", path("in/a/up"));
    EXPECT_EQ(
        list_all(path("in"), ListDepth::recursive).error().detail,
        fmt::format("cannot read '{}': a symbolic link to a directory above it", path("in/a/up"))
    );

    fs::create_directory(path("self"));
    fs::create_symlink("self", path("self/self"));
    EXPECT_EQ(
        list_all(path("self"), ListDepth::one_level).error().detail,
        fmt::format("cannot read '{}': a symbolic link in a circle", path("self/self"))
    );

    fs::create_directory(path("lost"));
    fs::create_symlink("nowhere", path("lost/link"));
    EXPECT_EQ(
        list_all(path("lost"), ListDepth::one_level).error().detail,
        fmt::format("cannot read '{}': no such file or directory", path("lost/link"))
    );
}

TEST_F(FileBlobStoreTest, a_fifo_among_the_inputs_is_an_error)
{
    fs::create_directory(path("in"));
    ASSERT_EQ(::mkfifo(path("in/queue").c_str(), 0600), 0);

    EXPECT_EQ(
        list_all(path("in"), ListDepth::recursive).error().detail,
        fmt::format("cannot read '{}': neither a file nor a directory", path("in/queue"))
    );
}

TEST_F(FileBlobStoreTest, a_missing_place_is_not_found)
{
    const Error error = list_all(path("absent"), ListDepth::recursive).error();

    EXPECT_EQ(error.code, Errc::not_found);
    EXPECT_EQ(
        error.detail, fmt::format("cannot list '{}': no such file or directory", path("absent"))
    );
    EXPECT_EQ(fetch(path("absent"), path("local")).error().code, Errc::not_found);
}

TEST_F(FileBlobStoreTest, other_schemes_and_relative_paths_are_refused)
{
    EXPECT_EQ(
        file_path("http://x/y").error().detail,
        "'http://x/y' is not a file: use file:///path or /path"
    );
    EXPECT_FALSE(file_path("file://host"));
    EXPECT_FALSE(file_path("a/b"));
    EXPECT_FALSE(file_path(""));
    EXPECT_EQ(file_path("file:///a%20b#c?d/").value(), "/a%20b#c?d");
    EXPECT_EQ(file_path("/").value(), "/");
}

TEST_F(FileBlobStoreTest, fetch_shares_the_file_or_copies_it_as_asked)
{
    const std::string object = put("in/a", "content");

    ASSERT_TRUE(fetch(object, path("shared")));
    ASSERT_TRUE(fetch(object, path("copy"), FetchMode::own_copy));

    EXPECT_TRUE(fs::equivalent(object, path("shared")));
    EXPECT_FALSE(fs::equivalent(object, path("copy")));
    EXPECT_EQ(content(path("copy")), "content");
}

TEST_F(FileBlobStoreTest, files_whose_size_the_system_does_not_know_are_copied_whole)
{
    ASSERT_TRUE(fetch("/proc/self/status", path("local")));

    EXPECT_NE(content(path("local")).find("VmPeak"), std::string::npos);
}

TEST_F(FileBlobStoreTest, upload_replaces_and_leaves_no_other_names)
{
    put("egress/a/b", "old");

    ASSERT_TRUE(upload(put("local", "new"), path("egress/a/b")));
    ASSERT_TRUE(upload(put("local2", "more"), path("egress/c/d/e")));

    EXPECT_EQ(content(path("egress/a/b")), "new");
    std::vector<std::string> left;
    for (const auto& entry : fs::recursive_directory_iterator(path("egress")))
        if (entry.is_regular_file())
            left.push_back(entry.path().filename());
    std::sort(left.begin(), left.end());
    EXPECT_EQ(left, (Names{"b", "e"}));
}

TEST_F(FileBlobStoreTest, an_object_never_shares_a_file_that_has_another_name)
{
    const std::string local = put("local", "content");
    fs::create_hard_link(local, path("other"));

    ASSERT_TRUE(upload(local, path("egress/x")));
    std::ofstream(path("other")) << "changed";

    EXPECT_EQ(content(path("egress/x")), "content");
}

TEST_F(FileBlobStoreTest, upload_across_filesystems_copies)
{
    std::string other = "/dev/shm/sluice-blob-XXXXXX";
    ASSERT_NE(::mkdtemp(other.data()), nullptr);
    std::ofstream(other + "/local") << "content";

    const Result<void> uploaded = upload(other + "/local", path("egress/x"));
    fs::remove_all(other);

    ASSERT_TRUE(uploaded) << uploaded.error().detail;
    EXPECT_EQ(content(path("egress/x")), "content");
}

TEST_F(FileBlobStoreTest, a_write_that_fails_names_the_object_and_leaves_nothing)
{
    const std::string local = put("local", std::string(100'000, 'x'));
    fs::create_hard_link(local, path("second")); // so that it is copied
    const rlimit before = [] {
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        return limit;
    }();
    const rlimit small{.rlim_cur = 1000, .rlim_max = before.rlim_max};
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const Result<void> uploaded = upload(local, path("egress/x"));
    ::setrlimit(RLIMIT_FSIZE, &before);

    ASSERT_FALSE(uploaded);
    EXPECT_NE(uploaded.error().detail.find(path("egress/x")), std::string::npos);
    EXPECT_NE(uploaded.error().detail.find("file too large"), std::string::npos);
    EXPECT_TRUE(fs::is_empty(path("egress")));
}

TEST_F(FileBlobStoreTest, a_file_where_a_folder_is_needed_is_an_error)
{
    put("egress/a", "file");

    EXPECT_EQ(
        upload(put("local", ""), path("egress/a/b")).error().detail,
        fmt::format("cannot create '{}': not a directory", path("egress/a"))
    );
}

TEST_F(FileBlobStoreTest, remove_prunes_empty_folders_up_to_the_root_and_may_be_repeated)
{
    put("egress/a/b/x", "");
    put("egress/a/y", "");
    const Names both{path("egress/a/b/x"), path("egress/never")};

    EXPECT_TRUE(remove(path("egress"), both));
    EXPECT_FALSE(fs::exists(path("egress/a/b")));
    EXPECT_TRUE(fs::exists(path("egress/a/y")));
    EXPECT_TRUE(remove(path("egress"), both));
    EXPECT_TRUE(remove("file://" + path("egress/"), {path("egress/a/y")}));
    EXPECT_TRUE(fs::is_empty(path("egress")));
}

TEST_F(FileBlobStoreTest, remove_does_not_prune_beside_the_root)
{
    put("egress2/x", "");

    EXPECT_TRUE(remove(path("egress"), {path("egress2/x")}));

    EXPECT_TRUE(fs::exists(path("egress2")));
}

TEST_F(FileBlobStoreTest, check_writable_tries_the_nearest_place_that_exists)
{
    EXPECT_TRUE(await(loop_, store_->check_writable(path("not/yet"))));
    EXPECT_FALSE(fs::exists(path("not")));
    EXPECT_TRUE(fs::is_empty(root_));

    put("file", "");
    EXPECT_EQ(
        await(loop_, store_->check_writable(path("file/below"))).error().code, Errc::not_found
    );
    EXPECT_EQ(
        await(loop_, store_->check_writable("/proc/sluice")).error().detail,
        "cannot write to '/proc': no such file or directory"
    );
}

} // namespace
} // namespace sluice::file_blob_store_test
