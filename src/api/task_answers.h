// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/wire_task.h"
#include "net/http.h"

#include <string>
#include <string_view>

namespace sluice {

class Tasks;

// How the routes of the task service answer.

// Spells ids for wire_task.h and its neighbours; `tasks` outlives it.
SpellId speller(const Tasks& tasks);

// What the tasks say of who asks: those of a list, or of its `tasks`.
void drop_requesters(Json& body);

// Who has a key asks in its name, whatever the tasks say.
void name_requester(const Request& request, Json& body);

Response text_response(int status, std::string_view text);

// JSON that was written elsewhere, large documents on another thread: dumped() there, json_text()
// here.
Result<std::string> dumped(const Result<Json>& json);
Response json_text(int status, Result<std::string> text);

} // namespace sluice
