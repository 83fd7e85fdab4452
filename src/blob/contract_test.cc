// SPDX-License-Identifier: Apache-2.0
#include "blob/testing/contract.h"

#include "blob/file_blob_store.h"
#include "blob/testing/bucket_fixture.h"

#include <fmt/format.h>

namespace sluice {

namespace testing::contract_test {

namespace {

class FileBackend final : public BlobBackend {
public:
    explicit FileBackend(WorkerThreads& threads) : store_(make_file_blob_store(threads)) {}

    BlobStore& store() override { return *store_; }
    std::string place() const override { return "file://" + folder_.path("place/"); }

    std::size_t put_many(asio::io_context&) override
    {
        constexpr std::size_t many = 25'000;
        for (std::size_t i = 0; i < many; ++i)
            folder_.put(fmt::format("place/{:05}", i), "");
        return many;
    }

    bool takes_any_byte() const override { return true; }

private:
    TempFolder folder_;
    std::unique_ptr<BlobStore> store_;
};

class MemoryBackend final : public BlobBackend {
public:
    explicit MemoryBackend(asio::io_context& loop) : stage_(loop)
    {
        const MemoryService::Options options{.page_entries = 10};
        auto service = std::make_unique<MemoryService>(loop.get_executor(), options);
        service->buckets["b"];
        store_ = make_bucket_store(stage_.parts(), std::move(service));
    }

    BlobStore& store() override { return *store_; }
    std::string place() const override { return "mem://b/deep/place/"; }

    bool takes_any_byte() const override { return true; }

private:
    BucketStage stage_;
    std::unique_ptr<BlobStore> store_;
};

const BackendKind files{"file", [](asio::io_context&, WorkerThreads& threads) {
                            return std::unique_ptr<BlobBackend>(new FileBackend(threads));
                        }};
const BackendKind memory{"memory", [](asio::io_context& loop, WorkerThreads&) {
                             return std::unique_ptr<BlobBackend>(new MemoryBackend(loop));
                         }};

} // namespace

INSTANTIATE_TEST_SUITE_P(Every, BlobContract, ::testing::Values(files, memory), kind_name);
INSTANTIATE_TEST_SUITE_P(Memory, BucketContract, ::testing::Values(memory), kind_name);

TEST_P(BlobContract, lists_in_the_byte_order_of_whole_paths_at_both_depths)
{
    for (const char* name : {"a/x", "a.txt", "a0", "B", ".hidden", "a/b/c"})
        ASSERT_TRUE(put(name, "12"));

    EXPECT_EQ(names(place("")), (Names{".hidden", "B", "a.txt", "a/b/c", "a/x", "a0"}));
    EXPECT_EQ(names(place(""), ListDepth::one_level), (Names{".hidden", "B", "a.txt", "a/", "a0"}));
    EXPECT_EQ(names(place("a")), (Names{"b/c", "x"})); // with and without a slash
    EXPECT_EQ(names(place("a/"), ListDepth::one_level), (Names{"b/", "x"}));
}

TEST_P(BlobContract, tells_sizes)
{
    ASSERT_TRUE(put("a/file", "12345"));

    EXPECT_EQ(
        list_all(place(""), ListDepth::recursive).value(),
        (std::vector<BlobEntry>{{"a/file", BlobKind::file, 5}})
    );
    EXPECT_EQ(
        list_all(place(""), ListDepth::one_level).value(),
        (std::vector<BlobEntry>{{"a", BlobKind::folder, 0}})
    );
}

TEST_P(BlobContract, any_byte_but_slash_and_nul_may_stand_in_a_name)
{
    Names odd{"a b", "100%", "#1", "new\nline", "q?{x}", "é", "a+b", "%2F", "~", "a&b=c", "*"};
    if (backend_->takes_any_byte())
        odd.push_back("\xff\xfe");
    for (const std::string& name : odd) {
        ASSERT_TRUE(put("in " + name + "/" + name, name)) << name;
        EXPECT_EQ(content("in " + name + "/" + name).value(), name);
    }

    Names expected;
    for (const std::string& name : odd)
        expected.push_back("in " + name + "/" + name);
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(names(place("")), expected);
    for (const std::string& name : odd)
        EXPECT_EQ(names(place("in " + name), ListDepth::one_level), Names{name});
}

TEST_P(BlobContract, a_large_folder_comes_in_pages)
{
    const std::size_t many = backend_->put_many(loop_);
    auto listing = backend_->store().list(place(""), ListDepth::recursive);

    std::size_t pages = 0;
    Names all;
    for (;; ++pages) {
        const std::vector<BlobEntry> page = await(loop_, listing->next_page()).value();
        if (page.empty())
            break;
        for (const BlobEntry& entry : page)
            all.push_back(entry.path);
    }

    EXPECT_GE(pages, 3u);
    EXPECT_EQ(all.size(), many);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    EXPECT_TRUE(await(loop_, listing->next_page()).value().empty()); // the end stays the end
}

TEST_P(BlobContract, an_object_is_what_was_uploaded_and_replaces_what_was_there)
{
    ASSERT_TRUE(put("a/b", "old and longer"));

    ASSERT_TRUE(put("a/b", "new"));

    EXPECT_EQ(content("a/b").value(), "new");
    EXPECT_EQ(names(place("")), Names{"a/b"});
}

TEST_P(BlobContract, an_object_appears_whole_or_not_at_all)
{
    ASSERT_TRUE(put("there", "x"));
    folder_.put("folder/file", "");

    EXPECT_FALSE(upload_file("a/b", "absent"));
    EXPECT_FALSE(upload_file("a/c", "folder"));

    EXPECT_EQ(names(place("")), Names{"there"});
}

TEST_P(BlobContract, an_empty_object_is_a_file)
{
    ASSERT_TRUE(put("empty", ""));

    EXPECT_EQ(names(place("")), Names{"empty"});
    EXPECT_EQ(content("empty").value(), "");
    EXPECT_TRUE(folder_.has("local"));
}

TEST_P(BucketContract, markers_are_no_files)
{
    ASSERT_TRUE(put("a/", ""));
    ASSERT_TRUE(put("a/b/", ""));
    ASSERT_TRUE(put("a/file", "x"));

    EXPECT_EQ(names(place("")), Names{"a/file"});
    EXPECT_EQ(names(place("a"), ListDepth::one_level), (Names{"b/", "file"}));
}

TEST_P(BlobContract, what_does_not_exist_is_not_found_and_leaves_no_file)
{
    ASSERT_TRUE(put("there", "x"));

    EXPECT_EQ(fetch("absent").error().code, Errc::not_found);

    EXPECT_FALSE(folder_.has("local"));
}

TEST_P(BlobContract, a_file_that_is_there_already_stays)
{
    ASSERT_TRUE(put("a", "object"));
    std::vector<Transfer> transfers{{place("a"), folder_.put("mine", "content")}};
    const TransferOptions options{.mode = FetchMode::own_copy};

    const Result<void> fetched =
        await(loop_, backend_->store().fetch(std::move(transfers), options));

    EXPECT_EQ(fetched.error().code, Errc::conflict);
    EXPECT_EQ(folder_.content("mine"), "content");
}

TEST_P(BlobContract, many_transfers_of_one_call_are_all_done)
{
    std::vector<Transfer> up;
    std::vector<Transfer> down;
    Names expected;
    for (int i = 100; i < 200; ++i) {
        const std::string name = std::to_string(i);
        up.push_back({place("many/" + name), folder_.put("up/" + name, name)});
        down.push_back({place("many/" + name), folder_.path("down-" + name)});
        expected.push_back(name);
    }
    const TransferOptions options;

    ASSERT_TRUE(await(loop_, backend_->store().upload(std::move(up), options)));
    ASSERT_TRUE(await(loop_, backend_->store().fetch(std::move(down), options)));

    EXPECT_EQ(names(place("many")), expected);
    for (const std::string& name : expected)
        EXPECT_EQ(folder_.content("down-" + name), name);
}

TEST_P(BlobContract, the_error_of_the_first_item_is_told)
{
    ASSERT_TRUE(put("a", "x"));
    std::vector<Transfer> transfers{
        {place("a"), folder_.path("1")},
        {place("absent"), folder_.path("2")},
        {place("gone"), folder_.path("3")}};
    const TransferOptions options;

    const Result<void> fetched =
        await(loop_, backend_->store().fetch(std::move(transfers), options));

    ASSERT_FALSE(fetched);
    EXPECT_NE(fetched.error().detail.find("absent"), std::string::npos) << fetched.error().detail;
}

TEST_P(BlobContract, removing_what_does_not_exist_is_fine)
{
    ASSERT_TRUE(put("a/b/x", ""));
    ASSERT_TRUE(put("a/y", ""));

    EXPECT_TRUE(remove({"a/b/x", "never"}));
    EXPECT_TRUE(remove({"a/b/x", "never"}));

    EXPECT_EQ(names(place(""), ListDepth::one_level), Names{"a/"});
    EXPECT_EQ(names(place("a"), ListDepth::one_level), Names{"y"});
}

TEST_P(BlobContract, a_check_of_writing_leaves_nothing_behind)
{
    ASSERT_TRUE(put("a", ""));

    EXPECT_TRUE(await(loop_, backend_->store().check_writable(place("not/yet"))));
    EXPECT_TRUE(await(loop_, backend_->store().check_writable(place(""))));

    EXPECT_EQ(names(place(""), ListDepth::one_level), Names{"a"});
}

TEST_P(BlobContract, what_an_interrupted_upload_left_is_not_listed)
{
    ASSERT_TRUE(put("a/.sluice-tmp-abc", ""));
    ASSERT_TRUE(put("a/b", ""));

    EXPECT_EQ(names(place("")), Names{"a/b"});
    EXPECT_EQ(names(place("a"), ListDepth::one_level), Names{"b"});
}

TEST_P(BlobContract, a_stop_ends_a_transfer_and_leaves_nothing)
{
    ASSERT_TRUE(put("there", "x"));
    folder_.put("source", "x");
    StopEvent stop(loop_.get_executor());
    stop.request();

    EXPECT_EQ(upload_file("a", "source", &stop).error().code, Errc::conflict);
    EXPECT_EQ(fetch("there", &stop).error().code, Errc::conflict);

    EXPECT_EQ(names(place("")), Names{"there"});
    EXPECT_FALSE(folder_.has("local"));
}

} // namespace testing::contract_test

} // namespace sluice
