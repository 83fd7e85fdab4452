// SPDX-License-Identifier: Apache-2.0
#include "net/sigpipe_guard.h"

#include <ctime>

namespace sluice {

namespace {

sigset_t only_sigpipe()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

bool is_pending()
{
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
}

} // namespace

SigpipeGuard::SigpipeGuard() : was_pending_(is_pending())
{
    const sigset_t set = only_sigpipe();
    pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SigpipeGuard::~SigpipeGuard()
{
    // A signal of our own is taken away; one that came from elsewhere before stays.
    const sigset_t set = only_sigpipe();
    const timespec at_once{};
    if (!was_pending_ && is_pending())
        sigtimedwait(&set, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

} // namespace sluice
