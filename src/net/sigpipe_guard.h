// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace sluice {

// While it stands, a write of this thread to a closed connection raises no SIGPIPE. OpenSSL writes
// without MSG_NOSIGNAL, and a library must leave the process's signal dispositions alone.
class SigpipeGuard {
public:
    SigpipeGuard();
    ~SigpipeGuard();
    SigpipeGuard(const SigpipeGuard&) = delete;
    SigpipeGuard& operator=(const SigpipeGuard&) = delete;

private:
    sigset_t before_;
    bool was_pending_;
};

} // namespace sluice
