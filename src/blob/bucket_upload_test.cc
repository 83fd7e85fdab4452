// SPDX-License-Identifier: Apache-2.0
#include "async/task_scope.h"
#include "blob/testing/bucket_fixture.h"

namespace sluice {

namespace testing::bucket_upload_test {

namespace {

using Call = MemoryService::Call;

class BucketUpload : public BucketTest {
protected:
    std::vector<std::string> asked() const
    {
        std::vector<std::string> kinds;
        for (const Call& call : service_->calls)
            kinds.push_back(call.what);
        return kinds;
    }

    using Kinds = std::vector<std::string>;
};

const Error away{Errc::unavailable, "mem: connection refused"};
const Error refused{Errc::unauthorized, "mem: no right to write"};

TEST_F(BucketUpload, a_small_file_takes_one_request)
{
    for (std::size_t size : {0, 1, 1000}) {
        service_->calls.clear();

        ASSERT_TRUE(upload(content(size), "k"));

        EXPECT_EQ(stored("k"), content(size));
        EXPECT_EQ(asked(), Kinds{"write"});
    }
}

TEST_F(BucketUpload, a_large_file_goes_in_parts)
{
    ASSERT_TRUE(upload(content(3500), "k"));

    EXPECT_EQ(stored("k"), content(3500));
    EXPECT_EQ(asked(), (Kinds{"begin", "part", "part", "part", "part", "finish"}));
}

TEST_F(BucketUpload, parts_go_in_order_where_the_service_wants_that)
{
    open({.parts_in_order = true});

    ASSERT_TRUE(upload(content(9500), "k"));

    EXPECT_EQ(stored("k"), content(9500));
}

TEST_F(BucketUpload, five_tebibytes_fit_ten_thousand_parts)
{
    const BucketLimits limits;
    const std::uint64_t mib = 1u << 20;
    const PartPlan largest = plan_parts(5ull << 40, limits);

    EXPECT_EQ(largest, (PartPlan{525 * mib, 9987}));
    EXPECT_EQ(plan_parts(16 * mib + 1, limits), (PartPlan{16 * mib, 2}));
    EXPECT_EQ(plan_parts(160'000 * mib, limits), (PartPlan{16 * mib, 10'000}));
    EXPECT_EQ(plan_parts(160'000 * mib + 1, limits), (PartPlan{17 * mib, 9412}));
}

TEST_F(BucketUpload, a_part_that_fails_for_a_while_is_sent_again)
{
    fail_next("part", 5, away);
    ASSERT_TRUE(upload(content(3500), "k"));
    EXPECT_EQ(stored("k"), content(3500));

    fail_next("part", 2, {Errc::corrupt, "mem: bad digest"});
    ASSERT_TRUE(upload(content(3501), "k"));
    EXPECT_EQ(stored("k"), content(3501));
}

TEST_F(BucketUpload, a_failed_part_aborts_the_upload)
{
    for (const bool in_order : {false, true}) {
        open({.parts_in_order = in_order});
        service_->before = [this](const Call& call) {
            return call.number == 3 ? service_->bad(refused) : service_->good();
        };

        EXPECT_EQ(upload(content(9500), "k").error(), refused);

        EXPECT_FALSE(is_stored("k"));
        EXPECT_EQ(service_->unfinished_uploads(), 0u);
        EXPECT_EQ(service_->count("finish"), 0u);
        EXPECT_LT(service_->count("part"), 10u); // the others are not begun any more
    }
}

TEST_F(BucketUpload, a_failed_part_stops_those_that_are_on_their_way)
{
    service_->before = [this](const Call& call) {
        if (call.what != "part")
            return service_->good();
        return call.number == 3 ? service_->bad(refused) : service_->hang();
    };

    EXPECT_EQ(upload(content(9500), "k").error(), refused);

    EXPECT_EQ(service_->unfinished_uploads(), 0u);
    EXPECT_EQ(stage_.memory.used(), 0u);
}

TEST_F(BucketUpload, a_finish_that_fails_aborts_the_upload)
{
    fail_next("finish", 1'000'000, away);

    EXPECT_EQ(upload(content(3500), "k").error().code, Errc::unavailable);

    EXPECT_FALSE(is_stored("k"));
    EXPECT_EQ(service_->unfinished_uploads(), 0u);
}

TEST_F(BucketUpload, an_abort_that_fails_hides_nothing)
{
    service_->before = [this](const Call& call) {
        const bool fails = call.what == "abort" || call.what == "part";
        return fails ? service_->bad(refused) : service_->good();
    };

    EXPECT_EQ(upload(content(3500), "k").error(), refused);
}

TEST_F(BucketUpload, a_file_that_changes_meanwhile_is_an_error)
{
    service_->before = [this](const Call& call) {
        if (call.number == 2)
            std::ofstream(folder_.path("source"), std::ios::app) << "more";
        return service_->good();
    };

    const Result<void> uploaded = upload(content(3500), "k");

    EXPECT_EQ(uploaded.error().code, Errc::conflict);
    EXPECT_NE(uploaded.error().detail.find("changed while it was uploaded"), std::string::npos);
    EXPECT_FALSE(is_stored("k"));
    EXPECT_EQ(service_->unfinished_uploads(), 0u);
}

TEST_F(BucketUpload, a_file_that_becomes_shorter_is_an_error)
{
    BucketLimits limits = small_limits();
    limits.parts_at_once = 1;
    open({}, limits);
    service_->before = [this](const Call& call) {
        if (call.number == 2)
            std::filesystem::resize_file(folder_.path("source"), 100);
        return service_->good();
    };

    EXPECT_EQ(upload(content(3500), "k").error().code, Errc::conflict);
    EXPECT_EQ(service_->unfinished_uploads(), 0u);
}

// The budget of the stage is four parts.
TEST_F(BucketUpload, memory_stays_within_the_budget)
{
    std::vector<Transfer> transfers;
    for (int i = 0; i < 5; ++i) {
        const std::string name = std::to_string(i);
        transfers.push_back({"mem://b/" + name, folder_.put(name, content(9000))});
    }
    const TransferOptions options;

    ASSERT_TRUE(await(loop_, store_->upload(std::move(transfers), options)));

    EXPECT_EQ(stage_.memory.used_max(), 4000u);
    EXPECT_EQ(stage_.memory.used(), 0u);
    EXPECT_EQ(stored("4"), content(9000));
}

TEST_F(BucketUpload, small_files_take_their_memory_from_it_too)
{
    std::vector<Transfer> transfers;
    for (int i = 0; i < 20; ++i) {
        const std::string name = std::to_string(i);
        transfers.push_back({"mem://b/" + name, folder_.put(name, content(900))});
    }
    std::uint64_t used_most = 0; // by those that are on their way
    service_->before = [&](const Call&) {
        used_most = std::max(used_most, stage_.memory.used());
        return service_->good();
    };
    const TransferOptions options;

    ASSERT_TRUE(await(loop_, store_->upload(std::move(transfers), options)));

    EXPECT_GE(used_most, 900u);
    EXPECT_LE(stage_.memory.used_max(), 4000u);
    EXPECT_EQ(stage_.memory.used(), 0u);
}

TEST_F(BucketUpload, a_stop_in_the_middle_aborts_the_upload)
{
    StopEvent stop(loop_.get_executor());
    service_->before = [this, &stop](const Call& call) {
        if (call.number == 2)
            stop.request();
        return call.what == "part" ? service_->hang() : service_->good();
    };

    const Result<void> uploaded = upload(content(9500), "k", &stop);

    EXPECT_EQ(uploaded.error(), (Error{Errc::conflict, "'mem://b/k': the transfer was stopped"}));
    EXPECT_FALSE(is_stored("k"));
    EXPECT_EQ(service_->unfinished_uploads(), 0u);
    EXPECT_EQ(stage_.memory.used(), 0u);
}

Async<void> upload_and_note(
    BlobStore& store, std::vector<Transfer> transfers, std::optional<Result<void>>& result
)
{
    const TransferOptions options;
    const Result<void> uploaded = co_await store.upload(std::move(transfers), options);
    result = uploaded;
}

TEST_F(BucketUpload, a_cancelled_call_aborts_the_upload_before_it_ends)
{
    service_->before = [this](const Call& call) {
        return call.what == "part" ? service_->hang() : service_->good();
    };
    std::vector<Transfer> transfers{{"mem://b/k", folder_.put("source", content(3500))}};
    TaskScope scope(loop_.get_executor(), Log());
    std::optional<Result<void>> result;
    scope.spawn(upload_and_note(*store_, std::move(transfers), result));
    loop_.restart();
    while (service_->count("part") == 0 && loop_.run_one() > 0) {
    }

    scope.cancel();
    await(loop_, scope.join());

    EXPECT_FALSE(result); // a cancellation is none
    EXPECT_EQ(service_->unfinished_uploads(), 0u);
    EXPECT_FALSE(is_stored("k"));
}

} // namespace

} // namespace testing::bucket_upload_test

} // namespace sluice
