// SPDX-License-Identifier: Apache-2.0
#include "app/cluster_settings.h"
#include "app/config.h"
#include "app/database.h"
#include "app/old_settings.h"
#include "app/retention_settings.h"
#include "app/setting_values.h"
#include "app/task_settings.h"
#include "app/trace_settings.h"
#include "app/webhook_settings.h"
#include "base/assert.h"
#include "base/enum_names.h"
#include "base/log.h"
#include "base/text.h"
#include "model/duration.h"
#include "store/url.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::size_t workers_max = 1000;

constexpr EnumNames<RunnerKind, 3> runner_names{
    {{RunnerKind::process, "process"},
     {RunnerKind::container, "container"},
     {RunnerKind::kubernetes, "kubernetes"}}};
constexpr EnumNames<Isolation, 2> isolation_names{
    {{Isolation::mount_namespace, "namespaces"}, {Isolation::none, "none"}}};
constexpr EnumNames<OutputFormat, 4> output_names{
    {{OutputFormat::table, "table"},
     {OutputFormat::json, "json"},
     {OutputFormat::yaml, "yaml"},
     {OutputFormat::name, "name"}}};

template <auto Field>
Result<void> set_text(Config& config, std::string_view text)
{
    if (text.find('\0') != std::string_view::npos)
        return refuse("text without a NUL byte", text);
    config.*Field = text;
    return {};
}

template <auto Field>
std::string show_text(const Config& config)
{
    return config.*Field;
}

template <auto Field, const auto& Names>
Result<void> set_word(Config& config, std::string_view text)
{
    std::vector<std::string> accepted;
    for (const auto& [value, name] : Names.entries) {
        accepted.emplace_back(name);
        if (name == text) {
            config.*Field = value;
            return {};
        }
    }
    return refuse(join(accepted, " or "), text);
}

template <auto Field, const auto& Names>
std::string show_word(const Config& config)
{
    return std::string(Names.name(config.*Field));
}

Result<void> set_db(Config& config, std::string_view text)
{
    const Result<DatabaseUrl> url = parse_database_url(without_password(text)); // errors show it
    if (!url)
        return url.error();
    config.db = text;
    return {};
}

// `sluice db url` has it whole.
std::string show_db(const Config& config)
{
    return without_password(config.db);
}

Result<void> set_server(Config& config, std::string_view text)
{
    return set_url(config.server, text);
}

std::string show_key(const Config& config)
{
    return config.key.empty() ? "" : "(set)";
}

Result<void> set_log(Config& config, std::string_view text)
{
    const Result<LogHub> hub = LogHub::make(text);
    if (!hub)
        return hub.error();
    config.log = text;
    return {};
}

Result<void> set_listen(Config& config, std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return refuse("ADDRESS:PORT, for instance 127.0.0.1:8085", text);
    const auto port = whole_number<std::uint16_t>(text.substr(colon + 1));
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    if (!port || host.empty())
        return refuse("ADDRESS:PORT, for instance 127.0.0.1:8085", text);
    config.listen = ListenAddress{std::string(host), *port};
    return {};
}

std::string show_listen(const Config& config)
{
    return format_address(config.listen);
}

Result<void> set_workers(Config& config, std::string_view text)
{
    const auto number = whole_number<std::size_t>(text);
    if (!number || *number > workers_max)
        return refuse(fmt::format("a whole number from 0 to {}", workers_max), text);
    config.workers = *number;
    return {};
}

std::string show_workers(const Config& config)
{
    return config.workers ? fmt::format("{}", *config.workers) : "";
}

Result<void> set_grace(Config& config, std::string_view text)
{
    if (text == "0" || text == "0s") {
        config.grace = std::chrono::seconds(0);
        return {};
    }
    const Result<std::chrono::seconds> grace = parse_duration(text);
    if (!grace)
        return grace.error();
    config.grace = *grace;
    return {};
}

std::string show_grace(const Config& config)
{
    return format_duration(config.grace);
}

// One line each; README and `sluice config` show what stands here.
constexpr Setting table[] = {
    {"db", "URL", "sluice.db in the user's state directory",
     "database: sqlite:///path, a path, or postgresql://…", set_db, show_db, "DATABASE_URL"},
    {"schema", "NAME", "", "schema of a PostgreSQL database that is worked in: a tenant",
     set_text<&Config::schema>, show_text<&Config::schema>},
    {"server", "URL", "", "server to talk to; without it commands work on the database", set_server,
     show_text<&Config::server>},
    {"key", "KEY", "", "API key for the server", set_text<&Config::key>, show_key},
    {"log", "LEVELS", "warn", "what is logged on stderr: a level, then component=level, …", set_log,
     show_text<&Config::log>, "RUST_LOG", set_rust_log},
    {"output", "FORMAT", "table", "table, json, yaml or name",
     set_word<&Config::output, output_names>, show_word<&Config::output, output_names>},
    {"listen", "ADDRESS:PORT", "127.0.0.1:8085", "where the server listens; port 0: any free one",
     set_listen, show_listen, "PORT", set_port},
    {"workers", "N", "job run: the pipeline's; serve: one for each processor",
     "commands that may run at once in this process", set_workers, show_workers},
    {"grace", "TIME", "10s", "so long a stopping server or worker lets commands go on", set_grace,
     show_grace},
    {"executor", "KIND", "process; serve, where it can reach Kubernetes: kubernetes",
     "what runs a datum's command: process, container or kubernetes",
     set_word<&Config::runner, runner_names>, show_word<&Config::runner, runner_names>},
    {"isolation", "KIND", "namespaces",
     "namespaces: processes see /pfs and /scratch; none: they find them by SLUICE_PFS",
     set_word<&Config::isolation, isolation_names>, show_word<&Config::isolation, isolation_names>},
    {"data_dir", "DIR", "the folder of an SQLite database, else the user's state directory",
     "logs and work directories stand below it", set_text<&Config::data_directory>,
     show_text<&Config::data_directory>},
    {"secrets_dir", "DIR", "", "secrets of local commands: DIR/<name>/<key>",
     set_text<&Config::secrets_directory>, show_text<&Config::secrets_directory>},
    {"host_url", "URL", "the address where the server listens",
     "where the targets of webhooks reach the server", set_host_url, show_text<&Config::host_url>,
     "HOST_URL"},
    {"skip_ssrf_validation", "BOOL", "false",
     "webhooks may go to any address, also of private networks: for development",
     set_skip_ssrf_validation, show_skip_ssrf_validation, "SKIP_SSRF_VALIDATION"},
    {"blocked_hostnames", "LIST", "", "hosts that webhooks may not go to, besides local ones",
     set_blocked_hostnames, show_blocked_hostnames, "BLOCKED_HOSTNAMES"},
    {"blocked_hostname_suffixes", "LIST", "", "likewise, by the end of their names",
     set_blocked_hostname_suffixes, show_blocked_hostname_suffixes, "BLOCKED_HOSTNAME_SUFFIXES"},
    {"allowed_networks", "LIST", "", "private networks that webhooks may go to: 10.1.0.0/16,…",
     set_allowed_networks, show_allowed_networks},
    {"webhook_secrets", "LIST", "", "secrets that webhooks are signed with, the newest first",
     set_webhook_secrets, show_webhook_secrets},
    {"webhook_concurrency", "N", "1024", "webhooks under way that start tasks",
     set_webhook_concurrency, show_webhook_concurrency, "WORKER_WEBHOOK_CONCURRENCY"},
    {"webhook_host_limit", "N", "64", "webhooks under way to one host and port",
     set_webhook_host_limit, show_webhook_host_limit},
    {"webhook_start_retries", "N", "2",
     "so often a webhook that starts a task is sent again, unless its action says otherwise",
     set_webhook_start_retries, show_webhook_start_retries},
    {"webhook_retries", "N", "9", "likewise, any other webhook", set_webhook_retries,
     show_webhook_retries},
    {"webhook_start_retry_delay_ms", "N", "200",
     "milliseconds before a start is sent for the second time; each later wait is twice as long",
     set_webhook_start_retry_delay, show_webhook_start_retry_delay},
    {"webhook_retry_delay_ms", "N", "15000", "likewise, any other webhook; four times as long",
     set_webhook_retry_delay, show_webhook_retry_delay},
    {"webhook_timeout", "TIME", "10s",
     "so long a webhook may take, unless its action says otherwise", set_webhook_timeout,
     show_webhook_timeout},
    {"connections_max", "N", "12000", "connections of clients at once", set_connections_max,
     show_connections_max},
    {"body_bytes_max", "N", "33554432", "bytes of new tasks in one request", set_body_bytes_max,
     show_body_bytes_max},
    {"slow_query_ms", "N", "1000", "a statement of the database that takes longer counts as slow",
     set_slow_query, show_slow_query, "SLOW_QUERY_THRESHOLD_MS"},
    {"store_breaker", "BOOL", "true", "requests are refused at once while the database is away",
     set_store_breaker, show_store_breaker, "CIRCUIT_BREAKER_ENABLED"},
    {"store_breaker_failures", "N", "5", "so many requests in a row that it did not answer",
     set_store_breaker_failures, show_store_breaker_failures, "CIRCUIT_BREAKER_FAILURE_THRESHOLD"},
    {"store_breaker_pause_secs", "N", "1", "seconds until the database is asked again",
     set_store_breaker_pause, show_store_breaker_pause, "CIRCUIT_BREAKER_RECOVERY_TIMEOUT_SECS"},
    {"page_size", "N", "50", "tasks on a page of a list, when the client does not say",
     set_page_size, show_page_size, "PAGINATION_DEFAULT"},
    {"page_size_max", "N", "100", "tasks on a page at most, whatever the client says",
     set_page_size_max, show_page_size_max, "PAGINATION_MAX"},
    {"dead_end_cancel", "BOOL", "true", "a task is canceled when all tasks behind it have ended",
     set_dead_end_cancel, show_dead_end_cancel, "DEAD_END_CANCEL_ENABLED"},
    {"rate_limit", "N", "0",
     "requests per second of one API key or address, but from this machine; 0: any number",
     set_rate_limit, show_rate_limit},
    {"rate_limit_burst", "N", "twice rate_limit", "requests that it may make at once after a pause",
     set_rate_limit_burst, show_rate_limit_burst},
    {"tracing", "BOOL", "true when there is an endpoint",
     "requests and webhooks are recorded as OpenTelemetry traces", set_tracing, show_tracing,
     "TRACING_ENABLED"},
    {"otlp_endpoint", "URL", "", "collector of traces: OTLP over HTTP; URL/v1/traces is used",
     set_otlp_endpoint, show_otlp_endpoint, "OTEL_EXPORTER_OTLP_ENDPOINT"},
    {"otlp_traces_endpoint", "URL", "", "the same, used as it is", set_otlp_traces_endpoint,
     show_otlp_traces_endpoint, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"},
    {"otlp_headers", "LIST", "", "headers for the collector: NAME=VALUE,…", set_otlp_headers,
     show_otlp_headers, "OTEL_EXPORTER_OTLP_HEADERS"},
    {"service_name", "NAME", "sluice", "name of this server in traces", set_service_name,
     show_service_name, "OTEL_SERVICE_NAME"},
    {"trace_sampler", "KIND", "parentbased_traceidratio",
     "which traces are recorded: always_on, always_off, traceidratio or parentbased_…",
     set_trace_sampler, show_trace_sampler, "OTEL_TRACES_SAMPLER"},
    {"trace_ratio", "NUMBER", "1", "share of the traces that is recorded by a …traceidratio",
     set_trace_ratio, show_trace_ratio, "OTEL_TRACES_SAMPLER_ARG", nullptr, "OTEL_SAMPLING_RATIO"},
    {"retention", "BOOL", "false", "old batches of tasks, and old deleted tasks, are removed",
     set_retention, show_retention, "RETENTION_ENABLED"},
    {"retention_days", "N", "30", "a batch is old so many days after its end", set_retention_days,
     show_retention_days, "RETENTION_DAYS"},
    {"retention_deleted_days", "N", "7", "a deleted task is old so many days after it was deleted",
     set_retention_deleted_days, show_retention_deleted_days},
    {"retention_interval", "TIME", "1h", "time between two looks for what is old",
     set_retention_interval, show_retention_interval, "RETENTION_CLEANUP_INTERVAL_SECS"},
    {"retention_batch_size", "N", "1000", "tasks, or lines of the audit, removed at once",
     set_retention_batch_size, show_retention_batch_size, "RETENTION_BATCH_SIZE"},
    {"audit_days", "N", "90", "lines of the audit stay for so many days; 0: for ever",
     set_audit_days, show_audit_days},
    {"kube_url", "URL", "", "API of Kubernetes without authentication, as of kubectl proxy",
     set_kube_url, show_kube_url},
    {"kube_context", "NAME", "", "context of kubectl through which Kubernetes is reached",
     set_kube_context, show_kube_context},
    {"kube_namespace", "NAME", "the server's own, else default", "where jobs run in pods",
     set_kube_namespace, show_kube_namespace},
    {"worker_image", "IMAGE", "", "Sluice's image, which brings the worker into the pods of jobs",
     set_worker_image, show_worker_image},
    {"worker_image_pull_policy", "POLICY", "the cluster's rule", "Always, IfNotPresent or Never",
     set_worker_image_pull_policy, show_worker_image_pull_policy},
    {"advertise_url", "URL", "", "where other servers of this database reach this one",
     set_advertise_url, show_advertise_url},
    {"kube_ttl", "TIME", "1d",
     "a Kubernetes Job that nobody has deleted goes so long after its end", set_kube_ttl,
     show_kube_ttl},
    {"job_start_timeout", "TIME", "1h", "a job fails when no pod of it has begun by then",
     set_job_start_timeout, show_job_start_timeout},
    {"kube_trouble_after", "TIME", "5m", "pods that cannot start so long are worth a warning",
     set_kube_trouble_after, show_kube_trouble_after},
    {"pfs_medium", "KIND", "disk", "where /pfs of pods lies: disk or Memory", set_pfs_medium,
     show_pfs_medium},
    {"pfs_size", "SIZE", "", "limit of /pfs in pods, for instance 50Gi", set_pfs_size,
     show_pfs_size},
    {"scratch_medium", "KIND", "disk", "where /scratch of pods lies: disk or Memory",
     set_scratch_medium, show_scratch_medium},
    {"scratch_size", "SIZE", "", "limit of /scratch in pods", set_scratch_size, show_scratch_size},
    {"prefetch_max", "SIZE", "10737418240",
     "bytes of the next datum's inputs fetched ahead; 0: none", set_prefetch_max,
     show_prefetch_max},
    {"transfers_max", "N", "64", "connections to buckets at once", set_transfers_max,
     show_transfers_max},
    {"transfers_host_max", "N", "32", "likewise, to one host", set_transfers_host_max,
     show_transfers_host_max},
    {"log_store", "URI", "", "folder or bucket where logs of attempts are kept for all servers",
     set_log_store, show_log_store},
    {"bootstrap_key", "KEY", "", "API key that the server makes at its start if it is not there",
     set_bootstrap_key, show_bootstrap_key},
};

} // namespace

std::string format_address(const ListenAddress& address)
{
    const bool is_v6 = address.host.find(':') != std::string::npos;
    const std::string host = is_v6 ? '[' + address.host + ']' : address.host;
    return fmt::format("{}:{}", host, address.port);
}

std::string Setting::flag() const
{
    std::string text = "--" + std::string(name);
    for (char& c : text)
        c = c == '_' ? '-' : c;
    return text;
}

std::string Setting::variable() const
{
    std::string text = "SLUICE_" + std::string(name);
    for (char& c : text)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

std::span<const Setting> settings()
{
    return table;
}

const Setting& setting(std::string_view name)
{
    for (const Setting& candidate : table)
        if (candidate.name == name)
            return candidate;
    SLUICE_ASSERT(!"a setting that does not exist");
    return table[0];
}

} // namespace sluice
