// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/meter.h"
#include "tasks/service_metrics.h"

namespace sluice {

// Counts what the store says it has done. Any thread; the metrics outlive it.
class ServiceMeter final : public StoreMeter {
public:
    explicit ServiceMeter(ServiceMetrics& metrics) : metrics_(metrics) {}

    void committed(const Tally& tally) override;
    void ran(std::string_view statement, Micros took) override
    {
        metrics_.store.statement_ran(statement, took);
    }

private:
    void count_moves(const Tally& tally);
    void count_causes(const Tally& tally);

    ServiceMetrics& metrics_;
};

// The metrics of one process, and what feeds those of the store. Made before the store is opened.
struct ProcessMetrics {
    explicit ProcessMetrics(const StoreMetrics::Limits& limits = {}) : service(registry, limits) {}

    Metrics registry;
    ServiceMetrics service;
    ServiceMeter meter{service};
};

} // namespace sluice
