// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/existing.h"

#include "base/text.h"
#include "net/credentials.h"

#include <fmt/format.h>

#include <set>

namespace sluice::kube {

namespace {

// The text at a path of members; empty: there is none.
std::string text_at(const Json& object, std::initializer_list<std::string_view> path)
{
    const Json* at = &object;
    for (const std::string_view key : path) {
        if (!at->is_object() || !at->contains(key))
            return "";
        at = &at->at(std::string(key));
    }
    return at->is_string() ? at->get<std::string>() : "";
}

Error refused(const Json& object, std::string_view advice)
{
    return Error{
        Errc::conflict, fmt::format(
                            "there is a Secret '{}' that no deploy has made: {}",
                            printable(text_at(object, {"metadata", "name"})), advice
                        )};
}

void keep(std::string& value, const Json& secret, std::string_view key)
{
    std::string there = secret_value(secret, key);
    if (!there.empty())
        value = std::move(there);
}

} // namespace

bool is_ours(const Json& object)
{
    return text_at(object, {"metadata", "labels", part_of_key}) == part_of_value;
}

std::string secret_value(const Json& secret, std::string_view key)
{
    return decode_base64(text_at(secret, {"data", key})).value_or("");
}

Result<InstallSecrets> kept_secrets(const Json& own, const Json& minio, Random& random)
{
    if (!own.is_null() && !is_ours(own))
        return refused(own, "with --skip-secrets it is used as it is");
    if (!minio.is_null() && !is_ours(minio))
        return refused(minio, "MinIO would need its name; leave out --with-minio, or remove it");
    InstallSecrets secrets = make_secrets(random);
    keep(secrets.api_key, own, api_key_key);
    keep(secrets.postgres_password, own, postgres_password_key);
    const std::string url = secret_value(own, database_url_key);
    if (url != deployed_database_url(secrets))
        secrets.database_url = url;
    keep(secrets.minio_user, minio, access_key_key);
    keep(secrets.minio_password, minio, secret_key_key);
    return secrets;
}

std::string database_elsewhere(const Json& own)
{
    std::string url = secret_value(own, database_url_key);
    const std::size_t at = url.rfind('@');
    std::string_view host = url;
    host.remove_prefix(at == std::string::npos ? 0 : at + 1);
    // As itself, or with its namespace.
    const bool is_deployed = host.substr(0, host.find_first_of(".:/?")) == postgres_name;
    return is_deployed ? "" : url;
}

Result<void> check_volume(const Json& claim, const DeployOptions& options)
{
    const std::string written = text_at(claim, {"metadata", "labels", postgres_version_key});
    const std::string_view there = postgres_major(written);
    const std::string_view wanted = postgres_major(options.postgres_version);
    if (there.empty() || there == wanted)
        return {};
    return Error{
        Errc::conflict,
        fmt::format(
            "the volume '{}' was written by PostgreSQL {}, and {} cannot read it: say "
            "--postgres-version {}, or move the data with pg_dump",
            postgres_name, there, wanted, printable(written)
        )};
}

Result<std::vector<std::string>>
ours_among(const std::vector<std::string>& names, std::string_view listed)
{
    if (trim(listed).empty())
        return std::vector<std::string>();
    const Result<Json> document = parse_json(listed);
    if (!document || !document->is_object())
        return Error{Errc::corrupt, "what kubectl has printed is no JSON object"};
    const Json items =
        document->contains("items") ? (*document)["items"] : Json::array({*document});
    std::set<std::string> ours;
    for (const Json& object : items)
        if (is_ours(object))
            ours.insert(
                to_lower(text_at(object, {"kind"})) + '/' + text_at(object, {"metadata", "name"})
            );
    std::vector<std::string> found;
    for (const std::string& name : names)
        if (ours.count(name) > 0)
            found.push_back(name);
    return found;
}

} // namespace sluice::kube
