// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/database_file.h"

#include "store/sqlite/testing.h"

namespace sluice::sqlite::database_file_test {
namespace {

TEST(DatabaseFile, network_file_systems_are_known)
{
    EXPECT_EQ(network_file_system(0x6969, ""), "nfs");
    EXPECT_EQ(network_file_system(0xff534d42, ""), "cifs");
    EXPECT_EQ(network_file_system(0xfe534d42, ""), "smb2");
    EXPECT_EQ(network_file_system(0x65735546, "fuse.sshfs"), "fuse.sshfs");
}

TEST(DatabaseFile, local_file_systems_are_accepted)
{
    EXPECT_EQ(network_file_system(0xef53, ""), std::nullopt);                   // ext4
    EXPECT_EQ(network_file_system(0x01021994, ""), std::nullopt);               // tmpfs
    EXPECT_EQ(network_file_system(0x794c7630, ""), std::nullopt);               // overlay
    EXPECT_EQ(network_file_system(0x65735546, "fuseblk"), std::nullopt);        // ntfs-3g
    EXPECT_EQ(network_file_system(0x65735546, "fuse.overlayfs"), std::nullopt); // containers
}

TEST(DatabaseFile, a_good_place_is_accepted_whether_the_file_exists_or_not)
{
    const testing::ScratchDirectory scratch;
    EXPECT_TRUE(check_place(scratch.file("new.db")));
}

TEST(DatabaseFile, a_bad_place_is_named)
{
    const testing::ScratchDirectory scratch;
    const Result<void> missing = check_place(scratch.file("no/a.db"));
    ASSERT_FALSE(missing);
    EXPECT_TRUE(testing::contains(missing.error().detail, scratch.file("no")))
        << missing.error().detail;
    EXPECT_TRUE(testing::contains(missing.error().detail, "No such file or directory"));

    const Result<void> directory = check_place(scratch.path().string());
    ASSERT_FALSE(directory);
    EXPECT_TRUE(testing::contains(directory.error().detail, "is not a regular file"));
}

} // namespace
} // namespace sluice::sqlite::database_file_test
