// SPDX-License-Identifier: Apache-2.0
#include "sdk/calls.h"
#include "sdk/members.h"
#include "sdk/reading.h"
#include "sluice/client.h"

namespace sluice::client {

namespace {

std::string query_text(const PageQuery& query)
{
    return Query().add("page", query.page).add("page_size", query.page_size).text();
}

// Sent twice it stores the same once: the second one finds an equal one there.
Call store_call(
    std::string method, std::string path, const Json& document,
    const std::optional<std::string>& name
)
{
    std::vector<Json::Member> members = document.members();
    if (name)
        members.emplace_back("name", *name);
    Call call;
    call.request = json_request(std::move(method), std::move(path), Json::object(members));
    call.is_repeatable = true;
    return call;
}

} // namespace

Page<StoredRule> Client::rules(const PageQuery& query) const
{
    return read_page<StoredRule>(sender_, "/rules", query_text(query));
}

Listing<StoredRule> Client::iterate_rules(const PageQuery& query) const
{
    return read_listing<StoredRule>(sender_, "/rules", query_text(query));
}

StoredRule Client::rule(std::string_view id) const
{
    return read_answer<StoredRule>(sender_->send(get_call(path_of("/rules/", id))));
}

StoredRule Client::store_rule(const Rule& rule, const std::optional<std::string>& name) const
{
    const Call call = store_call("POST", "/rules", rule.to_json(), name);
    return read_answer<StoredRule>(sender_->send(call));
}

StoredRule Client::replace_rule(
    std::string_view id, const Rule& rule, const std::optional<std::string>& name
) const
{
    const Call call = store_call("PUT", path_of("/rules/", id), rule.to_json(), name);
    return read_answer<StoredRule>(sender_->send(call));
}

void Client::delete_rule(std::string_view id) const
{
    sender_->send(plain_call("DELETE", path_of("/rules/", id)));
}

Page<StoredAction> Client::actions(const PageQuery& query) const
{
    return read_page<StoredAction>(sender_, "/actions", query_text(query));
}

Listing<StoredAction> Client::iterate_actions(const PageQuery& query) const
{
    return read_listing<StoredAction>(sender_, "/actions", query_text(query));
}

StoredAction Client::action(std::string_view id) const
{
    return read_answer<StoredAction>(sender_->send(get_call(path_of("/actions/", id))));
}

StoredAction
Client::store_action(const Action& action, const std::optional<std::string>& name) const
{
    const Call call = store_call("POST", "/actions", action.to_json(), name);
    return read_answer<StoredAction>(sender_->send(call));
}

StoredAction Client::replace_action(
    std::string_view id, const Action& action, const std::optional<std::string>& name
) const
{
    const Call call = store_call("PUT", path_of("/actions/", id), action.to_json(), name);
    return read_answer<StoredAction>(sender_->send(call));
}

void Client::delete_action(std::string_view id) const
{
    sender_->send(plain_call("DELETE", path_of("/actions/", id)));
}

} // namespace sluice::client
