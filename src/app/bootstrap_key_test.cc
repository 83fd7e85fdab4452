// SPDX-License-Identifier: Apache-2.0
#include "app/bootstrap_key.h"

#include "api/keys.h"
#include "async/both.h"
#include "async/testing.h"
#include "store/store.h"

#include <gtest/gtest.h>

namespace sluice::bootstrap_key_test {
namespace {

class BootstrapKeyTest : public ::testing::Test {
protected:
    BootstrapKeyTest()
    {
        StoreOptions options;
        options.url = ":memory:";
        store_ = open_store(loop_.get_executor(), options, Log()).value();
    }

    void ensure(const std::string& key)
    {
        testing::await(loop_, ensure_bootstrap_key(*store_, key, Log())).value();
    }

    // "name role", or "name revoked", of all keys.
    std::vector<std::string> keys()
    {
        std::vector<std::string> words;
        for (const KeyRow& key :
             testing::await(loop_, store_->read([](Reads& reads) { return reads.keys(); })).value())
            words.push_back(
                key.name + (key.revoked_at               ? " revoked"
                            : key.role == KeyRole::admin ? " admin"
                                                         : " other")
            );
        std::sort(words.begin(), words.end());
        return words;
    }

    bool opens(const std::string& key)
    {
        const std::string hash = hash_api_key(key);
        const auto ask = [hash](Reads& reads) { return reads.key_with_hash(hash); };
        return testing::await(loop_, store_->read(ask)).value().has_value();
    }

    using Words = std::vector<std::string>;

    asio::io_context loop_;
    std::unique_ptr<Store> store_;
};

TEST_F(BootstrapKeyTest, is_made_once)
{
    ensure("sluice_one");
    ensure("sluice_one");

    EXPECT_EQ(keys(), Words{"bootstrap admin"});
    EXPECT_TRUE(opens("sluice_one"));
}

TEST_F(BootstrapKeyTest, is_made_once_by_servers_that_start_together)
{
    testing::await(
        loop_, both(
                   ensure_bootstrap_key(*store_, "sluice_one", Log()),
                   ensure_bootstrap_key(*store_, "sluice_one", Log())
               )
    )
        .value();

    EXPECT_EQ(keys(), Words{"bootstrap admin"});
}

TEST_F(BootstrapKeyTest, of_another_installation_stands_beside_the_first)
{
    ensure("sluice_one");
    ensure("sluice_two");
    ensure("sluice_two");

    EXPECT_EQ(keys().size(), 2u);
    EXPECT_TRUE(opens("sluice_one"));
    EXPECT_TRUE(opens("sluice_two"));
}

TEST_F(BootstrapKeyTest, that_was_revoked_stays_revoked)
{
    ensure("sluice_one");
    RevokeKey revoke;
    revoke.name = "bootstrap";
    testing::await(loop_, store_->revoke_key(revoke)).value();

    ensure("sluice_one");

    EXPECT_EQ(keys(), Words{"bootstrap revoked"});
    EXPECT_FALSE(opens("sluice_one"));
}

TEST_F(BootstrapKeyTest, is_not_made_of_nothing)
{
    ensure("");
    EXPECT_EQ(keys(), Words{});
}

} // namespace
} // namespace sluice::bootstrap_key_test
