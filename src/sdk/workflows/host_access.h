// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/context.h"
#include "sluice/runner_options.h"
#include "sluice/triggers.h"
#include "workflows/host.h"

#include <cstddef>
#include <memory>
#include <string>

namespace sluice::workflows {

// What a Runner and the values made of it share. Any thread. After the Runner's end it answers
// `closed`, as its Host does.
class HostAccess {
public:
    HostAccess(const std::string& url, const std::string& schema, const RunnerOptions& options);

    Host& host() const { return *host_; }

    void add(const Trigger& trigger); // DefinitionError, too

    // As submitted. ContextError when it is too large.
    std::string text_of(const Context& context) const;

private:
    std::shared_ptr<Host> host_;
    std::size_t context_bytes_max_;
};

// A page of a list. Error, invalid, for a limit that is not 1 to 1,000.
void check_limit(std::size_t limit);

} // namespace sluice::workflows
