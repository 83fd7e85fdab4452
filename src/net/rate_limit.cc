// SPDX-License-Identifier: Apache-2.0
#include "net/rate_limit.h"

#include "base/assert.h"

#include <algorithm>

namespace sluice {

namespace {

// More than one, so that forgetting catches up with those who come.
constexpr int forgotten_at_once = 2;

} // namespace

RateLimit::RateLimit(const Options& options)
    : each_(Nanos(options.period) / std::max(options.requests, 1u)),
      burst_(each_ * options.burst),
      clients_max_(options.clients_max)
{
    SLUICE_ASSERT(options.requests >= 1 && options.burst >= 1 && each_ > Nanos::zero());
}

std::optional<std::chrono::seconds> RateLimit::enter(std::string_view client, TimePoint now)
{
    forget_full(now);
    Bucket& bucket = bucket_of(client);
    const TimePoint full_at = std::max(bucket.full_at, now) + each_;
    const Nanos too_much = full_at - now - burst_;
    if (too_much > Nanos::zero())
        return std::chrono::ceil<std::chrono::seconds>(too_much);
    bucket.full_at = full_at;
    return std::nullopt;
}

RateLimit::Bucket& RateLimit::bucket_of(std::string_view client)
{
    if (const auto known = by_client_.find(client); known != by_client_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, known->second);
        return buckets_.front();
    }
    if (buckets_.size() >= clients_max_)
        return shared_;
    Bucket& bucket = buckets_.emplace_front(Bucket{std::string(client)});
    by_client_.emplace(bucket.client, buckets_.begin());
    return bucket;
}

// Only of those who did not come for the longest time.
void RateLimit::forget_full(TimePoint now)
{
    for (int i = 0; i < forgotten_at_once && !buckets_.empty(); ++i) {
        if (buckets_.back().full_at > now)
            return;
        by_client_.erase(buckets_.back().client);
        buckets_.pop_back();
    }
}

} // namespace sluice
