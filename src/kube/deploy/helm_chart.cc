// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/helm_chart.h"

#include "base/text.h"
#include "kube/deploy/manifests.h"

#include <fmt/format.h>

namespace sluice::kube {

namespace {

// What stands in the place of a value: "@=EXPRESSION@" becomes {{ EXPRESSION }}. A key or an item
// "@?WORDS@" becomes a line of its own, {{- WORDS }}.
std::string mark(std::string_view expression)
{
    return fmt::format("@={}@", expression);
}

std::string text_mark(std::string_view value)
{
    return fmt::format("@=.Values.{} | quote@", value);
}

std::string line_mark(std::string_view words)
{
    return fmt::format("@?{}@", words);
}

std::string expressions_of(std::string line)
{
    for (std::size_t begin = line.find("@="); begin != std::string::npos;
         begin = line.find("@=", begin)) {
        std::size_t end = line.find('@', begin + 1);
        const std::string words = "{{ " + line.substr(begin + 2, end - begin - 2) + " }}";
        ++end;
        const bool is_whole = begin > 0 && line[begin - 1] == '"' && end < line.size() &&
                              line[end] == '"'; // then Helm quotes it, or it is no text
        if (is_whole)
            line.replace(begin - 1, end + 1 - (begin - 1), words);
        else
            line.replace(begin, end - begin, words);
    }
    return line;
}

std::string template_of(const std::vector<Json>& objects)
{
    std::string text;
    for (const std::string& line : split(trim(to_yaml_documents(objects)), '\n')) {
        const std::size_t begin = line.find("@?");
        if (begin == std::string::npos) {
            text += expressions_of(line) + '\n';
            continue;
        }
        const std::string words = line.substr(begin + 2, line.find('@', begin + 1) - begin - 2);
        text += std::string(line.find_first_not_of(' '), ' ') + "{{- " + words + " }}\n";
    }
    return text;
}

// The object with that member of it only when the condition holds.
Json with_condition(const Json& object, std::string_view member, std::string_view condition)
{
    Json made = Json::object();
    for (const auto& [key, value] : object.items()) {
        if (key == member)
            made[line_mark(fmt::format("if {}", condition))] = nullptr;
        made[key] = value;
        if (key == member)
            made[line_mark("end")] = nullptr;
    }
    return made;
}

// The items from `first` to `last` of a list only when the condition holds.
void put_condition(Json& list, std::size_t first, std::size_t last, std::string_view condition)
{
    Json made = Json::array();
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i == first)
            made.push_back(line_mark(fmt::format("if {}", condition)));
        made.push_back(list[i]);
        if (i == last)
            made.push_back(line_mark("end"));
    }
    list = std::move(made);
}

std::size_t place_of(const Json& list, std::string_view name)
{
    std::size_t place = 0;
    while (place < list.size() && list[place].value("name", "") != name)
        ++place;
    return place;
}

void mark_server(Json& deployment)
{
    Json& spec = deployment["spec"];
    spec["replicas"] = mark(".Values.server.replicas");
    spec["template"]["metadata"]["annotations"][database_digest_key] =
        mark(".Values.postgres.url | sha256sum | quote");
    Json& container = spec["template"]["spec"]["containers"][0];
    container = with_condition(container, "imagePullPolicy", ".Values.imagePullPolicy");
    Json& env = container["env"];
    // From the back, so that what is put in moves nothing that is still looked for.
    put_condition(
        env, place_of(env, "AWS_ENDPOINT_URL"), place_of(env, "SLUICE_LOG_STORE"),
        ".Values.minio.enabled"
    );
    const std::size_t networks = place_of(env, "SLUICE_ALLOWED_NETWORKS");
    put_condition(env, networks, networks, ".Values.webhookAllow");
    const std::size_t policy = place_of(env, "SLUICE_WORKER_IMAGE_PULL_POLICY");
    put_condition(env, policy, policy, ".Values.imagePullPolicy");
}

void mark_role(Json& role)
{
    Json& rules = role["rules"];
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (rules[i].is_object() && rules[i].contains("resourceNames")) {
            rules[i]["resourceNames"] = mark(".Values.bucketSecrets | toJson");
            put_condition(rules, i, i, ".Values.bucketSecrets");
            return;
        }
}

void mark_claim(Json& claim)
{
    claim["metadata"]["annotations"]["helm.sh/resource-policy"] = "keep"; // what it holds is dear
    claim["spec"] = with_condition(claim["spec"], "storageClassName", ".Values.storageClassName");
}

DeployOptions marked_options()
{
    DeployOptions options;
    options.with_minio = true;
    options.name_space = mark(".Release.Namespace");
    options.image = text_mark("image");
    options.image_pull_policy = text_mark("imagePullPolicy");
    options.storage_class_name = text_mark("storageClassName");
    options.postgres_version = text_mark("postgres.version");
    options.postgres_image =
        mark(".Values.postgres.image") + ':' + mark(".Values.postgres.version");
    options.postgres_storage = text_mark("postgres.storage");
    options.postgres_memory = text_mark("postgres.memory");
    options.postgres_cpu = text_mark("postgres.cpu");
    options.server_replicas = 2; // so that there is a budget
    options.server_memory = text_mark("server.memory");
    options.server_cpu = text_mark("server.cpu");
    options.server_log_level = text_mark("server.logLevel");
    options.minio_image = text_mark("minio.image");
    options.minio_storage = text_mark("minio.storage");
    options.minio_memory = text_mark("minio.memory");
    options.minio_cpu = text_mark("minio.cpu");
    options.webhook_networks = {mark("join `,` .Values.webhookAllow | quote")};
    return options;
}

std::string under_condition(std::string_view condition, const std::string& text)
{
    return fmt::format("{{{{- if {} }}}}\n{}{{{{- end }}}}\n", condition, text);
}

constexpr std::string_view chart_text = R"(apiVersion: v2
name: sluice
description: Durable jobs and tasks, with a PostgreSQL of their own or yours
type: application
version: {0}
appVersion: "{0}"
)";

constexpr std::string_view values_text =
    R"(# Sluice's image; its worker is copied from it into the pods of jobs.
image: sluice:{version}
imagePullPolicy: ""

# Of volumes; empty: the default of the cluster.
storageClassName: ""

server:
  replicas: {server_replicas}
  memory: {server_memory}
  cpu: {server_cpu}
  # A level, then component=level, ...
  logLevel: {server_log}

postgres:
  # URL of a database that exists; empty: one is deployed.
  url: ""
  image: postgres
  version: "{postgres_version}"
  storage: {postgres_storage}
  memory: {postgres_memory}
  cpu: {postgres_cpu}

# An object store for development: the server's default, and a Secret "s3" for pipelines.
minio:
  enabled: false
  image: {minio_image}
  storage: {minio_storage}
  memory: {minio_memory}
  cpu: {minio_cpu}

# Networks inside the cluster that webhooks may go to, for instance 10.1.0.0/16.
webhookAllow: []

# Secrets with credentials of buckets that the server may read.
bucketSecrets: {bucket_secrets}

# Makes the Secret "sluice" (api-key, database-url, postgres-password), with MinIO also "s3", and
# keeps what is there. Switched off, they must exist.
createSecrets: true
)";

constexpr std::string_view secrets_text = R"({{- if .Values.createSecrets }}
{{- $there := lookup "v1" "Secret" .Release.Namespace "sluice" | default dict }}
{{- $data := get $there "data" | default dict }}
{{- $key := get $data "api-key" | b64dec | default (printf "sluice_%s" (randAlphaNum 40)) }}
{{- $password := get $data "postgres-password" | b64dec | default (randAlphaNum 32) }}
{{- $own := printf "postgresql://sluice:%s@sluice-postgres:5432/sluice" $password }}
---
apiVersion: v1
kind: Secret
metadata:
  name: sluice
  namespace: {{ .Release.Namespace }}
  labels:
    app.kubernetes.io/name: sluice
    app.kubernetes.io/part-of: sluice
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
data:
  api-key: {{ $key | b64enc }}
  database-url: {{ .Values.postgres.url | default $own | b64enc }}
  postgres-password: {{ $password | b64enc }}
{{- if .Values.minio.enabled }}
{{- $s3 := lookup "v1" "Secret" .Release.Namespace "s3" | default dict }}
{{- $s3data := get $s3 "data" | default dict }}
{{- $user := get $s3data "AWS_ACCESS_KEY_ID" | b64dec | default (randAlphaNum 20) }}
{{- $secret := get $s3data "AWS_SECRET_ACCESS_KEY" | b64dec | default (randAlphaNum 40) }}
---
apiVersion: v1
kind: Secret
metadata:
  name: s3
  namespace: {{ .Release.Namespace }}
  labels:
    app.kubernetes.io/name: sluice-minio
    app.kubernetes.io/part-of: sluice
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
data:
  AWS_ACCESS_KEY_ID: {{ $user | b64enc }}
  AWS_SECRET_ACCESS_KEY: {{ $secret | b64enc }}
  AWS_ENDPOINT_URL: {{ "http://sluice-minio:9000" | b64enc }}
{{- end }}
{{- end }}
)";

std::string values_of(std::string_view version)
{
    const DeployOptions options = default_options(Purpose::production);
    return fmt::format(
        fmt::runtime(values_text), fmt::arg("version", version),
        fmt::arg("server_replicas", options.server_replicas),
        fmt::arg("server_memory", options.server_memory),
        fmt::arg("server_cpu", options.server_cpu),
        fmt::arg("server_log", options.server_log_level),
        fmt::arg("postgres_version", options.postgres_version),
        fmt::arg("postgres_storage", options.postgres_storage),
        fmt::arg("postgres_memory", options.postgres_memory),
        fmt::arg("postgres_cpu", options.postgres_cpu),
        fmt::arg("minio_image", options.minio_image),
        fmt::arg("minio_storage", options.minio_storage),
        fmt::arg("minio_memory", options.minio_memory), fmt::arg("minio_cpu", options.minio_cpu),
        fmt::arg("bucket_secrets", "[" + join(options.bucket_secrets, ", ") + "]")
    );
}

} // namespace

std::map<std::string, std::string> helm_chart(std::string_view version)
{
    std::map<std::string, std::vector<Json>> objects; // by the program that they are of
    std::string budget;
    for (Json& object : manifests(marked_options(), nullptr)) {
        const std::string kind = object["kind"];
        const std::string of = object["metadata"]["labels"]["app.kubernetes.io/name"];
        if (kind == "Deployment" && of == server_name)
            mark_server(object);
        if (kind == "Role")
            mark_role(object);
        if (kind == "PersistentVolumeClaim")
            mark_claim(object);
        if (kind == "PodDisruptionBudget")
            budget = template_of({object});
        else
            objects[of].push_back(std::move(object));
    }
    std::map<std::string, std::string> files;
    files["Chart.yaml"] = fmt::format(fmt::runtime(chart_text), version);
    files["values.yaml"] = values_of(version);
    files["templates/secrets.yaml"] = secrets_text;
    files["templates/postgres.yaml"] =
        under_condition("not .Values.postgres.url", template_of(objects[postgres_name]));
    files["templates/minio.yaml"] =
        under_condition(".Values.minio.enabled", template_of(objects[minio_name]));
    files["templates/server.yaml"] = template_of(objects[server_name]) +
                                     under_condition("gt (int .Values.server.replicas) 1", budget);
    return files;
}

} // namespace sluice::kube
