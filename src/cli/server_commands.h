// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/live_view.h"

#include <string>
#include <vector>

namespace sluice {

// Commands that are one request to a server, as data: most of `task`, `batch`, `rule` and their
// like. In a path, {} stands for the id that is the command's argument.

// "--batch ID" as the query parameter `batch_id`.
struct Filter {
    std::string flag;
    std::string parameter;
    std::string meaning;
    CliCommand::Names accepted = {};
    std::string event = {};    // the parameter of /events that does the same
    std::string on_value = {}; // when set, the flag takes no value and stands for this one
};

// What the arguments of a command say, for those that work on the database when no server is named.
struct Given {
    std::string id;
    std::vector<std::string> ids; // of a verb
    QueryFields filters = {};     // those that were given, by their parameters
    std::size_t limit = 0;        // of a list
    std::string file = {};        // of create and update
};
using WithoutServer = std::function<Async<Result<int>>(Context&, Given)>;

struct ListCommand {
    std::string_view name = "list";
    std::string path;
    Columns columns;
    std::vector<Filter> filters = {};
    std::string events = {}; // as of a ShowCommand
    WithoutServer without = nullptr;
};
void add_list(CliCommand& parent, ListCommand list);

struct ShowCommand {
    std::string_view name = "describe";
    std::string path;
    Show show;
    std::string events = {}; // "/events?task={}"; empty: the server tells of no changes
    std::function<bool(const Json&)> is_final = nullptr;
    WithoutServer without = nullptr;
};
void add_show(CliCommand& parent, ShowCommand command);

// What is done to things, by their ids.
struct VerbCommand {
    std::string_view name;
    Method method = Method::patch;
    std::string path;
    Json body = nullptr;
    std::string_view done = {}; // what is said then; empty: what the answer says
    WithoutServer without = nullptr;
};
void add_verb(CliCommand& parent, std::string_view noun, VerbCommand verb);

// `create FILE` prints the id of what the server has made of the file; `update ID FILE` changes it.
void add_create(CliCommand& parent, std::string path, WithoutServer without = nullptr);
void add_update(
    CliCommand& parent, std::string_view noun, Method method, std::string path,
    WithoutServer without = nullptr
);

// "task 019a…: Canceled", to stderr; as a document to stdout.
void tell_done(
    const Context& context, std::string_view noun, std::string_view id, const Json& answer,
    std::string_view done = {}
);

} // namespace sluice
