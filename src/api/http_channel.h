// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/client.h"
#include "batch/datum_channel.h"

#include <functional>
#include <map>

namespace sluice {

// Tells a server about the outputs of one attempt. What it is given outlives it.
class HttpChannel final : public DatumChannel {
public:
    // Makes a call, again and again while it may succeed later.
    using Caller = std::function<Async<Result<ApiClient::Answer>>(ApiClient::Call)>;

    HttpChannel(Caller caller, const DatumWork& work, std::string pod_name)
        : caller_(std::move(caller)), work_(work), pod_name_(std::move(pod_name))
    {}

    Async<Result<void>> register_outputs(std::vector<std::string> paths) override;
    Async<Result<void>> outputs_uploaded(std::vector<std::string> paths) override;

private:
    std::string uri_of(std::string_view path) const;

    Caller caller_;
    const DatumWork& work_;
    std::string pod_name_;
    std::map<std::string, std::string> ids_; // by URI
};

} // namespace sluice
