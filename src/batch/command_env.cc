// SPDX-License-Identifier: Apache-2.0
#include "batch/command_env.h"

#include "batch/secret_source.h"

#include <fmt/format.h>

namespace sluice {

namespace {

Result<std::string> read_secret(const std::string& path)
{
    Result<std::string> content = read_secret_file(path);
    if (content && content->find('\0') != std::string::npos)
        return Error{Errc::invalid, fmt::format("'{}' has a NUL byte", path)};
    return content;
}

class SecretReader {
public:
    SecretReader(const std::string& directory, Problems& problems)
        : directory_(directory), problems_(problems)
    {}

    void read(const SecretMount& secret, const Path& path)
    {
        problems_.add(
            path, fmt::format(
                      "secret '{}' is to be mounted, which needs a cluster; accepted here: a key "
                      "with an env_var",
                      secret.name
                  )
        );
    }

    void read(const SecretVariable& secret, const Path& path)
    {
        for (const std::string& part : {secret.name, secret.key})
            if (!is_secret_name(part)) {
                problems_.add(path, fmt::format("'{}' is no name of a file", part));
                return;
            }
        Result<std::string> content = Error{Errc::not_found, "there is no directory of secrets"};
        if (!directory_.empty())
            content = read_secret(fmt::format("{}/{}/{}", directory_, secret.name, secret.key));
        if (content)
            values[secret.env_var] = std::move(*content);
        else if (!secret.optional || content.error().code != Errc::not_found)
            problems_.add(
                path, fmt::format(
                          "secret '{}' has no key '{}': {}", secret.name, secret.key,
                          content.error().detail
                      )
            );
    }

    std::map<std::string, std::string> values;

private:
    const std::string& directory_;
    Problems& problems_;
};

} // namespace

Checked<std::map<std::string, std::string>>
read_secrets(const Transform& transform, const std::string& directory)
{
    Problems problems;
    SecretReader reader(directory, problems);
    const Path document;
    const Path at_transform(document, "transform");
    const Path at_secrets(at_transform, "secrets");
    for (std::size_t i = 0; i < transform.secrets.size(); ++i) {
        const Path path(at_secrets, i);
        std::visit([&](const auto& secret) { reader.read(secret, path); }, transform.secrets[i]);
    }
    if (!problems.empty())
        return problems.take();
    return std::move(reader.values);
}

std::map<std::string, std::string>
secrets_in(const std::vector<std::string>& env, const Transform& transform)
{
    std::map<std::string, std::string> secrets;
    for (const auto& secret : transform.secrets) {
        const auto* const wanted = std::get_if<SecretVariable>(&secret);
        if (!wanted)
            continue; // a file, which stands where it is mounted
        const std::string begin = wanted->env_var + "=";
        for (const std::string& variable : env)
            if (variable.starts_with(begin))
                secrets[wanted->env_var] = variable.substr(begin.size());
    }
    return secrets;
}

std::vector<std::string> command_env(
    const std::vector<std::string>& base, const std::map<std::string, std::string>& secrets,
    const DatumWork& work, const CommandPlace& place
)
{
    std::map<std::string, std::string> all;
    for (const std::string& variable : base) {
        const std::size_t equals = variable.find('=');
        all[variable.substr(0, equals)] = variable.substr(equals + 1);
    }
    for (const auto& [name, value] : work.pipeline->transform.env)
        all[name] = value;
    for (const auto& [name, value] : secrets)
        all[name] = value;
    all["SLUICE_JOB_ID"] = work.job_id;
    all["SLUICE_JOB_NAME"] = work.job_name;
    all["SLUICE_DATUM_ID"] = work.datum_id;
    all["SLUICE_ATTEMPT"] = std::to_string(work.attempt);
    for (const std::string_view prefix : {"SLUICE_", "FALCONERI_"}) {
        all[fmt::format("{}NODE_NAME", prefix)] = place.node_name;
        all[fmt::format("{}POD_NAME", prefix)] = place.pod_name;
    }
    std::vector<std::string> env;
    for (const auto& [name, value] : all)
        env.push_back(fmt::format("{}={}", name, value));
    return env;
}

} // namespace sluice
