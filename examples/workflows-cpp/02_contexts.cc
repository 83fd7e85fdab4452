// SPDX-License-Identifier: Apache-2.0
// Tutorial 2: what flows along the links: contexts, how they are merged, and types of one's own.
#include "example.h"
#include "sluice/workflows.h"

#include <cstdint>
#include <iostream>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace sluice::workflows;
using example::check;

namespace {

struct Order {
    std::int64_t id = 0;
    std::string customer;
};

} // namespace

template <>
struct sluice::workflows::ContextCodec<Order> {
    static std::string name() { return "order"; }
    static Json to_json(const Order& order)
    {
        return Json::object({{"id", order.id}, {"customer", order.customer}});
    }
    static Order from_json(const Json& json)
    {
        return {json.at("id").as_integer(), json.at("customer").as_string()};
    }
};

namespace {

// What a context does without any workflow.
void contexts()
{
    Context context({{"name", "Ada"}, {"tags", Json::array({"a", "b"})}});
    context.set("count", 1);     // whether or not there is one
    context.update("count", 2);  // only over an old one
    context.insert("ratio", .5); // only a new one

    check(context.get<int>("count") == 2, "get");
    check(!context.get<int>("missing"), "get gives nothing for a key that is missing");
    check(context.require<std::vector<std::string>>("tags").size() == 2, "a list of texts");

    const auto largest = std::numeric_limits<std::uint64_t>::max();
    context.set("largest", largest);
    check(context.require<std::uint64_t>("largest") == largest, "64 bits are exact");

    check(context.remove("ratio") && !context.contains("ratio"), "remove");
    check(Context::from_json(context.to_json()) == context, "there and back");
}

// Mistakes are errors that name the key.
void mistakes()
{
    Context context({{"name", "Ada"}});
    try {
        context.set("ratio", std::numeric_limits<double>::quiet_NaN());
        check(false, "NaN is refused");
    } catch (const ContextError& error) {
        std::cout << error.what() << '\n';
        check(error.key() == "ratio", "the error names the key");
    }
    try {
        context.require<int>("name");
        check(false, "a text is no integer");
    } catch (const ContextError& error) {
        std::cout << error.what() << '\n';
        check(error.key() == "name", "the error names the key");
    }
}

// Two tasks side by side write to the same keys; the one after them gets both.
Workflow stock()
{
    using Counts = std::map<std::string, int>;
    const auto receive = [](Context& context) {
        const Order order = context.require<Order>("order");
        context.set("customer", order.customer);
    };
    const auto north = [](Context& context) {
        context.set("stock", Counts{{"north", 3}});
        context.set("sizes", std::vector<int>{36, 38});
        context.set("last", "north");
    };
    const auto south = [](Context& context) {
        context.set("stock", Counts{{"south", 4}});
        context.set("sizes", std::vector<int>{38, 40});
        context.set("last", "south");
    };
    const auto add_up = [](Context& context) {
        int total = 0;
        for (const auto& [place, count] : context.require<Counts>("stock"))
            total += count;
        context.set("total", total);
    };

    return WorkflowBuilder("stock")
        .task("receive", receive)
        .task("north", north, {.dependencies = {"receive"}})
        .task("south", south, {.dependencies = {"receive"}})
        .task("add_up", add_up, {.dependencies = {"north", "south"}})
        .build();
}

void tutorial(const std::string& url)
{
    contexts();
    mistakes();

    Runner runner(url);
    runner.add(stock());
    Context order;
    order.set("order", Order{7, "Ada"});
    const RunResult result = runner.execute("stock", order);

    const Context& end = result.final_context();
    std::cout << end.to_json() << '\n';
    check(end.require<int>("total") == 7, "objects are merged member by member");
    check(end.require<std::vector<int>>("sizes") == std::vector{36, 38, 40}, "lists are united");
    check(end.require<std::string>("last") == "south", "of the rest the later dependency wins");
    check(end.require<std::string>("customer") == "Ada", "what came in goes on");
    check(result.initial_context() == order, "the initial context is kept beside it");
}

} // namespace

int main(int argc, char** argv)
{
    return example::run(argc, argv, tutorial);
}
