// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "base/log.h"
#include "batch/job_blobs.h"
#include "batch/job_facts.h"
#include "store/changes.h"
#include "store/rows.h"

#include <chrono>
#include <optional>

namespace sluice {

class Store;

// Removes what attempts that did not succeed have put into the egress. The one place that removes
// outputs: it takes the rows before it touches the files, so any number of processes may do it.
class OutputSweeper {
public:
    // What is taken is removed in less than a minute: then others may take it.
    OutputSweeper(
        asio::any_io_executor executor, Store& store, JobBlobs& blobs, Log log,
        std::chrono::milliseconds removal_time = std::chrono::seconds(45)
    );

    // Removes what is doomed now and not being removed by another process, as much as can be done
    // in `removal_time`; says how many. Errors: one of those met, after doing what could be done;
    // the rest is tried later.
    Async<Result<std::size_t>> run_once();

    // Sweeps at start, whenever outputs are doomed, when the time is over that their attempts had
    // to upload, and once a minute, until stop(). It ends with what is under way: rows that were
    // taken and not removed would be nobody's for a minute.
    Async<void> run();
    void stop();

    void changed(const Changes& changes);

private:
    struct Pass {
        std::chrono::steady_clock::time_point until = {}; // from its first rows on
        std::size_t removed = 0;
        bool is_over = false; // before everything was done
        std::optional<Error> problem = {};
    };

    Async<void> remove_all(std::vector<OutputRow> rows, Pass& pass);
    Async<Result<std::size_t>> remove(std::vector<OutputRow> rows, const Pass& pass); // of one run
    std::chrono::steady_clock::duration time_to_sleep() const;

    Store& store_;
    JobBlobs& blobs_;
    Log log_;
    std::chrono::milliseconds removal_time_;
    JobFactsCache facts_;
    Signal wake_;
    std::optional<Time> next_; // when more may be removed, as it was told last
    bool stopping_ = false;
};

} // namespace sluice
