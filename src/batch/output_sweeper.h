// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "base/log.h"
#include "batch/blob_stores.h"
#include "batch/job_facts.h"
#include "store/changes.h"
#include "store/rows.h"

namespace sluice {

class Store;

// Removes what attempts that did not succeed have put into the egress. The one place that removes
// outputs: it takes the rows before it touches the files, so any number of processes may do it.
class OutputSweeper {
public:
    OutputSweeper(asio::any_io_executor executor, Store& store, BlobStores& blobs, Log log);

    // Removes everything that is doomed now and not being removed by another process; says how
    // many. Errors: the first one met, after doing what could be done; the rest is tried later.
    Async<Result<std::size_t>> run_once();

    // Sweeps at start, whenever outputs are doomed, and once a minute, until stop(). It ends with
    // what is under way: rows that were taken and not removed would be nobody's for a minute.
    Async<void> run();
    void stop();

    void changed(const Changes& changes);

private:
    Async<Result<std::size_t>> remove(RunId run, std::vector<OutputRow> rows);

    Store& store_;
    BlobStores& blobs_;
    Log log_;
    JobFactsCache facts_;
    Signal wake_;
    bool stopping_ = false;
};

} // namespace sluice
