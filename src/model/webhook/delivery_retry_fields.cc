// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/delivery_retry_fields.h"

namespace sluice {

namespace {

// Not "explicit": nobody reports about a delivery.
constexpr EnumNames<FailureKind, 2> failure_words{
    {{FailureKind::timeout, "timeout"}, {FailureKind::start, "webhook_failure"}}};

const ListKind failure_list{EnumKind{failure_words}};

} // namespace

void DeliveryRetryOnKind::read(const Value& value, std::uint8_t& out) const
{
    std::vector<FailureKind> failures;
    failure_list.read(value, failures);
    out = failure_bits(failures);
}

Json DeliveryRetryOnKind::schema() const
{
    return failure_list.schema();
}

void DeliveryRetryKind::read(const Value& value, DeliveryRetry& out) const
{
    read_members(value, out, context);
}

Json DeliveryRetryKind::schema() const
{
    return schema_of_members<DeliveryRetry>(context);
}

} // namespace sluice
