// SPDX-License-Identifier: Apache-2.0
#include "api/testing.h"

#include "api/keys.h"
#include "base/text.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

namespace sluice::testing {

namespace {

std::string type_of(const Json& value)
{
    if (value.is_number_integer())
        return "integer";
    return value.is_null() ? "null" : value.type_name();
}

std::string type_problem(const Json& type, const Json& value)
{
    const Json allowed = type.is_array() ? type : Json::array({type});
    for (const Json& each : allowed)
        if (each == type_of(value))
            return "";
    return "is " + type_of(value) + ", not " + type.dump();
}

} // namespace

std::string schema_problem(const Json& document, const Json& schema, const Json& value)
{
    if (schema.contains("$ref")) {
        const std::string place = schema["$ref"].get<std::string>().substr(1);
        return schema_problem(document, document.at(Json::json_pointer(place)), value);
    }
    if (schema.contains("type"))
        if (std::string problem = type_problem(schema["type"], value); !problem.empty())
            return problem;
    if (schema.contains("enum")) {
        const Json& words = schema["enum"];
        if (std::find(words.begin(), words.end(), value) == words.end())
            return value.dump() + " is not one of " + words.dump();
    }
    if (value.is_object()) {
        const Json required = schema.value("required", Json::array());
        const Json properties = schema.value("properties", Json::object());
        for (const Json& key : required)
            if (!value.contains(key.get<std::string>()))
                return "lacks " + key.dump();
        for (const auto& [key, property] : properties.items())
            if (value.contains(key))
                if (std::string problem = schema_problem(document, property, value[key]);
                    !problem.empty())
                    return key + ": " + problem;
    }
    if (value.is_array() && schema.contains("items"))
        for (const Json& item : value)
            if (std::string problem = schema_problem(document, schema["items"], item);
                !problem.empty())
                return "[]: " + problem;
    return "";
}

ApiFixture::ApiFixture(
    ApiServer::Options options, StatementObserver* observer, LogStore log_store,
    std::string database
)
{
    StoreOptions store_options;
    store_options.url = std::move(database);
    store_options.observer = observer;
    store_options.meter = &metrics.meter;
    store = std::move(open_store(loop.get_executor(), store_options, Log()).value());
    Engine::Options engine_options;
    engine_options.worker_name = "server";
    engine_options.host = "here";
    engine = std::make_unique<Engine>(loop.get_executor(), *store, engine_options, Log());
    sweeper = std::make_unique<OutputSweeper>(loop.get_executor(), *store, blobs, Log());
    Jobs::Options job_options;
    job_options.log_directory = directory / "logs";
    if (log_store == LogStore::folder)
        job_options.log_store = "file://" + directory / "kept-logs";
    jobs = std::make_unique<Jobs>(*engine, blobs, *sweeper, threads, job_options);
    options.version = "test";
    TaskService::Options service_options;
    service_options.guard.syntax_only = true; // targets of tests are on this machine
    service =
        TaskService::make(loop.get_executor(), *engine, metrics, service_options, Log()).value();
    const ApiServer::Parts parts{*engine, *jobs, *service, threads};
    server = std::make_unique<ApiServer>(loop.get_executor(), parts, std::move(options), Log());
    http = std::make_unique<HttpClient>(loop.get_executor(), HttpClientOptions{});
    await(loop, engine->start()).value();
    port = await(loop, server->start("127.0.0.1", 0)).value();
}

ApiFixture::~ApiFixture()
{
    await(loop, server->stop(2s));
    await(loop, service->stop(2s));
    await(loop, engine->stop(2s));
}

std::string ApiFixture::url(std::string_view path) const
{
    return "http://127.0.0.1:" + std::to_string(port) + std::string(path);
}

ClientRequest
ApiFixture::request_of(Method method, std::string path, Json body, Headers headers) const
{
    ClientRequest request;
    request.method = method;
    request.url = url(path);
    request.headers = std::move(headers);
    if (!body.is_null()) {
        request.headers.add("Content-Type", "application/json");
        request.body = dump_json(body);
    }
    return request;
}

Reply ApiFixture::send(Method method, std::string path, Json body, Headers headers)
{
    return take(request_of(method, std::move(path), std::move(body), std::move(headers)));
}

Reply ApiFixture::send_bytes(Method method, std::string path, std::string bytes, Headers headers)
{
    ClientRequest request = request_of(method, std::move(path), nullptr, std::move(headers));
    request.body = std::move(bytes);
    return take(std::move(request));
}

Reply ApiFixture::take(ClientRequest request)
{
    ClientRequest sent = request;
    return reply_of(request, await(loop, http->send(std::move(sent))).value());
}

Reply ApiFixture::reply_of(const ClientRequest& request, ClientResponse response) const
{
    Reply reply;
    reply.status = response.status;
    reply.headers = std::move(response.headers);
    reply.body = std::move(response.body);
    if (reply.header("Content-Type") == "application/json")
        reply.json = parse_json(reply.body).value();
    validate(request, reply);
    return reply;
}

// What the document promises for this operation and status.
void ApiFixture::validate(const ClientRequest& request, const Reply& reply) const
{
    const Result<RequestTarget> target = parse_target(request.url);
    for (const Operation& operation : operations_) {
        const std::vector<std::string> pattern = split(operation.pattern.substr(1), '/');
        const bool fits =
            operation.method == request.method &&
            std::equal(
                pattern.begin(), pattern.end(), target->segments.begin(), target->segments.end(),
                [](const std::string& a, const std::string& b) { return a == b || a[0] == '{'; }
            );
        if (!fits)
            continue;
        const Json& documented = document_["paths"][std::string(operation.pattern)]
                                          [to_lower(name(operation.method))]["responses"];
        const std::string status = std::to_string(reply.status);
        ASSERT_TRUE(documented.contains(status)) << name(request.method) << " " << operation.pattern
                                                 << " answers " << status << ": " << reply.body;
        const Json::json_pointer schema("/content/application~1json/schema");
        if (documented[status].contains(schema)) {
            EXPECT_EQ(schema_problem(document_, documented[status][schema], reply.json), "")
                << operation.pattern << " " << status << ": " << reply.body;
        }
        return;
    }
}

std::unique_ptr<PendingRequest> ApiFixture::begin(Method method, std::string path, Json body)
{
    auto pending = std::make_unique<PendingRequest>();
    ClientRequest request = request_of(method, std::move(path), std::move(body), {});
    ClientRequest sent = request;
    auto on_end = [this, request,
                   waiting =
                       pending.get()](std::exception_ptr failure, Result<ClientResponse> response) {
        if (!failure && response)
            waiting->reply_ = reply_of(request, std::move(*response));
    };
    asio::co_spawn(
        loop, http->send(std::move(sent)),
        asio::bind_cancellation_slot(pending->cancel_.slot(), std::move(on_end))
    );
    settle();
    return pending;
}

Reply ApiFixture::finish(PendingRequest& pending)
{
    run_until([&] { return pending.is_over(); });
    return *pending.reply_;
}

void ApiFixture::break_off(PendingRequest& pending)
{
    pending.cancel_.emit(asio::cancellation_type::terminal);
    settle();
}

void ApiFixture::settle()
{
    // The answer to a question that is asked after everything else.
    for (int i = 0; i < 3; ++i)
        get("/version");
}

Json ApiFixture::spec(int files)
{
    for (int i = 0; i < files; ++i)
        directory.put("in/" + std::to_string(i) + ".txt", std::to_string(i));
    return Json{
        {"pipeline", {{"name", "count_words"}}},
        {"transform", {{"cmd", {"wc", "-w"}}, {"image", "debian"}}},
        {"parallelism_spec", {{"constant", 2}}},
        {"resource_requests", {{"memory", "100Mi"}, {"cpu", 1}}},
        {"datum_tries", 2},
        {"input",
         {{"atom", {{"URI", "file://" + directory / "in"}, {"repo", "texts"}, {"glob", "/*"}}}}},
        {"egress", {{"URI", "file://" + directory / "out/"}}}};
}

std::string ApiFixture::create_job(int files)
{
    Json body = Json::object();
    body["job"] = spec(files);
    const Reply reply = post("/jobs", body);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply.json["job"]["id"];
}

Json ApiFixture::reserve(const std::string& job, const std::string& pod, Json extra)
{
    Json body{{"node_name", "node"}, {"pod_name", pod}};
    body.update(extra);
    const Reply reply = post("/jobs/" + job + "/reserve_next_datum", body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.json;
}

std::string ApiFixture::api_key(std::string name, KeyRole role)
{
    SystemRandom random;
    const std::string key = make_api_key(random);
    CreateKey request;
    request.name = std::move(name);
    request.hash = hash_api_key(key);
    request.role = role;
    await(loop, store->create_key(std::move(request))).value();
    return key;
}

} // namespace sluice::testing
