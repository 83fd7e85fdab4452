// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sluice::workflows {

// What a body has thrown, as its attempt tells it.
struct BodyFailure {
    std::string text;
    bool is_transient = false; // by its class: a connection, a database that is away
};

// Of the exception that is handled now. Rethrows it when the thread is being unwound by force
// (pthread_cancel, pthread_exit), which nobody may keep.
BodyFailure body_failure();

// Stored texts are UTF-8 and of at most 64 KiB.
std::string error_text(std::string_view text);

} // namespace sluice::workflows
