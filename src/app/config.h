// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/page_sizes.h"
#include "app/cluster_settings.h"
#include "app/trace_settings.h"
#include "base/result.h"
#include "exec/command.h"
#include "net/webhook_signature.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

enum class RunnerKind : std::uint8_t { process, container, kubernetes };
enum class OutputFormat : std::uint8_t { table, json, yaml, name };

struct ListenAddress {
    std::string host = "127.0.0.1"; // an IP address, without the brackets of IPv6
    std::uint16_t port = 8085;      // 0: any free one
};

std::string format_address(const ListenAddress& address); // as it stands in a URL

// What a user may set. Directories are absolute.
struct Config {
    std::string db;
    std::string schema; // of PostgreSQL; empty: what the URL says
    std::string server; // empty: embedded
    std::string key;
    std::string log = "warn";
    OutputFormat output = OutputFormat::table;
    ListenAddress listen;
    std::optional<std::size_t> workers; // commands at once; nothing: as the command says
    RunnerKind runner = RunnerKind::process;
    Isolation isolation = Isolation::mount_namespace;
    std::chrono::seconds grace{10};
    std::string data_directory; // logs and work directories stand below it
    std::string secrets_directory;

    // The task service.
    std::string host_url; // where targets of webhooks reach the server; empty: where it listens
    bool skip_ssrf_validation = false;
    std::vector<std::string> blocked_hostnames;
    std::vector<std::string> blocked_hostname_suffixes;
    std::vector<std::string> allowed_networks;
    std::vector<WebhookSecret> webhook_secrets; // the newest first; none: not signed
    std::size_t webhook_concurrency = 1024;
    std::size_t webhook_host_limit = 64;   // on their way to one host and port
    std::size_t webhook_start_retries = 2; // after the first try
    std::size_t webhook_retries = 9;
    std::chrono::milliseconds webhook_start_retry_delay{200}; // before the second try
    std::chrono::milliseconds webhook_retry_delay{15'000};
    std::chrono::seconds webhook_timeout{10}; // of one try
    std::size_t connections_max = 12'000;     // of clients
    std::size_t body_bytes_max = 32u << 20;   // of POST /task
    std::chrono::milliseconds slow_query{1000};
    bool store_breaker = true;
    std::size_t store_breaker_failures = 5;
    std::size_t store_breaker_pause_secs = 1;
    PageSizes pages;
    bool dead_end_cancel = true; // a task goes when all tasks behind it have gone
    bool retention = false;      // batches that ended long ago are removed
    std::size_t retention_days = 30;
    std::size_t retention_deleted_days = 7; // tasks that were deleted softly
    std::chrono::seconds retention_interval = std::chrono::hours(1);
    std::size_t retention_batch_size = 1000;
    std::size_t audit_days = 90; // 0: its lines stay

    std::size_t rate_limit = 0;       // requests per second of one key or address; 0: any number
    std::size_t rate_limit_burst = 0; // at once, after a pause; 0: twice as many

    TraceSettings traces;
    ClusterSettings cluster;

    // Where values come from, by the names of settings: a flag, a variable, a place in the file.
    // Settings that nobody has set are not there.
    std::map<std::string, std::string, std::less<>> origins;
};

using SetSetting = Result<void> (*)(Config&, std::string_view text);

// One setting: `--data-dir`, SLUICE_DATA_DIR and `data_dir` in the file are the same one.
struct Setting {
    std::string_view name; // "data_dir"
    std::string_view value_name;
    std::string_view fallback; // for people
    std::string_view meaning;
    SetSetting set;
    std::string (*show)(const Config&);
    std::string_view old_variable = {};   // as Task Runner has it; ours is stronger
    SetSetting set_old = nullptr;         // how that one is read; null: like ours
    std::string_view older_variable = {}; // a second one, behind the first

    std::string flag() const;     // "--data-dir"
    std::string variable() const; // "SLUICE_DATA_DIR"
};

// All of them, in the order in which they are shown.
std::span<const Setting> settings();
const Setting& setting(std::string_view name); // asking for another one is a bug

// Whether the variables of Task Runner count: they do for the command that takes its place.
enum class OldNames : std::uint8_t { ignored, accepted };

// Where settings come from, the strongest first. Old names stand behind our own variables.
struct ConfigSources {
    std::map<std::string, std::string, std::less<>> flags; // by name
    std::function<std::optional<std::string>(const std::string&)> environment;
    std::string file;              // a YAML or JSON object of names; empty: none
    std::string working_directory; // what relative paths of settings are taken from
    OldNames old_names = OldNames::ignored;
};

// Errors (invalid): a value that cannot be, an unknown name in the file, a file that cannot be
// read. The detail names the flag, the variable, or the file with the name.
Result<Config> read_config(const ConfigSources& sources);

} // namespace sluice
