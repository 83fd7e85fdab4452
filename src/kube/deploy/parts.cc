// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/parts.h"

namespace sluice::kube {

Labels labels_of(const std::string& name)
{
    Labels labels;
    labels["app.kubernetes.io/name"] = name;
    labels[std::string(part_of_key)] = part_of_value;
    return labels;
}

ObjectMeta meta_of(const DeployOptions& options, const std::string& name)
{
    ObjectMeta meta;
    meta.name = name;
    meta.name_space = options.name_space;
    meta.labels = labels_of(name);
    return meta;
}

ContainerSecurity locked_down()
{
    ContainerSecurity security;
    security.allow_privilege_escalation = false;
    security.drop_all_capabilities = true;
    return security;
}

PodSpec user_pod(std::int64_t user)
{
    PodSpec pod;
    pod.service_links = false; // they would be settings: SLUICE_PORT=tcp://…
    pod.run_as_non_root = true;
    pod.run_as_user = user;
    pod.fs_group = user;
    pod.seccomp = "RuntimeDefault";
    return pod;
}

Resources resources(const std::string& memory, const std::string& cpu)
{
    Resources made;
    made.requests = {{"cpu", cpu}, {"memory", memory}};
    made.limits = {{"memory", memory}};
    return made;
}

EnvVar variable(std::string name, std::string value)
{
    EnvVar made;
    made.name = std::move(name);
    made.value = std::move(value);
    return made;
}

EnvVar secret_variable(std::string name, std::string secret, std::string key)
{
    EnvVar made;
    made.name = std::move(name);
    made.secret_name = std::move(secret);
    made.secret_key = std::move(key);
    return made;
}

std::vector<Json> kept_program(const DeployOptions& options, KeptProgram program)
{
    ClaimObject claim;
    claim.meta = meta_of(options, program.name);
    claim.meta.labels.merge(program.volume_labels);
    claim.storage_class = options.storage_class_name;
    claim.storage = program.storage;
    program.policy.meta = meta_of(options, program.name);
    program.policy.pods = labels_of(program.name);
    ServiceObject service;
    service.meta = meta_of(options, program.name);
    service.selector = labels_of(program.name);
    service.ports = program.ports;
    DeploymentObject deployment;
    deployment.meta = meta_of(options, program.name);
    deployment.recreate = true; // two of them on one volume would destroy it
    deployment.selector = labels_of(program.name);
    deployment.pods.labels = labels_of(program.name);
    PodSpec& pod = deployment.pods.spec = user_pod(program.user);
    pod.automount_token = false;
    pod.termination_grace_seconds = 60;
    program.container.mounts = {{.name = "data", .mount_path = program.data}};
    pod.containers = {std::move(program.container)};
    pod.volumes = {{.name = "data", .kind = Volume::Kind::claim, .source = program.name}};
    return {to_json(claim), to_json(program.policy), to_json(service), to_json(deployment)};
}

} // namespace sluice::kube
