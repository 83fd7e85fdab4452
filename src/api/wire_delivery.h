// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/wire_task.h"
#include "base/enum_names.h"
#include "store/service_reads.h"

namespace sluice {

// What deliveries of webhooks are over HTTP.

inline constexpr EnumNames<DeliveryStatus, 3> delivery_status_names{
    {{DeliveryStatus::waiting, "waiting"},
     {DeliveryStatus::delivered, "delivered"},
     {DeliveryStatus::dead, "dead"}}};

Json delivery_json(const ServiceReads::DeliveryView& view, const SpellId& spell);

} // namespace sluice
