// SPDX-License-Identifier: Apache-2.0
#include "blob/testing/gcs_fixture.h"

namespace sluice::testing::gcs_upload_test {

TEST_F(GcsTest, a_large_object_goes_up_part_after_part)
{
    const std::string bytes = content(3 * part + 17);

    ASSERT_TRUE(upload("a", bytes));

    EXPECT_EQ(stored("a"), bytes);
    EXPECT_EQ(GcsStage::count("part"), 4);
    EXPECT_EQ(GcsStage::count("progress"), 0);
    EXPECT_EQ(GcsStage::state()["uploads"], 0);
}

TEST_F(GcsTest, a_resumed_upload_goes_on_where_the_service_stopped)
{
    const std::string bytes = content(3 * part);
    GcsStage::fault("keep", "part", 1, {{"bytes", 0}});
    GcsStage::fault("status", "part", 1, {{"status", 503}});

    ASSERT_TRUE(upload("a", bytes));

    EXPECT_EQ(stored("a"), bytes);
    EXPECT_EQ(GcsStage::count("begin"), 1);
}

TEST_F(GcsTest, what_the_service_has_not_kept_of_a_part_is_sent_again)
{
    const std::string bytes = content(part + 1000);
    GcsStage::fault("status", "part", 1, {{"status", 503}});
    GcsStage::fault("lose_answer", "part", 1);
    GcsStage::fault("keep", "part", 1, {{"bytes", 400}});

    ASSERT_TRUE(upload("a", bytes));

    EXPECT_EQ(stored("a"), bytes);
    EXPECT_EQ(GcsStage::count("part"), 4);
    EXPECT_EQ(GcsStage::count("progress"), 2);
}

TEST_F(GcsTest, a_part_whose_answer_was_lost_is_not_sent_again)
{
    const std::string bytes = content(2 * part + 1);
    GcsStage::fault("lose_answer", "part", 3); // the last one's, too

    ASSERT_TRUE(upload("a", bytes));

    EXPECT_EQ(stored("a"), bytes);
    EXPECT_EQ(GcsStage::count("part"), 3);
    EXPECT_EQ(GcsStage::count("progress"), 3);
}

TEST_F(GcsTest, a_lost_session_starts_anew)
{
    const std::string bytes = content(3 * part);
    GcsStage::fault("lose_upload", "part", 2);

    ASSERT_TRUE(upload("a", bytes));

    EXPECT_EQ(stored("a"), bytes);
    EXPECT_EQ(GcsStage::count("begin"), 3);
}

TEST_F(GcsTest, sessions_that_are_always_lost_are_an_error)
{
    GcsStage::fault("lose_upload", "part", 100);

    const Result<void> uploaded = upload("a", content(2 * part));

    ASSERT_FALSE(uploaded);
    EXPECT_EQ(uploaded.error().code, Errc::unavailable);
    EXPECT_TRUE(says(uploaded.error(), "gs://bucket/a")) << uploaded.error().detail;
    EXPECT_EQ(GcsStage::count("begin"), 3);
}

TEST_F(GcsTest, bytes_that_change_on_their_way_are_sent_again)
{
    const std::string bytes = content(2 * part);
    GcsStage::fault("store_other_bytes", "write", 1);
    GcsStage::fault("store_other_bytes", "part", 2); // the last part counts

    ASSERT_TRUE(upload("small", "content"));
    ASSERT_TRUE(upload("large", bytes));

    EXPECT_EQ(stored("small"), "content");
    EXPECT_EQ(stored("large"), bytes);
}

TEST_F(GcsTest, a_wrong_crc_removes_that_generation)
{
    GcsStage::fault("store_other_bytes", "write", 100, {{"silently", true}});
    GcsStage::fault("store_other_bytes", "part", 100, {{"silently", true}});

    const Result<void> small = upload("small", "content");
    const Result<void> large = upload("large", content(2 * part));

    EXPECT_EQ(small.error().code, Errc::corrupt);
    EXPECT_FALSE(large);
    EXPECT_TRUE(says(large.error(), "have changed on their way")) << large.error().detail;
    EXPECT_TRUE(GcsStage::keys().empty());
}

TEST_F(GcsTest, a_failed_part_leaves_no_session)
{
    GcsStage::fault("status", "part", 1, {{"status", 403}});

    const Result<void> uploaded = upload("a", content(2 * part));

    ASSERT_FALSE(uploaded);
    EXPECT_EQ(uploaded.error().code, Errc::unauthorized);
    EXPECT_EQ(GcsStage::state()["uploads"], 0);
    EXPECT_EQ(GcsStage::count("cancel"), 1);
}

// Who has the address of a session can write the object.
TEST_F(GcsTest, the_address_of_a_session_stands_in_no_error)
{
    GcsStage::fault("reset", "part", 1000);
    GcsStage::fault("reset", "progress", 1000);

    const Result<void> uploaded = upload("a", content(2 * part));

    ASSERT_FALSE(uploaded);
    EXPECT_TRUE(says(uploaded.error(), "gs://bucket/a")) << uploaded.error().detail;
    EXPECT_FALSE(says(uploaded.error(), "upload_id")) << uploaded.error().detail;
}

} // namespace sluice::testing::gcs_upload_test
