// SPDX-License-Identifier: Apache-2.0
#include "api/store_breaker.h"

#include "store/store.h"
#include "tasks/store_metrics.h"

namespace sluice {

StoreBreaker::StoreBreaker(Store& store, StoreMetrics& metrics, const Options& options)
    : store_(store), metrics_(metrics), options_(options), breaker_(options.limits)
{}

StoreBreaker::Pass::~Pass()
{
    if (breaker_)
        breaker_->breaker_.not_tried(kind_);
}

void StoreBreaker::Pass::answered(int status)
{
    // Other reasons for a 503 are no failures of the database.
    breaker_->ended(kind_, status != 503 || breaker_->store_.failing_for() == Micros(0));
    breaker_ = nullptr;
}

std::optional<StoreBreaker::Pass> StoreBreaker::enter()
{
    if (!options_.is_on)
        return Pass(*this, CircuitBreaker::Pass::regular);
    const std::optional<CircuitBreaker::Pass> kind = breaker_.enter(store_.clock().now());
    if (!kind) {
        metrics_.breaker_refused();
        return std::nullopt;
    }
    if (*kind == CircuitBreaker::Pass::probe)
        metrics_.breaker_became(StoreMetrics::Breaker::half_open);
    return std::optional<Pass>(std::in_place, *this, *kind);
}

Response StoreBreaker::refusal() const
{
    const Time now = store_.clock().now();
    const Micros left = breaker_.ask_again_at(now).value_or(now) - now;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    Response response = json_response(
        503,
        Json{{"error", "the database does not answer; it is asked again soon"}, {"status", 503}}
    );
    response.headers.add("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
    return response;
}

void StoreBreaker::ended(CircuitBreaker::Pass kind, bool served)
{
    if (!options_.is_on)
        return;
    if (served)
        breaker_.reached();
    else
        breaker_.failed(kind, store_.clock().now());
    if (breaker_.is_closed() == was_closed_)
        return;
    was_closed_ = breaker_.is_closed();
    metrics_.breaker_became(
        was_closed_ ? StoreMetrics::Breaker::closed : StoreMetrics::Breaker::open
    );
}

} // namespace sluice
