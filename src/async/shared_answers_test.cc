// SPDX-License-Identifier: Apache-2.0
#include "async/shared_answers.h"

#include "async/task_scope.h"
#include "async/testing.h"

#include <gtest/gtest.h>

#include <optional>

namespace sluice::shared_answers_test {
namespace {

class SharedAnswersTest : public ::testing::Test {
protected:
    // Asks; each making takes until the gate opens and answers with its number.
    Async<void> ask(std::string key, std::vector<int>& got)
    {
        auto make = [this] { return number(); };
        const std::shared_ptr<const int> answer = co_await answers.get(std::move(key), make);
        got.push_back(*answer);
    }

    Async<int> number()
    {
        const int mine = ++makings;
        while (open < mine)
            co_await gate.wait();
        co_return mine;
    }

    void begin(std::string key, std::vector<int>& got) { scope.spawn(ask(std::move(key), got)); }

    void run()
    {
        loop.restart();
        while (loop.poll_one() > 0) {
        }
    }

    void let_through(int count)
    {
        open += count;
        for (int i = 0; i < count; ++i) {
            gate.notify();
            run();
        }
    }

    ~SharedAnswersTest() override
    {
        scope.cancel();
        testing::await(loop, scope.join());
    }

    asio::io_context loop;
    Signal gate{loop.get_executor()};
    SharedAnswers<int> answers{loop.get_executor()};
    TaskScope scope{loop.get_executor(), Log()};
    int makings = 0;
    int open = 0;
};

TEST_F(SharedAnswersTest, give_who_comes_during_a_making_the_next_one)
{
    std::vector<int> got;
    begin("a", got);
    run();
    for (int i = 0; i < 5; ++i)
        begin("a", got);
    run();
    EXPECT_EQ(makings, 1);
    let_through(1);
    EXPECT_EQ(got, std::vector<int>{1});
    EXPECT_EQ(makings, 2) << "one making for the five";
    let_through(1);
    EXPECT_EQ(got, (std::vector<int>{1, 2, 2, 2, 2, 2}));
}

TEST_F(SharedAnswersTest, of_different_questions_are_different)
{
    std::vector<int> got;
    begin("a", got);
    begin("b", got);
    run();
    EXPECT_EQ(makings, 2);
    let_through(2);
    EXPECT_EQ(got.size(), 2U);
}

TEST_F(SharedAnswersTest, are_made_by_another_one_when_the_first_was_cancelled)
{
    std::vector<int> got;
    TaskScope doomed(loop.get_executor(), Log());
    std::vector<int> nothing;
    doomed.spawn(ask("a", nothing));
    run();
    begin("a", got);
    begin("a", got);
    run();
    doomed.cancel();
    testing::await(loop, doomed.join());
    run();
    EXPECT_EQ(makings, 2);
    let_through(2);
    EXPECT_EQ(got, (std::vector<int>{2, 2}));
    EXPECT_TRUE(nothing.empty());
}

} // namespace
} // namespace sluice::shared_answers_test
