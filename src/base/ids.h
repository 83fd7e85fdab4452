// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace sluice {

// An integer key of the database that cannot be mixed up with another kind of key. 0 is "none".
template <class Tag>
struct Id {
    std::int64_t value = 0;

    explicit operator bool() const { return value != 0; }
    friend auto operator<=>(Id, Id) = default;
};

using RunId = Id<struct RunTag>;
using TaskId = Id<struct TaskTag>;
using WorkerId = Id<struct WorkerTag>;
using QueueId = Id<struct QueueTag>;
using KeyId = Id<struct KeyTag>;
using DeliveryId = Id<struct DeliveryTag>;
using ScheduleId = Id<struct ScheduleTag>;
using DefinitionId = Id<struct DefinitionTag>;
using WorkflowId = Id<struct WorkflowTag>;

} // namespace sluice

template <class Tag>
struct std::hash<sluice::Id<Tag>> {
    std::size_t operator()(sluice::Id<Tag> id) const noexcept
    {
        return std::hash<std::int64_t>{}(id.value);
    }
};
