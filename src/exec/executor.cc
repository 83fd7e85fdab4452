// SPDX-License-Identifier: Apache-2.0
#include "exec/executor.h"

#include <utility>

namespace sluice {

void Stop::request()
{
    if (std::exchange(requested_, true))
        return;
    if (const std::function<void()> callback = std::exchange(callback_, nullptr))
        callback();
}

void Stop::on_request(std::function<void()> callback)
{
    if (requested_)
        callback();
    else
        callback_ = std::move(callback);
}

} // namespace sluice
