// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/client.h"
#include "cli/cli_command.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

// Errors (invalid): --server is not given, or is no URL.
Result<std::unique_ptr<ApiClient>> make_client(const Context& context);

// A command that asks a server: the client stands while the action runs.
using ServerAction = std::function<Async<Result<int>>(Context&, ApiClient&)>;
CommandAction on_server(ServerAction action);

// The same for one that works without a server, too: `without` runs when none is named.
CommandAction on_server_or(ServerAction action, CommandAction without);

// One request, with the user's name and time enough for large answers; the answer's JSON. A plain
// text is a JSON string. Errors: those of ApiClient.
Async<Result<Json>> ask_server(ApiClient& client, ApiClient::Call call);

// The first `limit` items of a list that the server gives page by page.
Async<Result<Json>> ask_for_list(ApiClient& client, std::string path, std::size_t limit);

// The path with these query parameters behind it; empty ones are left out.
using QueryFields = std::vector<std::pair<std::string_view, std::string>>;
std::string with_query(std::string path, const QueryFields& fields);

// The path with `id`, escaped, in the place of "{}".
std::string with_id(std::string_view path, std::string_view id);

// The member of an object, or of an object in it ("matcher.kind"). Null when there is none.
const Json& member(const Json& json, std::string_view name);

} // namespace sluice
