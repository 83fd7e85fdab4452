// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/server.h"
#include "async/shared_answers.h"
#include "batch/jobs.h"
#include "engine/engine.h"
#include "tasks/change_feed.h"
#include "tasks/schedules.h"
#include "tasks/service_meter.h"
#include "tasks/tasks.h"

namespace sluice {

class RemoteWorkers;
class LogUploads;
class LogPeers;
class LogKeeper;
class StoreProbe;
class StoreBreaker;

// What the handlers stand on; everything outlives the server.
struct Api {
    Engine& engine;
    Jobs& jobs;
    Tasks& tasks;
    ChangeFeed& feed;
    ProcessMetrics& metrics;
    Schedules& schedules;
    WorkerThreads& threads;
    RemoteWorkers& workers;
    LogUploads& uploads;
    LogPeers& peers;
    LogKeeper& keeper;
    StoreProbe& probe;
    SharedAnswers<Response>& answers;
    StoreBreaker& breaker;
    const ApiServer::Options& options;
    asio::any_io_executor executor;
    Log log;
    Json document = nullptr; // the OpenAPI document
    bool draining = false;

    Store& store() { return engine.store(); }
};

} // namespace sluice
