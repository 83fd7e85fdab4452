// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/seen.h"
#include "kube/watch_events.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// One line of a watch.
struct WatchLine {
    enum class Kind : std::uint8_t {
        seen, // an object is there, as `job` or `pod` says
        gone,
        bookmark, // nothing has happened up to `version`
        error,
    };
    Kind kind = Kind::bookmark;
    std::string version = {}; // to go on from
    SeenJob job = {};
    SeenPod pod = {};
    int code = 0;             // of an error
    std::string message = {}; // likewise
};

// Errors (corrupt): no event of a watch.
Result<WatchLine> read_watch_line(std::string_view line, WatchEvents::Of kind);

// One page of a list.
struct ListPage {
    std::string version;   // of the list, to watch from
    std::string next_page; // token; empty: this is the last one
    std::vector<SeenJob> jobs;
    std::vector<SeenPod> pods;
};

// Errors (corrupt): no list.
Result<ListPage> read_list_page(std::string_view body, WatchEvents::Of kind);

// Cuts what comes in pieces into lines.
class LineCutter {
public:
    // `on_line` gets each line that is not empty, without its end; false: no more.
    LineCutter(std::size_t bytes_max, std::function<bool(std::string_view)> on_line)
        : bytes_max_(bytes_max), on_line_(std::move(on_line))
    {}

    enum class Took : std::uint8_t { all, enough, too_long };
    Took take(std::string_view piece);

private:
    std::size_t bytes_max_;
    std::function<bool(std::string_view)> on_line_;
    std::string begun_; // a line without its end
};

} // namespace sluice
