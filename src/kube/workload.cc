// SPDX-License-Identifier: Apache-2.0
#include "kube/workload.h"

#include "net/hmac.h"

namespace sluice::kube {

namespace {

void put(Json& object, const char* key, const std::string& value)
{
    if (!value.empty())
        object[key] = value;
}

// Also an object or a list that came out empty.
void put(Json& object, const char* key, Json value)
{
    if (!value.empty())
        object[key] = std::move(value);
}

template <class Value>
void put(Json& object, const char* key, const std::optional<Value>& value)
{
    if (value)
        object[key] = *value;
}

void put(Json& object, const char* key, const std::map<std::string, std::string>& values)
{
    for (const auto& [name, value] : values)
        object[key][name] = value;
}

void put(Json& object, const char* key, const std::vector<std::string>& values)
{
    if (!values.empty())
        object[key] = values;
}

template <class Item>
void put_all(
    Json& object, const char* key, const std::vector<Item>& items, Json (*write)(const Item&)
)
{
    for (const Item& item : items)
        object[key].push_back(write(item));
}

Json write_owner(const OwnerReference& owner)
{
    Json json = Json::object();
    json["apiVersion"] = owner.api_version;
    json["kind"] = owner.kind;
    json["name"] = owner.name;
    json["uid"] = owner.uid;
    return json;
}

Json write_variable(const EnvVar& variable)
{
    Json json = Json::object();
    json["name"] = variable.name;
    if (!variable.field_path.empty()) {
        json["valueFrom"]["fieldRef"]["fieldPath"] = variable.field_path;
    } else if (!variable.secret_name.empty()) {
        Json& source = json["valueFrom"]["secretKeyRef"];
        source["name"] = variable.secret_name;
        source["key"] = variable.secret_key;
        if (variable.optional)
            source["optional"] = true;
    } else {
        json["value"] = variable.value;
    }
    return json;
}

Json write_mount(const VolumeMount& mount)
{
    Json json = Json::object();
    json["name"] = mount.name;
    json["mountPath"] = mount.mount_path;
    put(json, "subPath", mount.sub_path);
    if (mount.read_only)
        json["readOnly"] = true;
    return json;
}

Json write_resources(const Resources& resources)
{
    Json json = Json::object();
    put(json, "requests", resources.requests);
    put(json, "limits", resources.limits);
    return json;
}

Json write_security(const ContainerSecurity& security)
{
    Json json = Json::object();
    put(json, "allowPrivilegeEscalation", security.allow_privilege_escalation);
    put(json, "readOnlyRootFilesystem", security.read_only_root);
    put(json, "runAsNonRoot", security.run_as_non_root);
    put(json, "runAsUser", security.run_as_user);
    if (security.drop_all_capabilities)
        json["capabilities"]["drop"].push_back("ALL");
    return json;
}

Json write_probe(const std::optional<Probe>& probe)
{
    Json json = Json::object();
    if (!probe)
        return json;
    if (probe->command.empty()) {
        json["httpGet"]["path"] = probe->path;
        json["httpGet"]["port"] = probe->port;
    } else {
        json["exec"]["command"] = probe->command;
    }
    json["periodSeconds"] = probe->period_seconds;
    json["failureThreshold"] = probe->failure_threshold;
    return json;
}

Json write_port(const int& port)
{
    Json json = Json::object();
    json["containerPort"] = port;
    return json;
}

Json write_container(const Container& container)
{
    Json json = Json::object();
    json["name"] = container.name;
    json["image"] = container.image;
    put(json, "imagePullPolicy", container.image_pull_policy);
    put(json, "command", container.command);
    put(json, "args", container.args);
    put_all(json, "env", container.env, write_variable);
    put_all(json, "ports", container.ports, write_port);
    put(json, "resources", write_resources(container.resources));
    put_all(json, "volumeMounts", container.mounts, write_mount);
    put(json, "securityContext", write_security(container.security));
    if (!container.pre_stop.empty())
        json["lifecycle"]["preStop"]["exec"]["command"] = container.pre_stop;
    put(json, "readinessProbe", write_probe(container.readiness));
    put(json, "livenessProbe", write_probe(container.liveness));
    put(json, "startupProbe", write_probe(container.startup));
    return json;
}

Json write_volume(const Volume& volume)
{
    Json json = Json::object();
    json["name"] = volume.name;
    switch (volume.kind) {
    case Volume::Kind::empty_dir: {
        Json& directory = json["emptyDir"] = Json::object(); // also when nothing is said about it
        put(directory, "medium", volume.medium);
        put(directory, "sizeLimit", volume.size_limit);
        break;
    }
    case Volume::Kind::secret:
        json["secret"]["secretName"] = volume.source;
        break;
    case Volume::Kind::claim:
        json["persistentVolumeClaim"]["claimName"] = volume.source;
        break;
    }
    return json;
}

Json write_toleration(const Toleration& toleration)
{
    Json json = Json::object();
    put(json, "key", toleration.key);
    put(json, "operator", toleration.op);
    put(json, "value", toleration.value);
    put(json, "effect", toleration.effect);
    return json;
}

Json write_pod_security(const PodSpec& pod)
{
    Json json = Json::object();
    put(json, "runAsNonRoot", pod.run_as_non_root);
    put(json, "runAsUser", pod.run_as_user);
    put(json, "fsGroup", pod.fs_group);
    if (!pod.seccomp.empty())
        json["seccompProfile"]["type"] = pod.seccomp;
    return json;
}

Json write_pod(const PodSpec& pod)
{
    Json json = Json::object();
    put(json, "restartPolicy", pod.restart_policy);
    put(json, "terminationGracePeriodSeconds", pod.termination_grace_seconds);
    put(json, "serviceAccountName", pod.service_account);
    put(json, "automountServiceAccountToken", pod.automount_token);
    put(json, "enableServiceLinks", pod.service_links);
    put(json, "securityContext", write_pod_security(pod));
    put(json, "nodeSelector", pod.node_selector);
    put_all(json, "tolerations", pod.tolerations, write_toleration);
    put_all(json, "initContainers", pod.init_containers, write_container);
    put_all(json, "containers", pod.containers, write_container);
    put_all(json, "volumes", pod.volumes, write_volume);
    return json;
}

std::string base64(const std::string& bytes)
{
    return encode_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

} // namespace

Json object_of(const char* api_version, const char* kind, const ObjectMeta& meta)
{
    Json json = Json::object();
    json["apiVersion"] = api_version;
    json["kind"] = kind;
    json["metadata"] = to_json(meta);
    return json;
}

Json to_json(const ObjectMeta& meta)
{
    Json json = Json::object();
    put(json, "name", meta.name);
    put(json, "namespace", meta.name_space);
    put(json, "labels", meta.labels);
    put(json, "annotations", meta.annotations);
    put_all(json, "ownerReferences", meta.owners, write_owner);
    return json;
}

Json to_json(const PodTemplate& pods)
{
    Json meta = Json::object();
    put(meta, "labels", pods.labels);
    put(meta, "annotations", pods.annotations);
    Json json = Json::object();
    put(json, "metadata", std::move(meta));
    json["spec"] = write_pod(pods.spec);
    return json;
}

Json to_json(const JobObject& job)
{
    Json json = object_of("batch/v1", "Job", job.meta);
    Json& spec = json["spec"];
    spec["parallelism"] = job.parallelism;
    spec["backoffLimit"] = job.backoff_limit;
    put(spec, "ttlSecondsAfterFinished", job.ttl_seconds_after_finished);
    put(spec, "activeDeadlineSeconds", job.active_deadline_seconds);
    spec["template"] = to_json(job.pods);
    return json;
}

Json to_json(const SecretObject& secret)
{
    Json json = object_of("v1", "Secret", secret.meta);
    json["type"] = "Opaque";
    for (const auto& [key, bytes] : secret.data)
        json["data"][key] = base64(bytes);
    return json;
}

} // namespace sluice::kube
