// SPDX-License-Identifier: Apache-2.0
// Sends the examples of docs/http-api*.md to a server and compares what they promise.
#include "api/testing.h"
#include "base/text.h"

#include <map>

namespace sluice::docs_test {

namespace {

using namespace testing;

struct Example {
    std::string request;
    std::string answer;
    int status = 0;
    bool is_text = false;
};

// Each block of `http` with the block of `json STATUS` or `text STATUS` behind it.
std::vector<Example> examples(const std::string& page)
{
    std::vector<Example> all;
    std::string* block = nullptr;
    for (const std::string& line : split(page, '\n')) {
        if (line == "```http") {
            block = &all.emplace_back().request;
        } else if (line.starts_with("```json ") || line.starts_with("```text ")) {
            all.back().status = std::stoi(line.substr(8));
            all.back().is_text = line.starts_with("```text ");
            block = &all.back().answer;
        } else if (line == "```") {
            block = nullptr;
        } else if (block) {
            *block += line + "\n";
        }
    }
    return all;
}

std::string replaced(std::string text, const std::string& what, const std::string& by)
{
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

// Everything in the example is in the answer, of the same type; statuses, numbers and flags are
// the same.
std::string difference(const Json& example, const Json& answer)
{
    if (example.type() != answer.type() &&
        !(example.is_number_integer() && answer.is_number_integer()))
        return std::string(answer.type_name()) + " instead of " + example.type_name();
    if (example.is_object())
        for (const auto& [key, value] : example.items()) {
            if (!answer.contains(key))
                return "no '" + key + "'";
            const std::string inner = difference(value, answer[key]);
            if (!inner.empty())
                return key + ": " + inner;
            if (key == "status" && value != answer[key])
                return key + ": " + answer[key].dump();
        }
    if (example.is_array()) {
        if (example.size() > answer.size())
            return "too short";
        for (std::size_t i = 0; i < example.size(); ++i)
            if (std::string inner = difference(example[i], answer[i]); !inner.empty())
                return inner;
    }
    if ((example.is_number() || example.is_boolean()) && example != answer)
        return answer.dump() + " instead of " + example.dump();
    return "";
}

class Reader {
public:
    explicit Reader(ApiFixture& api) : api_(api) {}

    void run(const Example& example)
    {
        std::string text =
            replaced(example.request, "file:///data", "file://" + api_.directory.path());
        for (const auto& [name, value] : names_)
            text = replaced(std::move(text), "{" + name + "}", value);
        const std::size_t blank = text.find("\n\n");
        std::vector<std::string> head = split(text.substr(0, blank), '\n');
        const std::string body = blank == std::string::npos ? "" : text.substr(blank + 2);
        const std::string first = head.front();
        Headers headers;
        for (std::size_t i = 1; i < head.size() && !head[i].empty(); ++i)
            headers.add(
                head[i].substr(0, head[i].find(": ")), head[i].substr(head[i].find(": ") + 2)
            );
        const Json json = body.empty() ? Json() : parse_json(body).value();
        const std::size_t space = first.find(' ');
        const Reply reply =
            api_.send(method_of(first.substr(0, space)), first.substr(space + 1), json, headers);
        EXPECT_EQ(reply.status, example.status) << first << ": " << reply.body;
        if (example.is_text) {
            EXPECT_EQ(reply.body + "\n", example.answer) << first;
        } else if (!example.answer.empty()) {
            EXPECT_EQ(difference(parse_json(example.answer).value(), reply.json), "")
                << first << ": " << reply.body;
        }
        remember(reply.json);
    }

private:
    void remember(const Json& json)
    {
        for (const char* name : {"job", "datum"})
            if (json.is_object() && json.contains(name) && json[name].contains("id"))
                names_[name] = json[name]["id"];
        if (json.is_object() && json.contains("created_at") && json.contains("id"))
            for (const auto& [name, member] :
                 {std::pair("rule", "matcher"), std::pair("action", "params")})
                if (json.contains(member))
                    names_.try_emplace(name, json["id"]); // of what was stored first
        if (json.is_object() && json.contains("output_files"))
            names_["output"] = json["output_files"][0]["id"];
        if (json.is_object() && json.contains("next_run_at"))
            names_["schedule"] = json["id"];
        if (json.is_array() && !json.empty() && json[0].contains("actions")) {
            names_.try_emplace("task", json[0]["id"]); // of the page's first batch
            names_.try_emplace("batch", json[0]["batch_id"]);
        }
    }

    ApiFixture& api_;
    std::map<std::string, std::string> names_;
};

constexpr const char* pages[] = {
    SLUICE_SOURCE_DIR "/docs/http-api.md", SLUICE_SOURCE_DIR "/docs/http-api-tasks.md"};

TEST(HttpApiPage, every_example_is_true)
{
    for (const char* page : pages) {
        ApiFixture api;
        api.directory.put("texts/one.txt", "1");
        api.directory.put("texts/two.txt", "2");
        const std::vector<Example> all = examples(read_file(page));
        ASSERT_GE(all.size(), 10u);
        Reader reader(api);
        for (const Example& example : all)
            reader.run(example);
    }
}

TEST(HttpApiPage, every_route_is_on_it)
{
    std::string page;
    for (const char* path : pages)
        page += read_file(path);
    for (const Operation& operation : all_operations()) {
        const std::string pattern = replaced(std::string(operation.pattern), "{id}", "");
        std::string plain = replaced(replaced(page, "{id}", ""), "{job}", "");
        plain = replaced(std::move(plain), "{datum}", "");
        plain = replaced(std::move(plain), "`/resume`", "/jobs//resume");
        EXPECT_NE(plain.find(pattern), std::string::npos) << operation.pattern;
    }
}

} // namespace

} // namespace sluice::docs_test
