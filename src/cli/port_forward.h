// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/log.h"
#include "base/result.h"
#include "cli/kubectl.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// A port of this machine that leads into the cluster.
struct Forward {
    std::string target = {}; // "service/sluice"
    std::uint16_t local = 0; // 0: any that is free
    std::uint16_t remote = 0;
};

// By what kubectl port-forward said before it ended: is it worth another try?
enum class ForwardEnd : std::uint8_t { again, permanent };
ForwardEnd judge_forward(std::string_view said);

// The local port in what kubectl prints when a forward stands, "Forwarding from 127.0.0.1:8085 ->
// 8085"; nothing: not yet.
std::optional<std::uint16_t> forwarded_port(std::string_view printed);

// Keeps a forward up until it is cancelled: kubectl is started again when it ends, 1 s later, then
// 2 s, up to 30 s. `on_port` is called on the loop each time it stands; the port stays the same.
// No child outlives the call, nor this process. Errors: permanent ones, in kubectl's words.
// `kubectl` and `threads` outlive the call.
using OnPort = std::function<void(std::uint16_t)>;
Async<Result<void>> keep_forward(
    Forward forward, const Kubectl& kubectl, OnPort on_port, WorkerThreads& threads, Log log
);

} // namespace sluice
