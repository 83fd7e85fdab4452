// SPDX-License-Identifier: Apache-2.0
#include "bench/bench.h"

#include "bench/benchmarks.h"

namespace sluice {

const std::vector<Benchmark>& benchmarks()
{
    static const std::vector<Benchmark> all{
        {"cycle",
         "no-op tasks submitted in batches by 4 callers, claimed, run by the in-process executor "
         "and finished, all at the same time; tasks/s from the first submission to the end of the "
         "last run",
         bench::cycle},
        {"single",
         "callers that each submit one task, claim one and finish it, one operation at a time; "
         "operations/s",
         bench::single},
        {"latency",
         "one task at a time on an idle engine, from the call of submit to the commit that "
         "finished it",
         bench::latency},
        {"dag",
         "a graph in layers of 1,000 tasks, each with two parents in the layer before: submit and "
         "drain",
         bench::dag},
        {"chain", "a chain of tasks, each the parent of the next: submit and drain", bench::chain},
        {"queues", "cycle by a worker that serves 10,000 queues, of which ten have work",
         bench::queues},
        {"datums", "a job over a cross of two folders: planned and stored, with the peak memory",
         bench::datums},
        {"submit",
         "one submission of many tasks, staged, while another caller submits single tasks: their "
         "latency and the longest write group",
         bench::submit_large},
    };
    return all;
}

} // namespace sluice
