// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api.h"

#include <string_view>
#include <vector>

namespace sluice {

using ApiHandler = Async<Response> (*)(Api&, const Request&);

// A route and what its users must know; both the router and the OpenAPI document are made of it.
struct Operation {
    Method method = Method::get;
    std::string_view pattern;
    std::string_view summary;
    std::vector<std::string_view> query =
        {};                       // names of query parameters (openapi.cc explains them)
    std::string_view body = {};   // schema of the JSON body; empty: none is read
    int status = 200;             // of the good answer
    std::string_view answer = {}; // schema of its JSON; empty: it has none
    std::string_view content_type = "application/json"; // of the good answer
    std::vector<int> also = {};   // other good answers: 204, or with the same schema
    std::vector<int> errors = {}; // beside 400, 401, 403, 503
    std::optional<std::size_t> body_bytes_max = {}; // instead of the server's limit
    Access access = Access::authenticated;
    bool without_database = false; // it answers also while the database is away
    ApiHandler handle = nullptr;
};

std::vector<Operation> health_operations();
std::vector<Operation> job_operations();
std::vector<Operation> datum_operations();
std::vector<Operation> worker_operations();
std::vector<Operation> log_operations();
std::vector<Operation> task_operations();
std::vector<Operation> task_list_operations(); // part of them
std::vector<Operation> batch_operations();
std::vector<Operation> group_operations();
std::vector<Operation> task_history_operations();
std::vector<Operation> delivery_operations();
std::vector<Operation> event_operations();
std::vector<Operation> metrics_operations();
std::vector<Operation> schedule_operations();
std::vector<Operation> audit_operations();
std::vector<Operation> definition_operations();
std::vector<Operation> all_operations();

// A router over `operations`: each answer names our protocol, and requests of another are refused.
Router make_router(Api& api, const std::vector<Operation>& operations);

// The OpenAPI 3.1 document of these operations.
Json openapi_document(const std::vector<Operation>& operations, std::string_view version);

} // namespace sluice
