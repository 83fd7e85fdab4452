// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/client.h"
#include "batch/datum_channel.h"
#include "store/store_clock.h"

#include <map>

namespace sluice {

// Tells a server about the outputs of one attempt. What it is given outlives it.
class HttpChannel final : public DatumChannel {
public:
    struct Callers {
        ApiCaller patient; // again and again while the call may succeed later
        ApiCaller once;
    };

    HttpChannel(
        Callers callers, const ClockSource& clock, const DatumWork& work, std::string pod_name
    )
        : callers_(std::move(callers)), clock_(clock), work_(work), pod_name_(std::move(pod_name))
    {}

    Async<Result<Leave>> register_outputs(std::vector<std::string> paths) override;
    Async<Result<Leave>> extend_leave() override;
    Async<Result<void>> outputs_uploaded(std::vector<std::string> paths) override;

private:
    std::string uri_of(std::string_view path) const;

    Callers callers_;
    const ClockSource& clock_;
    const DatumWork& work_;
    std::string pod_name_;
    std::map<std::string, std::string> ids_; // by URI
};

} // namespace sluice
