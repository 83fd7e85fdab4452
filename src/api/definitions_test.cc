// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"

namespace sluice::definitions_test {

namespace {

using namespace testing;

Json rule(int maximum = 1, const Json& fields = Json::array())
{
    Json rule{{"type", "Concurency"}, {"max_concurency", maximum}};
    rule["matcher"] = Json{{"status", "Running"}, {"kind", "k"}, {"fields", fields}};
    return rule;
}

Json action(const std::string& path = "stored")
{
    Json action{{"kind", "Webhook"}};
    action["params"] = Json{{"url", "http://target.invalid/" + path}, {"verb", "Post"}};
    return action;
}

Json named(Json definition, const std::string& name)
{
    definition["name"] = name;
    return definition;
}

Json reference_to(const Json& id)
{
    return Json::object({{"ref", id}});
}

const std::string unknown = "018f3b6e-0000-7000-8000-000000000000";

class DefinitionFixture : public TaskFixture {
public:
    Json store(const std::string& path, const Json& body)
    {
        const Reply reply = post(path, body);
        EXPECT_EQ(reply.status, 201) << reply.body;
        return reply.json;
    }
    Reply put(const std::string& path, const Json& body) { return send(Method::put, path, body); }
    Reply remove(const std::string& path) { return send(Method::delete_, path); }

    Json details(const Reply& reply)
    {
        EXPECT_EQ(reply.status, 400) << reply.body;
        return reply.json["details"];
    }
    Json details_of_task(const Json& changes)
    {
        return details(post("/task", Json::array({new_task("a", changes)})));
    }
};

struct Place {
    std::string path;
    Json body;
    Json other;
    std::string word;
};

std::vector<Place> places()
{
    return {
        {"/rules", rule(1), rule(2), "rule"},
        {"/actions", action("a"), action("b"), "action"},
    };
}

TEST(ApiDefinitions, are_stored_found_changed_and_deleted)
{
    DefinitionFixture api;
    for (const Place& place : places()) {
        const Json made = api.store(place.path, named(place.body, "n"));
        const std::string path = place.path + "/" + made["id"].get<std::string>();
        EXPECT_EQ(made["name"], "n");
        EXPECT_EQ(made["created_at"], made["updated_at"]);
        for (const auto& [key, value] : place.body.items())
            EXPECT_EQ(made[key], value);
        EXPECT_EQ(api.get(path).json, made);
        EXPECT_EQ(api.get(place.path).json, Json::array({made}));

        const Json changed = api.put(path, place.other).json;
        EXPECT_EQ(changed["id"], made["id"]);
        EXPECT_EQ(changed["name"], nullptr);
        EXPECT_EQ(changed["created_at"], made["created_at"]);
        for (const auto& [key, value] : place.other.items())
            EXPECT_EQ(changed[key], value);
        EXPECT_EQ(api.get(path).json, changed);

        EXPECT_EQ(api.remove(path).json, Json::object({{"id", made["id"]}}));
        for (const Reply& gone : {api.get(path), api.put(path, Json(7)), api.remove(path)}) {
            EXPECT_EQ(gone.status, 404);
            const std::string id = made["id"];
            EXPECT_EQ(gone.json["error"], "Not found: no stored " + place.word + " '" + id + "'");
        }
        EXPECT_EQ(api.get(place.path + "/no-id").status, 404);
    }
}

TEST(ApiDefinitions, that_are_equal_are_one)
{
    DefinitionFixture api;
    for (const Place& place : places()) {
        const Json made = api.store(place.path, named(place.body, "n"));
        for (const Json& again : {place.body, named(place.body, "n")}) {
            const Reply reply = api.post(place.path, again);
            EXPECT_EQ(reply.status, 200);
            EXPECT_EQ(reply.json, made);
        }
        EXPECT_NE(api.store(place.path, named(place.body, "m"))["id"], made["id"]);
    }
}

TEST(ApiDefinitions, are_listed_newest_first_in_pages)
{
    DefinitionFixture api;
    for (int i = 1; i <= 3; ++i)
        api.store("/rules", rule(i));
    const Reply first = api.get("/rules?page_size=2");
    ASSERT_EQ(first.json.size(), 2u);
    EXPECT_EQ(first.json[0]["max_concurency"], 3);
    EXPECT_EQ(first.header("Link"), "</rules?page_size=2&page=1>; rel=\"next\"");
    EXPECT_EQ(api.get("/rules?page_size=2&page=1").json[0]["max_concurency"], 1);
    EXPECT_EQ(api.get("/rules?page=9223372036854775807").json, Json::array());
    EXPECT_EQ(api.get("/actions").json, Json::array());
    EXPECT_EQ(api.get("/rules?page=x").status, 400);
}

TEST(ApiDefinitions, bad_ones_are_refused_with_every_problem)
{
    DefinitionFixture api;
    EXPECT_EQ(
        api.details(api.post("/rules", Json{{"type", "Capacity"}})),
        Json::array({"max_capacity: is required", "matcher: is required"})
    );
    EXPECT_EQ(
        api.details(api.post("/rules", reference_to(unknown))),
        Json::array({"ref: must not stand in what is stored itself"})
    );
    EXPECT_EQ(
        api.details(api.post("/actions", Json{{"kind", "Webhook"}})),
        Json::array({"params: is required"})
    );
    Json inside = action();
    inside["params"]["url"] = "ftp://target.example/";
    const Json refused = api.details(api.post("/actions", inside));
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_TRUE(refused[0].get<std::string>().starts_with("params")) << refused;
    const Json made = api.store("/actions", action());
    EXPECT_EQ(api.details(api.put("/actions/" + made["id"].get<std::string>(), inside)), refused);
}

TEST(ApiDefinitions, rules_limit_the_tasks_that_name_them_and_change_with_them)
{
    DefinitionFixture api;
    const Json made = api.store("/rules", rule(1));
    EXPECT_EQ(made["uses"], 0);
    const std::string path = "/rules/" + made["id"].get<std::string>();
    const Json rules = Json::array({reference_to(made["id"])});
    const Json changes = Json::object({{"rules", rules}});
    const Json tasks = api.create(
        Json::array({new_task("a", changes), new_task("b", changes), new_task("c", changes)})
    );
    EXPECT_EQ(tasks[0]["rules"], rules);
    EXPECT_EQ(api.task(tasks[0]["id"])["rules"], rules);
    api.run_all();
    EXPECT_EQ(api.status(tasks[1]["id"]), "Pending");

    EXPECT_EQ(api.get(path).json["uses"], 3);
    EXPECT_EQ(api.remove(path).status, 409);
    EXPECT_EQ(api.put(path, rule(2)).json["uses"], 3);
    api.run_all();
    EXPECT_EQ(api.status(tasks[1]["id"]), "Running");
    EXPECT_EQ(api.status(tasks[2]["id"]), "Pending");
    api.send(Method::delete_, "/batch/" + tasks[0]["batch_id"].get<std::string>());
    EXPECT_EQ(api.remove(path).status, 200);
}

TEST(ApiDefinitions, rules_may_be_given_to_a_batch)
{
    DefinitionFixture api;
    const Json made = api.store("/rules", rule(1));
    const Json task = api.create(Json::array({new_task("a")}))[0];
    const std::string path = "/batch/" + task["batch_id"].get<std::string>() + "/rules";
    const auto edit = [](const Json& id) {
        return Json{{"kind", "k"}, {"rules", Json::array({rule(3), reference_to(id)})}};
    };
    EXPECT_EQ(
        api.details(api.patch(path, edit(unknown))),
        Json::array({"rules[1].ref: there is no stored rule '" + unknown + "'"})
    );
    EXPECT_EQ(api.patch(path, edit(made["id"])).json["updated_count"], 1);
    EXPECT_EQ(api.task(task["id"])["rules"], edit(made["id"])["rules"]);
    EXPECT_EQ(api.get("/rules/" + made["id"].get<std::string>()).json["uses"], 1);
}

TEST(ApiDefinitions, rules_ask_of_a_task_what_its_own_would)
{
    DefinitionFixture api;
    Json capacity = rule(1, Json::array({"customer"}));
    capacity["type"] = "Capacity";
    capacity["max_capacity"] = 5;
    const Json id = api.store("/rules", capacity)["id"];
    const Json rules = Json::object({{"rules", Json::array({reference_to(id)})}});
    EXPECT_EQ(
        api.details_of_task(rules),
        Json::array(
            {"tasks[0].rules[0].ref: the task's metadata has no member 'customer', which the "
             "stored rule looks at",
             "tasks[0].expected_count: is required by a stored Capacity rule"}
        )
    );
}

TEST(ApiDefinitions, actions_become_the_tasks_own)
{
    DefinitionFixture api;
    const Json made = api.store("/actions", action("a"));
    const std::string path = "/actions/" + made["id"].get<std::string>();
    const Json ref = reference_to(made["id"]);
    Json nested = action("own");
    nested["when"] = Json::array({Json{{"when", {{"status", 200}}}, {"then", ref}}});
    const Json task = api.create(Json::array(
        {new_task("a", Json{{"on_start", ref}, {"on_success", Json::array({nested, ref})}})}
    ))[0];
    const auto check = [&] {
        const Json actions = api.task(task["id"])["actions"];
        ASSERT_EQ(actions.size(), 3u);
        EXPECT_EQ(actions[0]["params"], action("a")["params"]);
        EXPECT_EQ(actions[1]["when"][0]["then"], action("a"));
        EXPECT_EQ(actions[2]["params"], action("a")["params"]);
        EXPECT_FALSE(actions[0].contains("ref"));
    };
    check();
    EXPECT_EQ(api.put(path, action("b")).status, 200);
    check();
    EXPECT_EQ(api.remove(path).status, 200);
    check();
}

TEST(ApiDefinitions, unknown_ones_are_told_beside_all_other_problems)
{
    DefinitionFixture api;
    const Json ref = reference_to(unknown);
    const Json rule_id = api.store("/rules", rule())["id"];
    const Json changes{
        {"name", " "},
        {"on_start", ref},
        {"on_cancel", Json::array({action(), reference_to(rule_id)})},
        {"rules", Json::array({reference_to(rule_id), ref})}};
    const Json found = api.details_of_task(changes);
    const std::string of_rule = rule_id;
    EXPECT_EQ(
        found, Json::array(
                   {"tasks[0].rules[1].ref: there is no stored rule '" + unknown + "'",
                    "tasks[0].on_start.ref: there is no stored action '" + unknown + "'",
                    "tasks[0].on_cancel[1].ref: there is no stored action '" + of_rule + "'",
                    "tasks[0].name: must not be blank"}
               )
    );
    EXPECT_EQ(api.get("/task").json, Json::array());
}

TEST(ApiDefinitions, templates_of_a_stored_action_are_checked_with_the_metadata_of_the_task)
{
    DefinitionFixture api;
    const Json id = api.store("/actions", action("{{metadata.customer}}"))["id"];
    const Json missing = api.details_of_task(Json::object({{"on_start", reference_to(id)}}));
    ASSERT_EQ(missing.size(), 1u);
    EXPECT_TRUE(missing[0].get<std::string>().starts_with("tasks[0].on_start.params: url: "))
        << missing;
    Json changes{{"on_start", reference_to(id)}};
    changes["metadata"] = Json{{"customer", "c"}};
    api.create_one(changes);
}

TEST(ApiDefinitions, do_not_make_a_request_larger_than_it_may_be)
{
    DefinitionFixture api;
    Json large = action();
    large["params"]["body"] = std::string(1'000'000, 'x');
    const Json id = api.store("/actions", large)["id"];
    const Json list = Json::array({reference_to(id)});
    Json tasks = Json::array();
    for (int i = 0; i < 68; ++i)
        tasks.push_back(new_task(std::to_string(i), Json::object({{"on_success", list}})));
    const Json found = api.details(api.post("/task", tasks));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_TRUE(found[0].get<std::string>().starts_with(
        "tasks: the stored actions that they refer to add up to 68"
    )) << found;
}

} // namespace

} // namespace sluice::definitions_test
