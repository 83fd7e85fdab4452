// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/page_sizes.h"
#include "net/http.h"
#include "store/schedule_reads.h"
#include "store/service_reads.h"

#include <optional>
#include <string>

namespace sluice {

// What the query parameters of lists ask for; ids in them are UUIDs that are still to be looked
// up. Parameters that nobody knows are ignored. Errors (invalid): one that cannot be read.

struct TaskQuery {
    ServiceReads::TaskFilter filter;
    std::optional<std::string> batch;
    std::optional<std::string> before; // then there is no page number
};
Result<TaskQuery> read_task_query(const Request& request, const PageSizes& pages = {});

struct BatchQuery {
    ServiceReads::BatchFilter filter;
    std::string next_page; // the number of the page behind this one
};
Result<BatchQuery> read_batch_query(const Request& request, const PageSizes& pages = {});

struct DeliveryQuery {
    ServiceReads::DeliveryFilter filter;
    std::optional<std::string> task;
    std::optional<std::string> batch;
    std::optional<std::string> before;
};
Result<DeliveryQuery> read_delivery_query(const Request& request, const PageSizes& pages = {});

struct ScheduleQuery {
    ScheduleReads::Filter filter;
    std::string next_page; // the number of the page behind this one
};
Result<ScheduleQuery> read_schedule_query(const Request& request, const PageSizes& pages = {});

} // namespace sluice
