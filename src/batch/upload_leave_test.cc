// SPDX-License-Identifier: Apache-2.0
#include "batch/upload_leave.h"

#include "async/alongside.h"
#include "async/signal.h"
#include "async/testing.h"

#include <gtest/gtest.h>

namespace sluice::upload_leave_test {
namespace {

using namespace std::chrono_literals;
using testing::await;

class ManualSource final : public ClockSource {
public:
    Micros since_boot() const override { return now; }
    Time wall() const override { return Time(now); }

    Micros now = 1h;
};

// A truth's keeper that grants a minute at a time, or does not answer as it should.
class FakeChannel final : public DatumChannel {
public:
    explicit FakeChannel(ManualSource& clock) : clock_(clock) {}

    Async<Result<Leave>> register_outputs(std::vector<std::string>) override { co_return Leave{}; }
    Async<Result<void>> outputs_uploaded(std::vector<std::string>) override
    {
        co_return Result<void>();
    }
    Async<Result<Leave>> extend_leave() override
    {
        ++asked;
        if (is_silent)
            co_await sleep_for(1h);
        if (problem)
            co_return *problem;
        const Leave leave{clock_.now + 60s};
        clock_.now += answers_after;
        co_return leave;
    }

    int asked = 0;
    bool is_silent = false;
    std::optional<Error> problem;
    Micros answers_after{0};

private:
    ManualSource& clock_;
};

class UploadLeave : public ::testing::Test {
protected:
    UploadLeaveKeeper make(Leave leave)
    {
        UploadLeaveKeeper::Options options;
        options.look = 1ms; // the manual clock alone decides
        options.ask_time = 2ms;
        return UploadLeaveKeeper(loop_.get_executor(), channel_, clock_, leave, options);
    }

    Leave minute() const { return Leave{clock_.now + 60s}; }

    // An upload that takes `time`, or until it is stopped; each step is a second of the clock.
    Async<Result<void>> upload(StopEvent& stop, Micros time)
    {
        for (const Micros end = clock_.now + time; clock_.now < end; clock_.now += 1s) {
            stopped_at_ = clock_.now;
            if (stop.requested())
                co_return Error{Errc::conflict, "stopped"};
            co_await sleep_for(3ms);
        }
        co_return Result<void>();
    }

    Result<void> run(UploadLeaveKeeper& keeper, Micros time)
    {
        return await(loop_, alongside(upload(keeper.stop(), time), keeper.run()));
    }

    asio::io_context loop_;
    ManualSource clock_;
    FakeChannel channel_{clock_};
    Micros stopped_at_{0};
};

TEST_F(UploadLeave, is_extended_while_parts_go_up)
{
    UploadLeaveKeeper keeper = make(minute());
    EXPECT_TRUE(run(keeper, 120s));
    EXPECT_FALSE(keeper.ran_out());
    EXPECT_GE(channel_.asked, 6);
}

TEST_F(UploadLeave, a_worker_cut_off_stops_its_uploads_before_the_leave_ends)
{
    const Leave leave = minute();
    UploadLeaveKeeper keeper = make(leave);
    channel_.problem = Error{Errc::unavailable, "connection refused"};
    EXPECT_FALSE(run(keeper, 120s));
    EXPECT_TRUE(keeper.ran_out());
    EXPECT_LE(stopped_at_, *leave.until - 2s);
    EXPECT_GT(channel_.asked, 1);
}

TEST_F(UploadLeave, a_server_that_does_not_answer_is_not_waited_for_longer_than_the_leave)
{
    const Leave leave = minute();
    UploadLeaveKeeper keeper = make(leave);
    channel_.is_silent = true;
    EXPECT_FALSE(run(keeper, 120s));
    EXPECT_TRUE(keeper.ran_out());
    EXPECT_LE(stopped_at_, *leave.until - 2s);
}

TEST_F(UploadLeave, a_machine_that_slept_past_the_leave_uploads_no_more)
{
    UploadLeaveKeeper keeper = make(minute());
    channel_.problem = Error{Errc::unavailable, "connection refused"};
    clock_.now += 1h;
    EXPECT_FALSE(run(keeper, 120s));
    EXPECT_TRUE(keeper.ran_out());
}

TEST_F(UploadLeave, a_lost_datum_stops_its_uploads_at_once)
{
    UploadLeaveKeeper keeper = make(minute());
    const Micros begin = clock_.now;
    channel_.problem = Error{Errc::conflict, "another attempt runs"};
    EXPECT_FALSE(run(keeper, 120s));
    EXPECT_FALSE(keeper.ran_out());
    EXPECT_LE(stopped_at_, begin + 18s);
}

TEST_F(UploadLeave, is_counted_from_the_question_not_from_the_answer)
{
    UploadLeaveKeeper keeper = make(minute());
    channel_.answers_after = 50s; // what is granted is nearly over when the answer comes
    EXPECT_FALSE(run(keeper, 120s));
    EXPECT_TRUE(keeper.ran_out());
}

TEST_F(UploadLeave, that_registration_has_used_up_is_extended_before_the_first_upload)
{
    UploadLeaveKeeper keeper = make(Leave{clock_.now - 1s});
    EXPECT_TRUE(await(loop_, keeper.begin()));
    EXPECT_EQ(channel_.asked, 1);
    EXPECT_TRUE(run(keeper, 10s));
}

TEST_F(UploadLeave, no_upload_begins_without_one)
{
    UploadLeaveKeeper lost = make(Leave{clock_.now});
    channel_.problem = Error{Errc::conflict, "another attempt runs"};
    EXPECT_EQ(await(loop_, lost.begin()).error().code, Errc::conflict);
    EXPECT_FALSE(lost.ran_out());

    UploadLeaveKeeper stopped = make(Leave{clock_.now});
    stopped.stop().request();
    EXPECT_FALSE(await(loop_, stopped.begin()));
    EXPECT_EQ(channel_.asked, 1);
}

TEST_F(UploadLeave, without_an_end_needs_no_extension)
{
    UploadLeaveKeeper keeper = make(Leave{});
    EXPECT_TRUE(await(loop_, keeper.begin()));
    EXPECT_TRUE(run(keeper, 120s));
    EXPECT_EQ(channel_.asked, 0);
}

} // namespace
} // namespace sluice::upload_leave_test
