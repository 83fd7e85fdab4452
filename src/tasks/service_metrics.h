// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tasks/cause_metrics.h"
#include "tasks/figure_metrics.h"
#include "tasks/request_metrics.h"
#include "tasks/retention_metrics.h"
#include "tasks/store_metrics.h"
#include "tasks/task_metrics.h"
#include "tasks/webhook_metrics.h"

namespace sluice {

// Everything that the task service counts, under the names that its users' dashboards know. Made
// once, before the store is opened; outlives the store and the service.
struct ServiceMetrics {
    ServiceMetrics(Metrics& metrics, const StoreMetrics::Limits& limits)
        : tasks(metrics),
          causes(metrics),
          figures(metrics),
          webhooks(metrics),
          store(metrics, limits),
          retention(metrics),
          requests(metrics)
    {}

    TaskMetrics tasks;
    CauseMetrics causes;
    FigureMetrics figures;
    WebhookMetrics webhooks;
    StoreMetrics store;
    RetentionMetrics retention;
    RequestMetrics requests;
};

} // namespace sluice
