// SPDX-License-Identifier: Apache-2.0
#include "tasks/store_metrics.h"

#include "base/enum_names.h"

namespace sluice {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The program knows all statements: more than there are in a dialect.
constexpr std::size_t statements_max = 500;

constexpr EnumNames<StoreMetrics::Breaker, 3> breaker_names{
    {{StoreMetrics::Breaker::closed, "closed"},
     {StoreMetrics::Breaker::open, "open"},
     {StoreMetrics::Breaker::half_open, "half_open"}}};

// From a look into memory to a statement that waits for a lock.
Buckets statement_times()
{
    return Buckets::of_times(
        {microseconds(50), microseconds(100), microseconds(250), microseconds(500), milliseconds(1),
         microseconds(2500), milliseconds(5), milliseconds(10), milliseconds(25), milliseconds(50),
         milliseconds(100), milliseconds(500), seconds(1), seconds(5)}
    );
}

Buckets sizes_of_groups()
{
    return Buckets::of_numbers({1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000});
}

} // namespace

StoreMetrics::StoreMetrics(Metrics& metrics, Limits limits)
    : limits_(limits),
      statements_(metrics.histograms(
          {"db_query_duration_seconds",
           "Time that a statement took, by its name.",
           {{"query", statements_max}}},
          statement_times()
      )),
      slow_statements_(metrics.counters(
          {"slow_queries_total",
           "Statements that took longer than the threshold.",
           {{"query", statements_max}}}
      )),
      group_sizes_(metrics.histogram(
          {"store_group_size", "Writes that became durable with one transaction."},
          sizes_of_groups()
      )),
      queue_depth_(metrics.gauge({"store_queue_depth", "Writes that wait for a transaction."})),
      overloads_(metrics.counter(
          {"store_overload_total", "Requests sent away because too many writes were waiting."}
      )),
      breaker_states_(metrics.counters(
          {"circuit_breaker_state_transitions_total",
           "Changes of the circuit breaker in front of the database.",
           {"to_state"}}
      )),
      rejections_(metrics.counter(
          {"circuit_breaker_rejections_total",
           "Requests answered with 503 because the circuit breaker was open."}
      ))
{
    for (const auto& [state, word] : breaker_names.entries)
        breaker_states_.of({word});
}

void StoreMetrics::statement_ran(std::string_view name, Micros took)
{
    statements_.of({name}).observe(took);
    if (took > limits_.slow_after)
        slow_statements_.of({name}).add();
}

void StoreMetrics::breaker_became(Breaker state)
{
    breaker_states_.of({breaker_names.name(state)}).add();
}

} // namespace sluice
