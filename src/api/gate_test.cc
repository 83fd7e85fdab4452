// SPDX-License-Identifier: Apache-2.0
#include "api/auth.h"
#include "api/keys.h"
#include "store/testing/moody_store.h"

#include <gtest/gtest.h>

namespace sluice::gate_test {

namespace {

using namespace std::chrono_literals;
using testing::await;
using testing::Mood;
using testing::MoodyStore;

class GateTest : public ::testing::Test {
protected:
    void store_key(const std::string& secret, KeyRole role)
    {
        CreateKey request;
        request.name = secret;
        request.hash = hash_api_key(secret);
        request.role = role;
        ASSERT_TRUE(db.start(std::move(request)).get());
    }
    // 200: it was let in.
    int ask(Gate& gate, const std::string& secret, Method method = Method::get)
    {
        request = Request{};
        request.headers.add("Authorization", "Bearer " + secret);
        Route route;
        route.method = method;
        route.pattern = "/task";
        const auto refusal = await(db.loop, gate.check(request, route));
        return refusal ? refusal->status : 200;
    }

    MoodyStore db{StoreWatch::Limits()};
    Request request;
};

TEST_F(GateTest, knows_whom_it_knew_while_the_database_is_away)
{
    store_key("sluice_known", KeyRole::read);
    store_key("sluice_new", KeyRole::read);
    Gate gate(db.store(), Gate::WithoutKeys::open, 0ms);
    EXPECT_EQ(ask(gate, "sluice_known"), 200);
    EXPECT_EQ(ask(gate, "sluice_wrong"), 401);
    db.mood.set(Mood::Kind::away);
    EXPECT_EQ(ask(gate, "sluice_known"), 200);
    EXPECT_EQ(ask(gate, "sluice_new"), 503);
    EXPECT_EQ(ask(gate, "sluice_wrong"), 503); // it may have been made meanwhile
}

TEST_F(GateTest, names_the_key_whose_role_does_not_suffice_for_the_log)
{
    store_key("sluice_reader", KeyRole::read);
    Gate gate(db.store(), Gate::WithoutKeys::open, 0ms);
    EXPECT_EQ(ask(gate, "sluice_reader", Method::post), 403);
    const Caller* caller = std::any_cast<Caller>(&request.identity);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->name, "sluice_reader");
}

} // namespace

} // namespace sluice::gate_test
