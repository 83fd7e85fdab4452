// SPDX-License-Identifier: Apache-2.0
#include "tasks/scheduler.h"

#include "tasks/firing.h"

#include <utility>

namespace sluice {

namespace {

ScheduleRounds::Options options_of(const Scheduler::Options& given)
{
    ScheduleRounds::Options options;
    options.ticks_max = given.ticks_max;
    options.pulse = given.pulse;
    return options;
}

} // namespace

Scheduler::Scheduler(
    asio::any_io_executor executor, Store& store, const AddressGuard& guard, Options options,
    Log log
)
    : store_(store),
      guard_(guard),
      log_(std::move(log)),
      rounds_(
          std::move(executor), store,
          [this](StoredSchedule schedule, std::size_t& spare) {
              return fire(std::move(schedule), spare);
          },
          options_of(options), log_
      )
{}

Async<void> Scheduler::fire(StoredSchedule schedule, std::size_t& spare)
{
    const Firing::Parts parts{store_, guard_, spare, log_};
    Firing firing(parts, std::move(schedule));
    co_await firing.run();
}

} // namespace sluice
