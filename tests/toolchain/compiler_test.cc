// SPDX-License-Identifier: Apache-2.0
// Rule C4: what g++ 12 does with temporaries around co_await. The cases fall in three groups: those
// it gets wrong, those of the rule that work here (others have seen them fail), and the forms that
// the rule recommends, which must work.
#include "canary.h"
#include "mini_task.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::toolchain {

namespace {

struct Pair {
    Witness first;
    std::string second;
};

bool flag = true; // not a constant, or the compiler would take the branch away

Pair make_pair()
{
    return {Witness{}, std::string(100, 'x')};
}

Task<bool> take(Witness witness)
{
    co_await Pause{};
    co_return witness.is_whole();
}

Task<bool> borrow(const Witness& witness)
{
    co_await Pause{};
    co_return witness.is_whole();
}

Task<bool> take_pair(Pair pair)
{
    co_await Pause{};
    co_return pair.first.is_whole() && pair.second.size() == 100;
}

Task<bool> call(std::function<bool()> function)
{
    co_await Pause{};
    co_return function();
}

template <class Function>
Task<bool> call_template(Function function)
{
    co_await Pause{};
    co_return function();
}

Task<Witness> make()
{
    co_await Pause{};
    co_return Witness{};
}

Task<std::vector<Witness>> make_list()
{
    co_await Pause{};
    co_return std::vector<Witness>(3);
}

Task<std::pair<Witness, Witness>> make_two()
{
    co_await Pause{};
    co_return std::pair<Witness, Witness>();
}

template <Task<bool> (*coroutine)()>
Defect defect_in()
{
    return observe(+[] { return run(coroutine()) && Witness::all_well(); });
}

// --- wrong on g++ 12 -----------------------------------------------------------------------------

Task<bool> aggregate_argument()
{
    bool whole = co_await take_pair(Pair{Witness{}, std::string(100, 'x')});
    co_return whole;
}

Task<bool> empty_braces_as_argument()
{
    bool whole = co_await take_pair({});
    co_return !whole; // its text is empty
}

Task<bool> aggregate_with_an_await_inside()
{
    Pair pair{co_await make(), std::string(100, 'x')};
    co_return pair.first.is_whole();
}

Task<Pair> returned_aggregate()
{
    co_return Pair{co_await make(), std::string(100, 'x')};
}

Task<bool> returned_aggregate_with_an_await_inside()
{
    Pair pair = co_await returned_aggregate();
    co_return pair.first.is_whole();
}

Task<bool> lambda_argument()
{
    Witness witness;
    bool whole = co_await call_template([witness] { return witness.is_whole(); });
    co_return whole;
}

Task<bool> function_argument_made_of_a_lambda()
{
    Witness witness;
    bool whole = co_await call([witness] { return witness.is_whole(); });
    co_return whole;
}

Task<bool> conditional_argument()
{
    bool whole = co_await take(flag ? Witness{} : Witness{});
    co_return whole;
}

Task<bool> conditional_task()
{
    bool whole = co_await (flag ? take(Witness{}) : borrow(Witness{}));
    co_return whole;
}

Task<bool> await_in_a_conditional()
{
    Witness witness = flag ? co_await make() : Witness{};
    co_return witness.is_whole();
}

Task<bool> temporary_in_an_if()
{
    if (co_await take(Witness{}))
        co_return true;
    co_return false;
}

TEST(GccTemporaries, an_aggregate_as_argument_is_destroyed_twice)
{
    EXPECT_EQ(defect_in<aggregate_argument>(), Defect::present);
    EXPECT_EQ(defect_in<empty_braces_as_argument>(), Defect::present);
}

TEST(GccTemporaries, an_aggregate_with_an_await_inside_is_destroyed_twice)
{
    EXPECT_EQ(defect_in<aggregate_with_an_await_inside>(), Defect::present);
    EXPECT_EQ(defect_in<returned_aggregate_with_an_await_inside>(), Defect::present);
}

TEST(GccTemporaries, a_lambda_as_argument_destroys_its_captures_twice)
{
    EXPECT_EQ(defect_in<lambda_argument>(), Defect::present);
    EXPECT_EQ(defect_in<function_argument_made_of_a_lambda>(), Defect::present);
}

TEST(GccTemporaries, a_conditional_in_an_argument_is_destroyed_twice)
{
    EXPECT_EQ(defect_in<conditional_argument>(), Defect::present);
    EXPECT_EQ(defect_in<conditional_task>(), Defect::present);
}

TEST(GccTemporaries, an_await_in_a_conditional_is_used_after_its_end)
{
    EXPECT_EQ(defect_in<await_in_a_conditional>(), Defect::present);
}

TEST(GccTemporaries, a_co_return_under_an_if_that_awaits_with_a_temporary_traps)
{
    EXPECT_EQ(defect_in<temporary_in_an_if>(), Defect::present);
}

TEST(GccTemporaries, a_braced_list_of_objects_as_argument_does_not_compile)
{
    const std::string command =
        SLUICE_CXX " -std=c++20 -x c++ -c -o /dev/null " SLUICE_BRACED_LIST " 2>&1";
    const std::unique_ptr<FILE, int (*)(FILE*)> compiler(popen(command.c_str(), "r"), pclose);
    std::array<char, 4096> output{};
    output[fread(output.data(), 1, output.size() - 1, compiler.get())] = '\0';

    EXPECT_NE(std::string(output.data()).find("array used as initializer"), std::string::npos)
        << output.data();
}

// --- in the rule, but right with Debian's g++ 12.2 -----------------------------------------------

Task<bool> range_for()
{
    bool whole = true;
    for (const Witness& witness : co_await make_list())
        whole = whole && witness.is_whole();
    co_return whole;
}

Task<bool> structured_binding()
{
    auto [first, second] = co_await make_two();
    co_return first.is_whole() && second.is_whole();
}

Task<bool> two_awaits_in_one_expression()
{
    int whole = (co_await borrow(Witness{}) ? 1 : 0) + (co_await take(Witness{}) ? 1 : 0);
    co_return whole == 2;
}

Task<bool> class_temporary_as_argument()
{
    bool owned = co_await take(Witness{});
    bool borrowed = co_await borrow(Witness{});
    co_return owned&& borrowed;
}

TEST(GccTemporaries, some_forms_that_the_rule_forbids_work_with_this_compiler)
{
    EXPECT_EQ(defect_in<range_for>(), Defect::gone);
    EXPECT_EQ(defect_in<structured_binding>(), Defect::gone);
    EXPECT_EQ(defect_in<two_awaits_in_one_expression>(), Defect::gone);
    EXPECT_EQ(defect_in<class_temporary_as_argument>(), Defect::gone);
}

// --- the forms that the rule recommends ----------------------------------------------------------

Task<bool> named_aggregate()
{
    Pair pair{Witness{}, std::string(100, 'x')};
    bool whole = co_await take_pair(std::move(pair));
    co_return whole;
}

Task<bool> named_lambda()
{
    Witness witness;
    auto is_whole = [witness] { return witness.is_whole(); };
    bool whole = co_await call_template(std::move(is_whole));
    co_return whole;
}

Task<bool> named_outcome()
{
    bool whole = co_await take(Witness{});
    if (whole)
        co_return true;
    co_return false;
}

Task<Pair> aggregate_returned_without_an_await()
{
    co_await Pause{};
    co_return Pair{Witness{}, std::string(100, 'x')};
}

Task<bool> aggregate_in_a_plain_call()
{
    Pair pair = co_await aggregate_returned_without_an_await();
    std::vector<Pair> pairs;
    pairs.push_back(Pair{Witness{}, "y"});
    co_await Pause{};
    pairs.push_back(make_pair());
    co_return pair.first.is_whole() && pairs.back().first.is_whole();
}

TEST(GccTemporaries, the_forms_that_the_rule_recommends_work)
{
    EXPECT_EQ(defect_in<named_aggregate>(), Defect::gone);
    EXPECT_EQ(defect_in<named_lambda>(), Defect::gone);
    EXPECT_EQ(defect_in<named_outcome>(), Defect::gone);
    EXPECT_EQ(defect_in<aggregate_in_a_plain_call>(), Defect::gone);
}

} // namespace

} // namespace sluice::toolchain
