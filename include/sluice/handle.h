// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/export.h"
#include "sluice/options.h"
#include "sluice/requests.h"
#include "sluice/results.h"

#include <memory>
#include <string_view>

namespace sluice::client {

class Sender;

// Reports about the task that a webhook came for.
//
//     const TaskHandle task = TaskHandle::from_webhook(request.target, request.headers);
//     task.report_progress({.success = 10});
//     task.succeed();
//
// A URL that carries a token needs no API key. Each call blocks, and throws an Error when it does
// not get what it asked for. Any number of threads may use one handle at the same time. Give all
// handles of a program the same Options::connections, for each has its own otherwise.
class SLUICE_API TaskHandle {
public:
    // From the URL in the query parameter `handle`; `attempt` is the header X-Task-Attempt. Without
    // it reports count for the current attempt. A key goes to the host of the URL: give one only if
    // you know who called. Throws std::invalid_argument for what is no handle of a task.
    static TaskHandle
    from_url(std::string_view url, std::optional<int> attempt = {}, const Options& options = {});

    // From the URL, or path with query, and the headers of a request that came: any range of pairs
    // of texts, in whatever case.
    template <class Headers>
    static TaskHandle
    from_webhook(std::string_view target, const Headers& headers, const Options& options = {})
    {
        std::optional<int> attempt;
        for (const auto& [name, value] : headers)
            if (is_attempt_header(name))
                attempt = read_attempt(value);
        return from_url(handle_in(target), attempt, options);
    }

    const std::string& id() const { return id_; }
    std::optional<int> attempt() const { return attempt_; }

    // The work is done.
    void succeed(const Report& report = {}) const;

    // The attempt has failed; the task's retry policy says whether there is another one. When the
    // connection breaks in between, it is sent again only if the attempt is known.
    void fail(std::string_view reason, const Report& report = {}) const;

    // Adds to the counts, and restarts the clock of the timeout. One must be above zero. Not sent
    // again when the connection breaks in between, since it would be counted twice.
    void report_progress(const Counts& counts) const;

    // Edits the task, and restarts the clock of its timeout.
    void update(const TaskEdit& edit) const;

    // Restarts the clock of the timeout. Conflict: another attempt is at work; stop.
    void heartbeat() const;

    // Everything about the task.
    Task get() const;

    // Cancels the task, so that its on_failure webhooks are not sent.
    Task cancel() const;

private:
    TaskHandle(std::shared_ptr<const Sender> sender, std::string id, std::optional<int> attempt);

    static std::string handle_in(std::string_view target);
    static bool is_attempt_header(std::string_view name);
    static std::optional<int> read_attempt(std::string_view value);

    std::shared_ptr<const Sender> sender_;
    std::string id_;
    std::optional<int> attempt_;
};

} // namespace sluice::client
