// SPDX-License-Identifier: Apache-2.0
#include "exec/work_dir.h"

#include "async/testing.h"
#include "async/worker_threads.h"
#include "base/os.h"
#include "blob/file_blob_store.h"
#include "exec/remove_tree.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace sluice::work_dir_test {
namespace {

namespace fs = std::filesystem;
using sluice::testing::await;
using sluice::testing::read_file;

class WorkDirTest : public ::testing::Test {
protected:
    Result<void> fill(std::vector<WorkInput> inputs, FetchMode mode = FetchMode::may_share)
    {
        return await(loop_, work_.fill(*store_, std::move(inputs), TransferOptions{mode}));
    }

    std::string out(std::string_view name) { return work_.pfs() + "/out/" + std::string(name); }

    std::vector<std::string> output_paths()
    {
        std::vector<std::string> paths;
        for (const OutputFile& output : await(loop_, work_.outputs()).value())
            paths.push_back(output.path);
        return paths;
    }

    std::string output_error() { return await(loop_, work_.outputs()).error().detail; }

    testing::TestDir dir_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 1};
    std::unique_ptr<BlobStore> store_ = make_file_blob_store(threads_);
    WorkDir work_{threads_, dir_ / "work/job/1"};
};

using Paths = std::vector<std::string>;

TEST_F(WorkDirTest, inputs_stand_where_the_command_looks)
{
    const std::string a = dir_.put("data/a b%\n\xff", "A");
    const std::string b = dir_.put("data/deep/b", "B");

    ASSERT_TRUE(fill({{"file://" + a, "/pfs/texts/a b%\n\xff"}, {b, "/pfs/other/deep/b"}}));

    EXPECT_EQ(read_file(work_.pfs() + "/texts/a b%\n\xff"), "A");
    EXPECT_EQ(read_file(work_.pfs() + "/other/deep/b"), "B");
    EXPECT_TRUE(fs::is_empty(work_.pfs() + "/out"));
    EXPECT_TRUE(fs::is_empty(work_.scratch()));
}

TEST_F(WorkDirTest, a_copy_can_be_asked_for)
{
    const std::string a = dir_.put("data/a", "A");

    ASSERT_TRUE(fill({{a, "/pfs/texts/a"}}, FetchMode::own_copy));

    EXPECT_FALSE(fs::equivalent(a, work_.pfs() + "/texts/a"));
}

TEST_F(WorkDirTest, inputs_with_bad_places_are_refused)
{
    const std::string a = dir_.put("data/a", "A");
    for (const char* path :
         {"texts/a", "/pfs/a", "/pfs/out/a", "/pfs/../a", "/pfs/t/../a", "/pfs/t//a", "/pfs/t/."}) {
        const Result<void> filled = fill({{a, path}});
        ASSERT_FALSE(filled) << path;
        EXPECT_EQ(filled.error().code, Errc::invalid) << path;
        ASSERT_TRUE(await(loop_, work_.remove()));
    }
    EXPECT_EQ(
        fill({{a, "/pfs/t/a"}, {a, "/pfs/t/a"}}).error().detail,
        fmt::format(
            "the input '{}' cannot be shown as '/pfs/t/a': another input of the datum has "
            "that name",
            a
        )
    );
}

TEST_F(WorkDirTest, a_missing_input_is_named)
{
    EXPECT_EQ(
        fill({{dir_ / "absent", "/pfs/t/a"}}).error().detail,
        fmt::format("cannot read '{}': no such file or directory", dir_ / "absent")
    );
}

TEST_F(WorkDirTest, outputs_are_all_files_in_byte_order)
{
    ASSERT_TRUE(fill({}));
    for (const char* name : {"b", "a/x", "a.txt", ".hidden", "new\nline", "\xff"})
        dir_.put("work/job/1/pfs/out/" + std::string(name), name);
    fs::create_directory(out("empty"));

    EXPECT_EQ(output_paths(), (Paths{".hidden", "a.txt", "a/x", "b", "new\nline", "\xff"}));
}

TEST_F(WorkDirTest, links_within_pfs_are_their_content)
{
    const std::string a = dir_.put("data/a", "A");
    ASSERT_TRUE(fill({{a, "/pfs/texts/deep/a"}}));
    dir_.put("work/job/1/pfs/out/real", "R");
    fs::create_symlink("/pfs/texts/deep/a", out("absolute"));
    fs::create_symlink("../texts/deep/../deep/a", out("relative"));
    fs::create_symlink("absolute", out("chain"));
    fs::create_symlink("/pfs/texts", out("folder"));
    fs::create_symlink("folder/deep/a", out("through"));

    std::map<std::string, std::string> content;
    for (const OutputFile& output : await(loop_, work_.outputs()).value())
        content[output.path] = read_file(output.file);
    EXPECT_EQ(
        content, (std::map<std::string, std::string>{
                     {"absolute", "A"},
                     {"chain", "A"},
                     {"folder/deep/a", "A"},
                     {"real", "R"},
                     {"relative", "A"},
                     {"through", "A"},
                 })
    );
}

TEST_F(WorkDirTest, links_that_leave_pfs_are_errors_with_the_name)
{
    const std::pair<const char*, const char*> cases[] = {
        {"/etc/passwd", "is a link out of /pfs, to '/etc/passwd'"},
        {"/pfsx", "is a link out of /pfs, to '/pfsx'"},
        {"../../../../../etc/passwd", "is a link out of /pfs, to '../../../../../etc/passwd'"},
        {"/pfs/../etc/passwd", "is a link out of /pfs, to '/../etc/passwd'"},
        {"/pfs/lost", "is a link to '/pfs/lost', which cannot be read: no such file or directory"},
        {"self", "is a link in a circle"},
        {".", "is a link in a circle"},
    };
    for (const auto& [target, problem] : cases) {
        ASSERT_TRUE(fill({}));
        fs::create_symlink(target, out("self"));
        EXPECT_TRUE(output_error().ends_with(problem)) << output_error();
        EXPECT_TRUE(output_error().starts_with("the output '/pfs/out/self")) << output_error();
        ASSERT_TRUE(await(loop_, work_.remove()));
    }
}

TEST_F(WorkDirTest, sockets_and_pipes_are_errors_with_the_name)
{
    ASSERT_TRUE(fill({}));
    ASSERT_EQ(::mkfifo(out("queue").c_str(), 0600), 0);
    EXPECT_EQ(
        output_error(), "the output '/pfs/out/queue' is a named pipe, only files can be uploaded"
    );

    fs::remove(out("queue"));
    const Fd socket{::socket(AF_UNIX, SOCK_STREAM, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    out("s").copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(output_error(), "the output '/pfs/out/s' is a socket, only files can be uploaded");
}

TEST_F(WorkDirTest, removal_copes_with_what_commands_leave)
{
    ASSERT_TRUE(fill({}));
    dir_.put("work/job/1/pfs/out/closed/x/y", "");
    fs::create_symlink(dir_.path(), out("link"));
    fs::permissions(out("closed/x"), fs::perms::none);
    fs::permissions(out("closed"), fs::perms::none);

    ASSERT_TRUE(await(loop_, work_.remove()));

    EXPECT_FALSE(fs::exists(dir_ / "work/job/1"));
    EXPECT_TRUE(fs::exists(dir_ / "work/job"));
    EXPECT_TRUE(await(loop_, work_.remove()));
}

TEST_F(WorkDirTest, removal_goes_as_deep_as_it_must)
{
    ASSERT_TRUE(fill({}));
    const std::string here = fs::current_path();
    fs::current_path(work_.scratch());
    for (int i = 0; i < 1000; ++i) { // a path of 5,000 bytes, more than a call takes
        ASSERT_EQ(::mkdir("deep", 0700), 0);
        ASSERT_EQ(::chdir("deep"), 0);
    }
    fs::current_path(here);

    EXPECT_TRUE(await(loop_, work_.remove()));
    EXPECT_FALSE(fs::exists(dir_ / "work/job/1"));
}

} // namespace
} // namespace sluice::work_dir_test
