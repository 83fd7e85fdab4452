// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/refusal.h"
#include "net/http.h"

#include <string_view>

namespace sluice {

// How the routes of the task service refuse. Beside the form for bodies (refused_body) there is
// {"error": "Not found: …", "status": 404}.

// Overload is 503 here: 429 is for those who ask too often.
Response typed_error(int status, std::string_view why);
Response typed_error(const Error& error);

// The same for an action on a task: a state that does not allow it is 400.
Response refused_action(const Error& error);

Response no_such(std::string_view what, std::string_view id);

// A new id for what was not created: clients find it in the answer to every POST.
std::string unused_batch_id();

// The answer with `batch_id` in its JSON.
Response with_batch_id(Response response);

// A refused POST /task.
Response refused_batch(const Refusal& refusal);

} // namespace sluice
