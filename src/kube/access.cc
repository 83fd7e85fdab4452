// SPDX-License-Identifier: Apache-2.0
#include "kube/access.h"

#include "base/os.h"
#include "base/text.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace sluice {

namespace {

bool is_port(const std::string& text)
{
    unsigned port = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, port);
    return failure == std::errc() && stopped == end && port >= 1 && port <= 65535;
}

} // namespace

Result<KubeAccess>
access_in_cluster(const EnvironmentLookup& environment, const std::string& folder)
{
    const std::string host = environment("KUBERNETES_SERVICE_HOST").value_or("");
    const std::string port = environment("KUBERNETES_SERVICE_PORT").value_or("");
    if (host.empty())
        return Error{
            Errc::not_found, "this is no pod of Kubernetes: KUBERNETES_SERVICE_HOST is not set"};
    if (!is_port(port))
        return Error{
            Errc::invalid,
            fmt::format("KUBERNETES_SERVICE_PORT '{}': a port is accepted", printable(port))};

    KubeAccess access;
    const bool is_ipv6 = host.find(':') != std::string::npos;
    access.url = fmt::format("https://{}:{}", is_ipv6 ? "[" + host + "]" : host, port);
    access.ca_file = folder + "/ca.crt";
    access.token_file = folder + "/token";
    if (::access(access.token_file.c_str(), R_OK) != 0) {
        Error error = os_error("read", access.token_file, errno);
        if (error.code == Errc::not_found)
            error.detail = fmt::format(
                "this pod has no service account: there is no '{}'", printable(access.token_file)
            );
        return error;
    }
    std::ifstream file(folder + "/namespace");
    const std::string name_space{std::istreambuf_iterator<char>(file), {}};
    access.name_space = trim(name_space);
    if (access.name_space.empty())
        return Error{
            Errc::invalid, fmt::format("'{}/namespace': a name is expected", printable(folder))};
    return access;
}

} // namespace sluice
