// SPDX-License-Identifier: Apache-2.0
#include "blob/testing/bucket_fixture.h"

namespace sluice {

namespace testing::bucket_store_test {

namespace {

using Call = MemoryService::Call;

class BucketStoreTest : public BucketTest {
protected:
    using Names = std::vector<std::string>;

    void put(const std::string& key, std::string bytes = "x")
    {
        service_->put({"b", key}, std::move(bytes));
    }

    Result<Names> list(const std::string& place, ListDepth depth = ListDepth::recursive)
    {
        auto listing = store_->list(place, depth);
        Names all;
        for (;;) {
            const Result<std::vector<BlobEntry>> page = await(loop_, listing->next_page());
            if (!page)
                return page.error();
            if (page->empty())
                return all;
            for (const BlobEntry& entry : *page)
                all.push_back(entry.path + (entry.kind == BlobKind::folder ? "/" : ""));
        }
    }

    Result<void> remove(std::vector<std::string> objects)
    {
        return await(loop_, store_->remove("mem://b/", std::move(objects)));
    }
};

const Error away{Errc::unavailable, "mem: connection refused"};
const Error refused{Errc::unauthorized, "mem: no right to do that"};

TEST_F(BucketStoreTest, a_whole_bucket_and_a_prefix_are_places)
{
    put("a/x");
    put("ab");

    for (const char* place : {"mem://b", "mem://b/"})
        EXPECT_EQ(list(place).value(), (Names{"a/x", "ab"}));
    for (const char* place : {"mem://b/a", "mem://b/a/"})
        EXPECT_EQ(list(place).value(), Names{"x"});
}

TEST_F(BucketStoreTest, a_prefix_without_objects_is_empty_and_a_missing_bucket_is_not_found)
{
    EXPECT_EQ(list("mem://b/nothing").value(), Names());
    EXPECT_EQ(list("mem://absent/x").error().code, Errc::not_found);
}

TEST_F(BucketStoreTest, prefixes_told_twice_come_once)
{
    open({.page_entries = 2, .repeats_folders = true});
    for (const char* key : {"a/1", "a/2", "a/3", "b", "c/1", "c/2", "d"})
        put(key);

    EXPECT_EQ(list("mem://b", ListDepth::one_level).value(), (Names{"a/", "b", "c/", "d"}));
}

TEST_F(BucketStoreTest, an_object_whose_name_no_file_can_have_is_named)
{
    const struct {
        const char* key;
        const char* shown;
    } bad[] = {
        {"in/a//b", "'mem://b/in/a//b'"},
        {"in//b", "'mem://b/in//b'"},
        {"in/a/", "'mem://b/in/a/'"}, // with content it is no marker
        {"in/", "'mem://b/in/'"},
    };
    for (const auto& [key, shown] : bad) {
        service_->buckets["b"].clear();
        put(key);

        const Error error = list("mem://b/in").error();

        EXPECT_EQ(error.code, Errc::invalid);
        EXPECT_TRUE(error.detail.starts_with(shown)) << error.detail;
    }
}

TEST_F(BucketStoreTest, a_listing_goes_on_after_a_failed_request)
{
    open({.page_entries = 2});
    for (const char* key : {"a", "b", "c", "d", "e"})
        put(key);
    fail_next("list", 5, away);

    EXPECT_EQ(list("mem://b").value(), (Names{"a", "b", "c", "d", "e"}));
}

TEST_F(BucketStoreTest, a_refused_listing_is_asked_for_once)
{
    fail_next("list", 1'000'000, refused);

    EXPECT_EQ(list("mem://b").error(), refused);

    EXPECT_EQ(service_->count("list"), 1u);
}

TEST_F(BucketStoreTest, removes_again_what_could_not_be_removed_for_a_while)
{
    put("a");
    put("b");
    fail_next("remove", 3, away);

    EXPECT_TRUE(remove({"mem://b/a", "mem://b/b", "mem://b/never"}));

    EXPECT_EQ(list("mem://b").value(), Names());
}

TEST_F(BucketStoreTest, a_check_of_writing_begins_an_upload_and_aborts_it)
{
    EXPECT_TRUE(await(loop_, store_->check_writable("mem://b/out")));

    EXPECT_EQ(service_->count("begin"), 1u);
    EXPECT_EQ(service_->unfinished_uploads(), 0u);
    EXPECT_TRUE(service_->calls.front().name.key.starts_with("out/.sluice-tmp-"));

    fail_next("begin", 1'000'000, refused);
    EXPECT_EQ(await(loop_, store_->check_writable("mem://b/out")).error(), refused);
}

TEST_F(BucketStoreTest, what_is_no_object_of_a_bucket_is_refused)
{
    for (const char* place : {"", "/a", "file:///a", "mem:/b/k", "mem://", "mem:///k"})
        EXPECT_EQ(list(place).error().code, Errc::invalid) << place;
    for (const char* object : {"", "/a", "s3://b/k", "mem://b", "mem://b/", "mem:///k"})
        EXPECT_EQ(remove({object}).error().code, Errc::invalid) << object;
    EXPECT_EQ(
        remove({"mem://b"}).error().detail,
        "'mem://b' is not an object of a bucket: use mem://bucket/key"
    );
}

} // namespace

} // namespace testing::bucket_store_test

} // namespace sluice
