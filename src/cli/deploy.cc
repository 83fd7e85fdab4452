// SPDX-License-Identifier: Apache-2.0
#include "app/version.h"
#include "async/worker_threads.h"
#include "base/os.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/kubectl.h"
#include "cli/output.h"
#include "kube/deploy/existing.h"
#include "kube/deploy/helm_chart.h"
#include "kube/deploy/manifests.h"
#include "model/duration.h"

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace sluice {

namespace {

namespace fs = std::filesystem;

struct DeployFlags {
    KubectlFlags kubectl;
    kube::DeployOptions given; // empty: as the purpose says
    std::optional<std::int64_t> replicas;
    std::string chart; // a directory; empty: deploy
    std::string patience = "5m";
    bool development = false;
    bool skip_secrets = false;
    bool dry_run = false;
    bool no_wait = false;
};
using Flags = std::shared_ptr<const DeployFlags>;

void take(std::string& option, const std::string& given)
{
    if (!given.empty())
        option = given;
}

Result<kube::DeployOptions> options_of(const DeployFlags& flags, const Config& config)
{
    const kube::DeployOptions& given = flags.given;
    kube::DeployOptions options = kube::default_options(
        flags.development ? kube::Purpose::development : kube::Purpose::production
    );
    options.name_space = kubectl_options(flags.kubectl, config).name_space;
    options.with_minio = given.with_minio;
    options.image = given.image.empty() ? fmt::format("sluice:{}", version()) : given.image;
    options.image_pull_policy = given.image_pull_policy;
    options.postgres_url = given.postgres_url;
    options.postgres_image = given.postgres_image;
    options.storage_class_name = given.storage_class_name;
    take(options.postgres_version, given.postgres_version);
    take(options.postgres_storage, given.postgres_storage);
    take(options.postgres_memory, given.postgres_memory);
    take(options.postgres_cpu, given.postgres_cpu);
    take(options.server_memory, given.server_memory);
    take(options.server_cpu, given.server_cpu);
    take(options.server_log_level, given.server_log_level);
    take(options.minio_image, given.minio_image);
    take(options.minio_storage, given.minio_storage);
    take(options.minio_memory, given.minio_memory);
    take(options.minio_cpu, given.minio_cpu);
    options.webhook_networks = given.webhook_networks;
    if (!given.bucket_secrets.empty())
        options.bucket_secrets = given.bucket_secrets;
    if (flags.replicas)
        options.server_replicas =
            static_cast<int>(std::clamp<std::int64_t>(*flags.replicas, -1, 1'000'000));
    if (const Result<void> checked = kube::check_options(options); !checked)
        return checked.error();
    if (const Result<LogHub> logs = LogHub::make(options.server_log_level); !logs)
        return Error{logs.error().code, "--server-log-level: " + logs.error().detail};
    return options;
}

Result<int> write_chart(const fs::path& folder)
{
    for (const auto& [name, text] : kube::helm_chart(version())) {
        const fs::path path = folder / name;
        std::error_code problem;
        fs::create_directories(path.parent_path(), problem);
        if (problem)
            return os_error("create", path.parent_path().string(), problem.value());
        std::ofstream file(path);
        file << text;
        file.close();
        if (!file)
            return os_error("write", path.string(), errno);
    }
    return exit_code::success;
}

// The secrets of what is there already. Errors: what of it must not be touched.
Async<Result<kube::InstallSecrets>>
secrets_for(const kube::DeployOptions& options, Kubectl& kubectl)
{
    const Result<Json> own = co_await kubectl.find("secret/sluice");
    if (!own)
        co_return own.error();
    Json minio = nullptr;
    if (options.with_minio) {
        Result<Json> found = co_await kubectl.find("secret/s3");
        if (!found)
            co_return found.error();
        minio = std::move(*found);
    }
    SystemRandom random;
    Result<kube::InstallSecrets> secrets = kube::kept_secrets(*own, minio, random);
    co_return secrets;
}

Async<Result<void>> check_database(const kube::DeployOptions& options, Kubectl& kubectl)
{
    if (!options.postgres_url.empty())
        co_return Result<void>();
    const Result<Json> claim = co_await kubectl.find("persistentvolumeclaim/sluice-postgres");
    if (!claim)
        co_return claim.error();
    co_return kube::check_volume(*claim, options);
}

// Returns when the new pods serve.
Async<Result<void>>
wait_for_programs(const std::vector<Json>& objects, std::chrono::seconds patience, Kubectl& kubectl)
{
    for (const Json& object : objects) {
        if (object["kind"] != "Deployment")
            continue;
        std::vector<std::string> arguments = {
            "rollout", "status", "deployment/" + object["metadata"]["name"].get<std::string>(),
            fmt::format("--timeout={}s", patience.count())};
        const Result<std::string> done = co_await kubectl.run(std::move(arguments));
        if (!done)
            co_return done.error();
    }
    co_return Result<void>();
}

Async<Result<int>> apply(const DeployFlags& flags, kube::DeployOptions options, Kubectl& kubectl)
{
    const Result<std::chrono::seconds> patience = parse_duration(flags.patience);
    if (!patience)
        co_return with_context("--timeout", patience.error());
    std::optional<kube::InstallSecrets> secrets;
    std::string database;
    if (flags.skip_secrets) {
        const Result<Json> own = co_await kubectl.find("secret/sluice");
        if (own) // who leaves Secrets to somebody else may have no right to read them
            database = kube::database_elsewhere(*own);
    } else {
        Result<kube::InstallSecrets> found = co_await secrets_for(options, kubectl);
        if (!found)
            co_return found.error();
        secrets = std::move(*found);
        database = secrets->database_url;
    }
    if (options.postgres_url.empty() && !database.empty()) {
        options.postgres_url = std::move(database); // its work is not to be lost from sight
        print("keeping the database that the Secret 'sluice' names");
    }
    const Result<void> checked = co_await check_database(options, kubectl);
    if (!checked)
        co_return checked.error();

    const std::vector<Json> objects = kube::manifests(options, secrets ? &*secrets : nullptr);
    std::string yaml = kube::to_yaml_documents(objects);
    std::vector<std::string> arguments = {"apply"};
    const Result<std::string> applied =
        co_await kubectl.run_on(std::move(yaml), std::move(arguments));
    if (!applied)
        co_return applied.error();
    print_bytes(*applied);
    if (flags.no_wait)
        co_return exit_code::success;
    const Result<void> ready = co_await wait_for_programs(objects, *patience, kubectl);
    if (!ready)
        co_return ready.error();
    print(
        "sluice serves in the namespace '" + options.name_space + "'; `sluice proxy` leads there"
    );
    co_return exit_code::success;
}

Async<Result<int>> deploy(Context& context, Flags flags)
{
    const Result<kube::DeployOptions> options = options_of(*flags, context.config);
    if (!options)
        co_return options.error();
    if (!flags->chart.empty())
        co_return write_chart(flags->chart);
    if (flags->dry_run) {
        SystemRandom random;
        const kube::InstallSecrets secrets = kube::make_secrets(random);
        print_bytes(kube::to_yaml_documents(
            kube::manifests(*options, flags->skip_secrets ? nullptr : &secrets)
        ));
        co_return exit_code::success;
    }
    WorkerThreads threads(context.loop.get_executor(), "kubectl", 1);
    Kubectl kubectl(kubectl_options(flags->kubectl, context.config), threads);
    Result<int> code = co_await apply(*flags, *options, kubectl);
    co_return code;
}

void add_database_flags(CliCommand& command, kube::DeployOptions& given)
{
    command.option(
        "--postgres-url", given.postgres_url, "use this database, and deploy none: postgresql://…"
    );
    command.option("--postgres-version", given.postgres_version, "[15]");
    command.option("--postgres-image", given.postgres_image, "[postgres:VERSION]");
    command.option("--postgres-storage", given.postgres_storage, "of its volume [10Gi; 100Mi]");
    command.option("--postgres-memory", given.postgres_memory, "[1Gi; 256Mi]");
    command.option("--postgres-cpu", given.postgres_cpu, "[500m; 100m]");
    command.option(
        "--storage-class-name", given.storage_class_name, "of volumes [the cluster's default]"
    );
}

void add_server_flags(CliCommand& command, DeployFlags& flags)
{
    kube::DeployOptions& given = flags.given;
    command.option("--image", given.image, "Sluice's image [sluice:VERSION]");
    command.option(
        "--image-pull-policy", given.image_pull_policy, "of it", {"Always", "IfNotPresent", "Never"}
    );
    command.number("--server-replicas,--falconerid-replicas", flags.replicas, "servers [2; 1]");
    command.option("--server-memory,--falconerid-memory", given.server_memory, "[256Mi]");
    command.option("--server-cpu,--falconerid-cpu", given.server_cpu, "[450m; 100m]");
    command.option(
        "--server-log-level,--falconerid-log-level", given.server_log_level, "as --log [warn]"
    );
    command.options(
        "--webhook-allow", given.webhook_networks,
        "network inside the cluster that webhooks may go to: 10.1.0.0/16"
    );
    command.options(
        "--bucket-secret", given.bucket_secrets,
        "Secret with credentials of buckets that the server may read [s3, gcs]"
    );
}

void add_minio_flags(CliCommand& command, kube::DeployOptions& given)
{
    command.flag("--with-minio", given.with_minio, "deploy an object store, for development");
    command.option("--minio-image", given.minio_image, "[a release of 2025]");
    command.option("--minio-storage", given.minio_storage, "of its volume [10Gi; 256Mi]");
    command.option("--minio-memory", given.minio_memory, "[512Mi; 256Mi]");
    command.option("--minio-cpu", given.minio_cpu, "[250m; 100m]");
}

} // namespace

void add_deploy(CliCommand& root)
{
    CliCommand command = root.add("deploy");
    const auto flags = std::make_shared<DeployFlags>();
    flags->given.postgres_version.clear();
    flags->given.server_log_level.clear();
    flags->given.minio_image.clear();
    flags->given.bucket_secrets.clear();
    add_kubectl_flags(command, flags->kubectl);
    command.flag("--development", flags->development, "small: one server, small volumes");
    command.flag("--dry-run", flags->dry_run, "print the objects as YAML, and ask no cluster");
    command.flag(
        "--skip-secrets,--skip-secret", flags->skip_secrets, "leave the Secrets to somebody else"
    );
    command.flag("--no-wait", flags->no_wait, "do not wait until it serves");
    command.option("--timeout", flags->patience, "how long that may take [5m]");
    command.option("--chart", flags->chart, "write the Helm chart to this directory instead");
    add_server_flags(command, *flags);
    add_database_flags(command, flags->given);
    add_minio_flags(command, flags->given);
    command.runs([flags](Context& context) { return deploy(context, flags); });
}

} // namespace sluice
