// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/os.h"
#include "exec/command.h"
#include "exec/keeper.h"

#include <memory>
#include <optional>

namespace sluice {

enum class Stragglers : std::uint8_t {
    kill,
    leave, // with Isolation::none only
};

// A started command with its keeper. The keeper works with this object's memory, so the destructor
// kills and waits. start() and the destructor block for some 0.3 ms; the rest does not.
class CommandProcess {
public:
    // Errors (unavailable, unauthorized): the system refuses; not those of the command itself.
    static Result<std::unique_ptr<CommandProcess>>
    start(const Command& command, Stragglers stragglers);

    ~CommandProcess();

    int output() const { return output_.get(); } // non-blocking
    int error() const { return error_.get(); }   // non-blocking
    int control() const { return control_.get(); }
    int keeper() const { return keeper_.get(); } // readable when all is over

    void order(KeeperOrder order);

    // The next report that has come, if any.
    std::optional<KeeperReport> take_report();

    // Waits for the end of the keeper, which is near once keeper() is readable.
    void reap();

    // What a report of a failure means. The command's own faults are a CommandEnd, others an Error.
    Result<CommandEnd> explain(const KeeperReport& report) const;

private:
    struct Memory;

    CommandProcess();
    Result<void> open_channels();
    Result<void> spawn();

    std::unique_ptr<Memory> memory_;
    Fd output_;
    Fd error_;
    Fd control_;
    Fd keeper_;
};

} // namespace sluice
