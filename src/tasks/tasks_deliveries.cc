// SPDX-License-Identifier: Apache-2.0
// Webhooks that are owed, were delivered, or are dead.
#include "base/text.h"
#include "engine/engine.h"
#include "store/store.h"
#include "tasks/service_metrics.h"
#include "tasks/tasks.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::size_t deliveries_page = 1000;

Error no_such_delivery(std::string_view id)
{
    return {Errc::not_found, fmt::format("no delivery '{}'", printable(id))};
}

} // namespace

std::optional<DeliveryId> Tasks::delivery_id(std::string_view uuid) const
{
    const std::optional<Uid> uid = parse_uid(uuid);
    const auto key = uid ? store().key(UidKind::delivery, *uid) : std::nullopt;
    return key ? std::optional(DeliveryId{*key}) : std::nullopt;
}

Async<Result<ServiceReads::DeliveryView>> Tasks::delivery(std::string id)
{
    const std::optional<DeliveryId> delivery = delivery_id(id);
    if (!delivery)
        co_return no_such_delivery(id);
    auto look = [delivery = *delivery](Reads& reads) { return reads.service().delivery(delivery); };
    Result<std::optional<ServiceReads::DeliveryView>> view = co_await store().read(std::move(look));
    if (!view)
        co_return view.error();
    if (!*view)
        co_return no_such_delivery(id);
    co_return std::move(**view);
}

Async<Result<std::vector<ServiceReads::DeliveryView>>>
Tasks::deliveries(ServiceReads::DeliveryFilter filter)
{
    auto look = [filter](Reads& reads) { return reads.service().deliveries(filter); };
    co_return co_await store().read(std::move(look));
}

Async<Result<std::size_t>> Tasks::redeliver(std::string id, std::string actor)
{
    const Result<ServiceReads::DeliveryView> view = co_await delivery(std::move(id));
    if (!view)
        co_return view.error();
    Redeliver request;
    request.deliveries = {view->row.id};
    request.actor = std::move(actor);
    const Result<std::size_t> redelivered = co_await store().redeliver(std::move(request));
    if (redelivered && *redelivered == 0)
        metrics_.webhooks.not_repeated(view->row.trigger);
    co_return redelivered;
}

// Page by deliveries_page, from the newest: what dies meanwhile is not looked at again.
Async<Result<std::size_t>> Tasks::redeliver(ServiceReads::DeliveryFilter filter, std::string actor)
{
    filter.status = DeliveryStatus::dead;
    filter.limit = deliveries_page;
    std::size_t count = 0;
    for (;;) {
        const Result<std::vector<ServiceReads::DeliveryView>> found = co_await deliveries(filter);
        if (!found)
            co_return found.error();
        if (found->empty())
            co_return count;
        Redeliver request;
        request.actor = actor;
        for (const ServiceReads::DeliveryView& view : *found)
            request.deliveries.push_back(view.row.id);
        filter.before = found->back().row.id;
        const Result<std::size_t> redelivered = co_await store().redeliver(std::move(request));
        if (!redelivered)
            co_return redelivered.error();
        count += *redelivered;
    }
}

} // namespace sluice
