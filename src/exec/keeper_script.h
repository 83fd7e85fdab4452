// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/keeper.h"

#include <deque>
#include <initializer_list>
#include <string>
#include <vector>

namespace sluice {

// Prepares the steps of a keeper: everything they point to lives here, unmoved.
class KeeperScript {
public:
    KeeperScript() = default;
    KeeperScript(const KeeperScript&) = delete;
    KeeperScript& operator=(const KeeperScript&) = delete;

    // `label` completes "cannot …" when the step fails.
    void
    add(std::string label, long number, std::initializer_list<long> args,
        IfFailed if_failed = IfFailed::stop);

    // A copy of `text` for an argument.
    long text(std::string text);

    KeeperSteps steps() const { return {steps_.data(), steps_.size()}; }
    const std::string& label(std::size_t step) const { return labels_[step]; }

private:
    std::vector<KeeperStep> steps_;
    std::vector<std::string> labels_;
    std::deque<std::string> texts_;
};

// In a new user namespace: keeps the caller's user and group.
void add_user_mapping(KeeperScript& script);

// A root of its own: every entry of the system's root, and over it /pfs and /scratch. The
// directories are canonical host paths. /pfs is read-only but for /pfs/out. Nothing is created in
// the system's root, and no mount is seen outside.
void add_new_root(KeeperScript& script, const std::string& pfs, const std::string& scratch);

} // namespace sluice
