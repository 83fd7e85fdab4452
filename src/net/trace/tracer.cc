// SPDX-License-Identifier: Apache-2.0
#include "net/trace/tracer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t answer_bytes_max = 64u << 10;

HttpClientOptions client_options()
{
    HttpClientOptions options;
    options.connections_max = 1;
    options.idle_connections_max = 1;
    return options;
}

} // namespace

Tracer::Tracer(asio::any_io_executor executor, Options options, Random& random, Log log)
    : options_(std::move(options)),
      random_(random),
      log_(std::move(log)),
      client_(executor, client_options()),
      news_(executor),
      closing_(executor),
      over_(executor),
      scope_(executor, log_)
{
    options_.headers.add("Content-Type", "application/json");
}

TraceContext Tracer::begin(const std::optional<TraceContext>& parent, std::optional<TraceId> own)
{
    TraceContext context;
    context.trace = parent ? parent->trace : own ? *own : new_trace_id(random_);
    context.span = new_span_id(random_);
    context.is_sampled = is_sampled(options_.sampler, context.trace, parent);
    return context;
}

void Tracer::record(Span span)
{
    if (!span.context.is_sampled)
        return;
    if (closed_ || waiting_.size() >= options_.limits.queue_max)
        return lose(1);
    waiting_.push_back(std::move(span));
    if (waiting_.size() == 1 || waiting_.size() == options_.limits.batch_max)
        news_.notify();
}

void Tracer::start()
{
    is_running_ = true;
    scope_.spawn(run());
}

Async<void> Tracer::stop(SteadyClock::duration patience)
{
    const SteadyClock::time_point deadline = SteadyClock::now() + patience;
    closed_ = true;
    news_.notify();
    closing_.notify();
    while (is_running_ && SteadyClock::now() < deadline)
        co_await over_.wait_for(deadline - SteadyClock::now());
    scope_.cancel();
    co_await scope_.join();
    lose(std::exchange(sending_, 0) + waiting_.size());
    waiting_.clear();
    tell_lost();
}

Async<void> Tracer::run()
{
    while (!closed_ || !waiting_.empty()) {
        co_await wait_for_batch();
        if (!waiting_.empty())
            co_await send_batch();
    }
    is_running_ = false;
    over_.notify();
}

// One that is full, or that has waited for others long enough.
Async<void> Tracer::wait_for_batch()
{
    while (waiting_.empty() && !closed_)
        co_await news_.wait();
    const SteadyClock::time_point deadline = SteadyClock::now() + options_.limits.interval;
    while (waiting_.size() < options_.limits.batch_max && !closed_ && SteadyClock::now() < deadline)
        co_await news_.wait_for(deadline - SteadyClock::now());
}

Async<void> Tracer::send_batch()
{
    sending_ = std::min(waiting_.size(), options_.limits.batch_max);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(sending_);
    const std::vector<Span> batch(std::move_iterator(waiting_.begin()), std::move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    const std::string body = dump_json(otlp_request(options_.source, batch));

    Try outcome = Try::again;
    for (int tries = 1; outcome == Try::again && tries <= options_.limits.tries_max; ++tries) {
        std::chrono::milliseconds pause = delay_after(tries, options_.limits.backoff, random_);
        const bool is_last = closed_; // who stops waits for nobody that is away
        outcome = co_await try_once(body, pause);
        if (outcome == Try::again && is_last)
            break;
        if (outcome == Try::again && tries < options_.limits.tries_max)
            co_await closing_.wait_for(pause);
    }
    if (outcome != Try::taken)
        lose(sending_);
    sending_ = 0;
    tell_lost();
}

Async<Tracer::Try> Tracer::try_once(const std::string& body, std::chrono::milliseconds& pause)
{
    ClientRequest request;
    request.method = Method::post;
    request.url = options_.url;
    request.headers = options_.headers;
    request.body = body;
    request.total_time = options_.limits.request_time;
    request.body_bytes_max = answer_bytes_max;
    const Result<ClientResponse> answer = co_await client_.send(std::move(request));
    co_return judge(answer, pause);
}

// A collector that says when to come again is believed.
Tracer::Try Tracer::judge(const Result<ClientResponse>& answer, std::chrono::milliseconds& pause)
{
    if (!answer) {
        trouble_ = answer.error().detail;
        return is_retryable(answer.error().code) ? Try::again : Try::refused;
    }
    if (answer->status >= 200 && answer->status <= 299) {
        const Rejection rejection = rejection_in(answer->body);
        lose(rejection.count);
        trouble_ = rejection.why;
        return Try::taken;
    }
    trouble_ = fmt::format("answered {}", answer->status);
    if (const auto after = answer->headers.find("Retry-After"))
        if (const std::optional<std::chrono::seconds> told = parse_retry_after(*after))
            pause = *told;
    return may_resend(answer->status) ? Try::again : Try::refused;
}

void Tracer::tell_lost()
{
    if (lost_ > told_lost_)
        log_.warn(
            "{} spans are lost: {}", lost_ - told_lost_,
            trouble_.empty() ? "more came than the collector took" : trouble_
        );
    told_lost_ = lost_;
}

} // namespace sluice
