// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "net/backoff.h"
#include "net/http_client.h"
#include "net/trace/otlp.h"
#include "net/trace/sampler.h"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// Records spans and sends them to a collector. Traces are no truth: what a collector cannot take in
// time is lost and counted, and nobody waits for it. Lives on the loop; start() first, stop() at
// the end.
class Tracer {
public:
    struct Limits {
        std::size_t batch_max = 512;               // spans of one request
        std::size_t queue_max = 4096;              // spans that wait; those beyond are lost
        std::chrono::milliseconds interval{5'000}; // so long a span waits for others
        std::chrono::milliseconds request_time{10'000};
        int tries_max = 5; // of one request
        Backoff backoff{.delay_base = std::chrono::seconds(1)};
    };

    struct Options {
        std::string url; // of the collector, for spans: http://…/v1/traces
        Headers headers = {};
        TraceSource source = {};
        Sampler sampler = {};
        Limits limits = {};
    };

    // The generator outlives it.
    Tracer(asio::any_io_executor executor, Options options, Random& random, Log log);

    // A span that begins now: it goes on with the trace of `parent`, or else is a part of `own`, or
    // else begins a trace.
    TraceContext begin(const std::optional<TraceContext>& parent, std::optional<TraceId> own = {});

    // One that is over. It need not be built when its context is not sampled.
    void record(Span span);

    void start();

    // Sends what waits, for up to `patience`; the rest is lost.
    Async<void> stop(std::chrono::steady_clock::duration patience);

    std::uint64_t lost() const { return lost_; } // spans, since the start

private:
    enum class Try : std::uint8_t { taken, again, refused };

    Async<void> run();
    Async<void> wait_for_batch();
    Async<void> send_batch();
    Async<Try> try_once(const std::string& body, std::chrono::milliseconds& pause);
    Try judge(const Result<ClientResponse>& answer, std::chrono::milliseconds& pause);
    void lose(std::size_t count) { lost_ += count; }
    void tell_lost();

    Options options_;
    Random& random_;
    Log log_;
    HttpClient client_;
    Signal news_;
    Signal closing_;
    Signal over_;
    std::deque<Span> waiting_;
    std::size_t sending_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t told_lost_ = 0;
    std::string trouble_; // why the last try failed; empty: it did not
    bool is_running_ = false;
    bool closed_ = false;
    TaskScope scope_;
};

} // namespace sluice
