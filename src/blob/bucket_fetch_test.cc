// SPDX-License-Identifier: Apache-2.0
#include "blob/testing/bucket_fixture.h"

#include <fmt/format.h>

namespace sluice {

namespace testing::bucket_fetch_test {

namespace {

using Call = MemoryService::Call;

class BucketFetch : public BucketTest {
protected:
    void put(std::string bytes) { service_->put({"b", "k"}, std::move(bytes)); }

    // What was asked for: "all" or "first+count".
    std::vector<std::string> reads() const
    {
        std::vector<std::string> ranges;
        for (const Call& call : service_->calls)
            ranges.push_back(
                call.count ? fmt::format("{}+{}", call.first, *call.count) : std::string("all")
            );
        return ranges;
    }

    using Reads = std::vector<std::string>;
};

const Error away{Errc::unavailable, "mem: connection refused"};

TEST_F(BucketFetch, a_small_object_takes_one_request_without_a_range)
{
    for (std::size_t size : {0, 1, 999, 1000}) {
        service_->calls.clear();
        put(content(size));

        ASSERT_TRUE(fetch("k"));

        EXPECT_EQ(folder_.content("local"), content(size));
        EXPECT_EQ(reads(), Reads{"all"});
        std::filesystem::remove(folder_.path("local"));
    }
}

TEST_F(BucketFetch, of_a_large_object_the_first_request_brings_the_first_part_and_ranges_the_rest)
{
    put(content(3500));

    ASSERT_TRUE(fetch("k"));

    EXPECT_EQ(folder_.content("local"), content(3500));
    EXPECT_EQ(reads(), (Reads{"all", "1000+1000", "2000+1000", "3000+500"}));
}

TEST_F(BucketFetch, an_object_that_changes_between_ranges_is_named)
{
    put(content(3500));
    service_->before = [this](const Call& call) {
        if (call.first == 2000)
            put(content(3501));
        return service_->good();
    };

    const Result<void> fetched = fetch("k");

    EXPECT_EQ(fetched.error(), (Error{Errc::conflict, "'mem://b/k' changed while it was read"}));
    EXPECT_FALSE(folder_.has("local"));
}

TEST_F(BucketFetch, an_object_that_is_removed_between_ranges_has_changed)
{
    put(content(3500));
    service_->before = [this](const Call& call) {
        if (call.first == 2000)
            service_->buckets["b"].clear();
        return service_->good();
    };

    EXPECT_EQ(fetch("k").error().code, Errc::conflict);
    EXPECT_FALSE(folder_.has("local"));
}

TEST_F(BucketFetch, a_body_cut_short_is_fetched_on_from_there)
{
    for (const bool is_told : {true, false}) {
        put(content(900));
        service_->calls.clear();
        service_->cut_bodies = 2;
        service_->cut_after = 400;
        service_->cut_is_told = is_told;

        ASSERT_TRUE(fetch("k"));

        EXPECT_EQ(folder_.content("local"), content(900));
        EXPECT_EQ(reads(), (Reads{"all", "400+500", "800+100"}));
        std::filesystem::remove(folder_.path("local"));
    }
}

TEST_F(BucketFetch, a_range_cut_short_is_fetched_on_from_there)
{
    put(content(2000));
    service_->before = [this](const Call& call) {
        service_->cut_bodies = call.first == 1000 ? 1 : 0;
        service_->cut_after = 700;
        return service_->good();
    };

    ASSERT_TRUE(fetch("k"));

    EXPECT_EQ(folder_.content("local"), content(2000));
    EXPECT_EQ(reads(), (Reads{"all", "1000+1000", "1700+300"}));
}

TEST_F(BucketFetch, an_object_that_changes_before_its_body_goes_on_has_changed)
{
    put(content(900));
    service_->cut_bodies = 1;
    service_->cut_after = 400;
    service_->before = [this](const Call& call) {
        if (call.first == 400)
            put(content(900));
        return service_->good();
    };

    EXPECT_EQ(fetch("k").error().code, Errc::conflict);
}

TEST_F(BucketFetch, a_body_that_breaks_off_at_its_start_is_fetched_anew_as_it_is_then)
{
    put(content(900));
    service_->cut_bodies = 1;
    service_->before = [this](const Call&) {
        if (service_->calls.size() == 2)
            put(content(700));
        return service_->good();
    };

    ASSERT_TRUE(fetch("k"));

    EXPECT_EQ(folder_.content("local"), content(700));
}

TEST_F(BucketFetch, a_wrong_checksum_is_tried_twice_more_then_named)
{
    for (const auto checksum : {MemoryService::Checksum::crc32c, MemoryService::Checksum::md5}) {
        open({.checksum = checksum});
        put(content(900));
        service_->wrong_bodies = 2;
        ASSERT_TRUE(fetch("k"));
        EXPECT_EQ(folder_.content("local"), content(900));
        std::filesystem::remove(folder_.path("local"));

        service_->calls.clear();
        service_->wrong_bodies = 100;
        const Result<void> fetched = fetch("k");
        EXPECT_EQ(
            fetched.error(),
            (Error{
                Errc::corrupt, "'mem://b/k' arrived with another checksum than the service tells"})
        );
        EXPECT_EQ(service_->count("read"), 3u);
        EXPECT_FALSE(folder_.has("local"));
    }
}

TEST_F(BucketFetch, the_checksum_of_a_large_object_is_that_of_all_its_parts)
{
    put(content(3500));
    service_->before = [this](const Call& call) {
        service_->wrong_bodies = call.first == 2000 ? 1 : 0;
        return service_->good();
    };

    EXPECT_EQ(fetch("k").error().code, Errc::corrupt);
}

TEST_F(BucketFetch, an_object_without_a_checksum_is_taken_as_it_comes)
{
    open({.checksum = MemoryService::Checksum::none});
    put(content(3500));

    ASSERT_TRUE(fetch("k"));

    EXPECT_EQ(folder_.content("local"), content(3500));
}

TEST_F(BucketFetch, a_service_away_for_30_s_is_waited_for)
{
    put(content(900));
    const Time until = stage_.clock.time + std::chrono::seconds(30);
    service_->before = [this, until](const Call&) {
        return stage_.clock.time < until ? service_->bad(away) : service_->good();
    };

    EXPECT_TRUE(fetch("k"));
}

TEST_F(BucketFetch, patience_ends_after_two_minutes_and_says_how_often_it_was_tried)
{
    put(content(900));
    fail_next("read", 1'000'000, away);
    const Time begin = stage_.clock.time;

    const Error error = fetch("k").error();

    const Micros waited = stage_.clock.time - begin;
    EXPECT_GE(waited, std::chrono::seconds(120));
    EXPECT_LT(waited, std::chrono::seconds(131));
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_EQ(
        error.detail,
        fmt::format("mem: connection refused (tried {} times)", service_->count("read"))
    );
    EXPECT_FALSE(folder_.has("local"));
}

TEST_F(BucketFetch, what_is_refused_is_never_asked_again)
{
    put(content(900));
    for (const Errc code : {Errc::invalid, Errc::unauthorized, Errc::not_found, Errc::conflict}) {
        service_->calls.clear();
        fail_next("read", 1'000'000, {code, "mem: no"});

        EXPECT_EQ(fetch("k").error(), (Error{code, "mem: no"}));

        EXPECT_EQ(service_->count("read"), 1u);
    }
}

TEST_F(BucketFetch, a_disk_that_fails_is_not_tried_again)
{
    put(content(900));
    std::vector<Transfer> transfers{{"mem://b/k", folder_.path("absent/local")}};
    const TransferOptions options;

    const Result<void> fetched = await(loop_, store_->fetch(std::move(transfers), options));

    EXPECT_EQ(fetched.error().code, Errc::not_found);
    EXPECT_NE(fetched.error().detail.find("absent/local"), std::string::npos);
    EXPECT_EQ(service_->count("read"), 1u);
}

TEST_F(BucketFetch, a_stop_in_the_middle_ends_all_ranges_and_leaves_nothing)
{
    put(content(3500));
    StopEvent stop(loop_.get_executor());
    service_->before = [this, &stop](const Call& call) {
        if (call.first == 3000)
            stop.request();
        return call.first > 0 ? service_->hang() : service_->good();
    };

    const Result<void> fetched = fetch("k", &stop);

    EXPECT_EQ(fetched.error(), (Error{Errc::conflict, "'mem://b/k': the transfer was stopped"}));
    EXPECT_FALSE(folder_.has("local"));
}

TEST_F(BucketFetch, a_stop_ends_the_wait_for_a_service_that_is_away)
{
    put(content(900));
    StopEvent stop(loop_.get_executor());
    service_->before = [this, &stop](const Call&) {
        if (service_->calls.size() == 3)
            stop.request();
        return service_->bad(away);
    };

    EXPECT_EQ(fetch("k", &stop).error().code, Errc::conflict);

    EXPECT_EQ(service_->count("read"), 3u);
}

} // namespace

} // namespace testing::bucket_fetch_test

} // namespace sluice
