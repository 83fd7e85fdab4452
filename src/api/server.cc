// SPDX-License-Identifier: Apache-2.0
#include "api/server.h"

#include "api/auth.h"
#include "api/client_limit.h"
#include "api/log_keeper.h"
#include "api/log_peers.h"
#include "api/log_uploads.h"
#include "api/remote_workers.h"
#include "api/request_trace.h"
#include "api/routes.h"
#include "api/store_probe.h"
#include "net/request_log.h"
#include "tasks/task_service.h"

#include <fmt/format.h>

namespace sluice {

namespace {

LogPeers::Options peer_options(const ApiServer::Options& options)
{
    LogPeers::Options peers;
    peers.own_address = options.advertise_url;
    return peers;
}

} // namespace

class ApiServer::Impl {
public:
    Impl(asio::any_io_executor executor, const Parts& parts, Options options, Log log)
        : options_(std::move(options)),
          log_(log),
          workers_(executor, parts.engine, {options_.lease, options_.lost_lease}, log),
          uploads_(parts.threads),
          peers_(executor, parts.engine, peer_options(options_), log),
          keeper_(executor, {parts.jobs, uploads_, peers_}, log),
          tracer_(parts.tracer),
          probe_(executor, parts.engine.store(), log),
          answers_(executor),
          breaker_(parts.engine.store(), parts.tasks.metrics().service.store, options_.breaker),
          gate_(parts.engine.store(), Gate::WithoutKeys::open, options_.key_cache),
          limit_(options_.rate_limit),
          api_{
              parts.engine,
              parts.jobs,
              parts.tasks.tasks(),
              parts.tasks.feed(),
              parts.tasks.metrics(),
              parts.tasks.schedules(),
              parts.threads,
              workers_,
              uploads_,
              peers_,
              keeper_,
              probe_,
              answers_,
              breaker_,
              options_,
              executor,
              log}
    {
        const std::vector<Operation> operations = all_operations();
        api_.document = openapi_document(operations, options_.version);
        server_ = std::make_unique<Server>(
            executor, make_router(api_, operations), hooks(), options_.limits, log
        );
    }

    Async<Result<std::uint16_t>> start(std::string address, std::uint16_t port);
    void drain() { api_.draining = true; }
    Async<void> stop(std::chrono::milliseconds patience);
    const Router& router() const { return server_->router(); }
    bool requires_keys() const { return gate_.requires_keys(); }

private:
    ServerHooks hooks();
    void note_not_saved(const RequestRecord& record);
    Async<std::optional<Response>> admit(Request& request, const Route& route);

    Options options_;
    Log log_;
    RemoteWorkers workers_;
    LogUploads uploads_;
    LogPeers peers_;
    LogKeeper keeper_;
    Tracer* tracer_;
    StoreProbe probe_;
    SharedAnswers<Response> answers_;
    StoreBreaker breaker_;
    Gate gate_;
    ClientLimit limit_;
    Api api_;
    std::unique_ptr<Server> server_;
};

ServerHooks ApiServer::Impl::hooks()
{
    ServerHooks hooks;
    hooks.authenticate = [this](Request& request, const Route& route) {
        return admit(request, route);
    };
    hooks.answered = [this](const RequestRecord& record) {
        api_.metrics.service.requests.answered(
            {.endpoint = record.route ? std::string_view(record.route->pattern) : "",
             .method = name(record.request.method),
             .status = record.status,
             .took = record.duration}
        );
        note_not_saved(record);
        const Caller* caller = std::any_cast<Caller>(&record.request.identity);
        log_.info("{}", RequestLine{record, caller ? std::string_view(caller->name) : ""});
        if (tracer_)
            trace_request(*tracer_, record, api_.engine.clock().now());
    };
    return hooks;
}

// Also those that were answered without asking the database, as most of an outage are.
void ApiServer::Impl::note_not_saved(const RequestRecord& record)
{
    if (record.status != 503 || !record.route)
        return;
    const std::string_view pattern = record.route->pattern;
    if (record.request.method == Method::post && pattern == "/task")
        api_.metrics.service.tasks.not_saved();
    else if (record.request.method == Method::put && pattern == "/task/{id}")
        api_.metrics.service.tasks.counts_not_saved();
}

// Who has no good key is counted, too: guessing is asking.
Async<std::optional<Response>> ApiServer::Impl::admit(Request& request, const Route& route)
{
    std::optional<Response> refusal = co_await gate_.check(request, route);
    std::optional<Response> limited = limit_.refuse(request, std::chrono::steady_clock::now());
    if (limited)
        co_return limited;
    co_return refusal;
}

Async<Result<std::uint16_t>> ApiServer::Impl::start(std::string address, std::uint16_t port)
{
    if (!is_loopback(address) && options_.exposure == Exposure::guarded) {
        const Result<bool> keyed = co_await gate_.has_keys();
        if (!keyed)
            co_return keyed.error();
        if (!*keyed)
            co_return Error{
                Errc::invalid,
                fmt::format(
                    "listen address '{}': without API keys only loopback addresses are served; "
                    "make one with 'sluice key create NAME', or give --insecure",
                    address
                )};
        gate_.set_without_keys(Gate::WithoutKeys::closed);
    }
    co_return server_->listen(address, port);
}

Async<void> ApiServer::Impl::stop(std::chrono::milliseconds patience)
{
    drain();
    co_await server_->stop(patience);
    co_await keeper_.stop();
    co_await probe_.stop();
}

ApiServer::ApiServer(asio::any_io_executor executor, const Parts& parts, Options options, Log log)
    : impl_(std::make_unique<Impl>(std::move(executor), parts, std::move(options), std::move(log)))
{}

ApiServer::~ApiServer() = default;

Async<Result<std::uint16_t>> ApiServer::start(std::string address, std::uint16_t port)
{
    return impl_->start(std::move(address), port);
}

void ApiServer::drain()
{
    impl_->drain();
}

Async<void> ApiServer::stop(std::chrono::milliseconds patience)
{
    return impl_->stop(patience);
}

bool ApiServer::requires_keys() const
{
    return impl_->requires_keys();
}

const Router& ApiServer::router() const
{
    return impl_->router();
}

} // namespace sluice
