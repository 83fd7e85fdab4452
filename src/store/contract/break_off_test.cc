// SPDX-License-Identifier: Apache-2.0
// A store within a program that ends while the database hangs.
#include "async/testing.h"
#include "store/contract/contract.h"

#include <stdexcept>
#include <thread>

namespace sluice::break_off_test {
namespace {

class BrokenOff : public ::testing::TestWithParam<Dialect> {
protected:
    std::unique_ptr<Store> open_guest()
    {
        StoreOptions options;
        options.url = database->url();
        options.is_guest = true;
        Result<std::unique_ptr<Store>> store = open_store(loop.get_executor(), options, Log());
        if (!store)
            throw std::runtime_error(store.error().detail);
        return std::move(*store);
    }

    // Somebody keeps what every writer needs.
    std::unique_ptr<testing::Probe> hold() const
    {
        std::unique_ptr<testing::Probe> holder = database->probe();
        const bool is_sqlite = GetParam() == Dialect::sqlite_file;
        holder->query(
            is_sqlite ? "BEGIN IMMEDIATE" : "BEGIN; LOCK TABLE worker IN ACCESS EXCLUSIVE MODE"
        );
        return holder;
    }

    static RegisterWorker a_worker()
    {
        RegisterWorker request;
        request.name = "worker";
        request.lease = 1h;
        return request;
    }

    static Async<void> enroll(Store& store, std::optional<Result<WorkerId>>& answer)
    {
        RegisterWorker request = a_worker();
        Result<WorkerId> given = co_await store.register_worker(std::move(request));
        answer.emplace(std::move(given));
    }

    asio::io_context loop;
    std::unique_ptr<TestDatabase> database = make_database(GetParam());
};

TEST_P(BrokenOff, a_store_answers_what_is_under_way_and_ends)
{
    std::unique_ptr<Store> store = open_guest();
    const std::unique_ptr<testing::Probe> holder = hold();
    std::optional<Result<WorkerId>> answer;
    testing::spawn(loop, enroll(*store, answer));
    while (store->connections().idle == store->connections().all)
        loop.poll(); // until the writer has it

    store->break_off();
    testing::turn_until(loop, [&] { return answer.has_value(); });

    ASSERT_FALSE(*answer);
    EXPECT_EQ(answer->error().code, Errc::unavailable);
    EXPECT_NE(answer->error().detail.find("not waited for any more"), std::string::npos)
        << answer->error().detail;
    EXPECT_FALSE(testing::await(loop, store->register_worker(a_worker()))) << "nor is it later";
    store.reset(); // while it is held
}

INSTANTIATE_TEST_SUITE_P(On, BrokenOff, ::testing::ValuesIn(shared_dialects), dialect_name);

} // namespace
} // namespace sluice::break_off_test
