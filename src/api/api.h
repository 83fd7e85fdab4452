// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/server.h"
#include "batch/jobs.h"
#include "engine/engine.h"
#include "tasks/schedules.h"
#include "tasks/tasks.h"

namespace sluice {

class RemoteWorkers;
class LogUploads;
class StoreProbe;

// What the handlers stand on; everything outlives the server.
struct Api {
    Engine& engine;
    Jobs& jobs;
    Tasks& tasks;
    Schedules& schedules;
    WorkerThreads& threads;
    RemoteWorkers& workers;
    LogUploads& uploads;
    StoreProbe& probe;
    const ApiServer::Options& options;
    asio::any_io_executor executor;
    Log log;
    Json document = nullptr; // the OpenAPI document
    bool draining = false;

    Store& store() { return engine.store(); }
};

} // namespace sluice
