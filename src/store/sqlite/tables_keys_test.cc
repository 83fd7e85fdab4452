// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/tables_testing.h"

namespace sluice::sqlite::tables_keys_test {
namespace {

using namespace testing;

TEST_F(TablesTest, a_key_is_revoked_once_and_its_name_is_free_again)
{
    KeyRow key{
        .id = {1},
        .name = "ci",
        .hash = "aa",
        .role = KeyRole::read,
        .created_at = at(0),
        .revoked_at = std::nullopt};
    tables().insert_key(key);
    key.id = {2};
    key.hash = "bb";
    EXPECT_THROW(tables().insert_key(key), StoreFailure);
    EXPECT_TRUE(tables().revoke_key("ci", at(1)));
    EXPECT_FALSE(tables().revoke_key("ci", at(1)));
    tables().insert_key(key);
}

} // namespace
} // namespace sluice::sqlite::tables_keys_test
