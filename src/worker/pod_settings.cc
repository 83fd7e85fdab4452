// SPDX-License-Identifier: Apache-2.0
#include "worker/pod_settings.h"

#include "base/text.h"
#include "model/quantity.h"

#include <fmt/format.h>

#include <unistd.h>

namespace sluice {

namespace {

// Where the worker's directory is mounted.
constexpr std::string_view own_authorities = "/sluice/ca.pem";

// What only we need. The key is not among the variables any more (take_secret_variable()).
bool is_ours(std::string_view name)
{
    return name == "SLUICE_SERVER" || name == "SLUICE_KEY" || name == "SLUICE_PREFETCH_MAX";
}

std::string value_of(const PodVariables& variables, const std::string& name)
{
    const auto found = variables.find(name);
    return found == variables.end() ? "" : found->second;
}

std::string first_of(const PodVariables& variables, std::initializer_list<const char*> names)
{
    for (const char* name : names)
        if (std::string value = value_of(variables, name); !value.empty())
            return value;
    return "";
}

Result<void> read_prefetch(const std::string& text, PodSettings& out)
{
    if (text.empty())
        return {};
    const Result<Quantity> bytes = parse_quantity(text, QuantityUnit::whole);
    if (!bytes)
        return with_context("SLUICE_PREFETCH_MAX", bytes.error());
    out.prefetch_bytes_max = static_cast<std::uint64_t>(bytes->amount);
    return {};
}

} // namespace

Result<PodSettings>
read_pod_settings(const std::vector<std::string>& arguments, const PodVariables& variables)
{
    if (arguments.size() != 1)
        return Error{
            Errc::invalid, fmt::format(
                               "{} arguments: one is accepted, the id of the job that this pod "
                               "works for",
                               arguments.size()
                           )};
    PodSettings settings;
    settings.job = arguments.front();
    settings.server = value_of(variables, "SLUICE_SERVER");
    settings.node_name = value_of(variables, "SLUICE_NODE_NAME");
    settings.pod_name = value_of(variables, "SLUICE_POD_NAME");
    for (const auto& [name, value] :
         {std::pair("SLUICE_SERVER", settings.server),
          std::pair("SLUICE_POD_NAME", settings.pod_name)})
        if (value.empty())
            return Error{Errc::invalid, fmt::format("{}: is required", name)};
    settings.log = first_of(variables, {"SLUICE_LOG", "RUST_LOG"});
    if (settings.log.empty())
        settings.log = "warn";
    settings.ca_file = value_of(variables, "SSL_CERT_FILE");
    if (settings.ca_file.empty())
        settings.ca_file = own_authorities;
    const Result<void> read = read_prefetch(value_of(variables, "SLUICE_PREFETCH_MAX"), settings);
    if (!read)
        return read.error();
    for (const auto& [name, value] : variables)
        if (!is_ours(name))
            settings.command_env.push_back(fmt::format("{}={}", name, value));
    return settings;
}

PodVariables pod_variables()
{
    PodVariables all;
    for (char** variable = environ; variable && *variable; ++variable) {
        const std::string_view text = *variable;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos)
            all.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return all;
}

} // namespace sluice
