// SPDX-License-Identifier: Apache-2.0
// For tests: a whole server over a database in memory, and clients of it on the same loop. Every
// answer is validated against the OpenAPI document.
#pragma once

#include "api/routes.h"
#include "api/server.h"
#include "api/wire.h"
#include "async/testing.h"
#include "async/worker_threads.h"
#include "batch/blob_stores.h"
#include "batch/jobs.h"
#include "engine/engine.h"
#include "exec/test_dir.h"
#include "net/http_client.h"
#include "store/session.h"
#include "store/store.h"
#include "tasks/task_service.h"

#include <gtest/gtest.h>

#include <optional>

namespace sluice::testing {

using namespace std::chrono_literals;

// What is wrong with `value` by the schema (a part of JSON Schema: what openapi_schemas.h uses);
// empty: nothing.
std::string schema_problem(const Json& document, const Json& schema, const Json& value);

struct Reply {
    int status = 0;
    Json json = nullptr;
    std::string body;
    Headers headers;

    std::string header(std::string_view name) const
    {
        return std::string(headers.find(name).value_or(""));
    }
    std::string error() const { return json.is_object() ? json.value("error", "") : ""; }
};

// A request that is under way while the test does something else.
class PendingRequest {
public:
    bool is_over() const { return reply_.has_value(); }

private:
    friend class ApiFixture;
    std::optional<Reply> reply_;
    asio::cancellation_signal cancel_;
};

class ApiFixture {
public:
    // `observer`: of the database's writer; it outlives the fixture.
    enum class LogStore : std::uint8_t { none, folder }; // "kept-logs" of the directory
    explicit ApiFixture(
        ApiServer::Options options = {}, StatementObserver* observer = nullptr,
        LogStore log_store = LogStore::none, std::string database = ":memory:"
    );
    ~ApiFixture();
    ApiFixture(const ApiFixture&) = delete;
    ApiFixture& operator=(const ApiFixture&) = delete;

    // Each runs the loop until the answer has come.
    Reply get(std::string path) { return send(Method::get, std::move(path)); }
    Reply post(std::string path, Json body = nullptr)
    {
        return send(Method::post, std::move(path), std::move(body));
    }
    Reply patch(std::string path, Json body)
    {
        return send(Method::patch, std::move(path), std::move(body));
    }
    Reply send(Method method, std::string path, Json body = nullptr, Headers headers = {});
    Reply send_bytes(Method method, std::string path, std::string bytes, Headers headers = {});

    std::unique_ptr<PendingRequest> begin(Method method, std::string path, Json body);
    Reply finish(PendingRequest& pending);
    void break_off(PendingRequest& pending); // closes its connection

    // Runs the loop until `condition` holds.
    template <class Condition>
    void run_until(Condition condition)
    {
        loop.restart();
        while (!condition() && loop.run_one() > 0) {
        }
    }

    // Lets everything happen that is ready now.
    void settle();

    // A pipeline over `files` files with one datum each.
    Json spec(int files = 1);
    std::string create_job(int files = 1); // its id
    Json reserve(const std::string& job, const std::string& pod, Json extra = Json::object());
    std::string api_key(std::string name, KeyRole role);

    std::string url(std::string_view path) const;

    asio::io_context loop;
    TestDir directory;
    WorkerThreads threads{loop.get_executor(), "test", 2};
    ProcessMetrics metrics;
    std::unique_ptr<Store> store;
    OneBlobStore blobs{make_local_blobs(threads)};
    std::unique_ptr<Engine> engine;
    std::unique_ptr<OutputSweeper> sweeper;
    std::unique_ptr<Jobs> jobs;
    std::unique_ptr<TaskService> service; // sends nothing before a test starts it
    std::unique_ptr<ApiServer> server;
    std::unique_ptr<HttpClient> http;
    std::uint16_t port = 0;

private:
    Reply take(ClientRequest request);
    Reply reply_of(const ClientRequest& request, ClientResponse response) const;
    void validate(const ClientRequest& request, const Reply& reply) const;
    ClientRequest request_of(Method method, std::string path, Json body, Headers headers) const;

    std::vector<Operation> operations_ = all_operations();
    Json document_ = openapi_document(operations_, "test");
};

} // namespace sluice::testing
