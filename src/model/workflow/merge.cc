// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/merge.h"

#include "model/json/json_key.h"

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace sluice {

namespace {

// The vector below ordered_json's objects, whose own insertion searches from the start each time.
using Members = std::vector<Json::object_t::value_type>;

// Up to here a search from the start is quicker than a table.
constexpr std::size_t searched_max = 16;

Members& members_of(Json& object)
{
    return object.get_ref<Json::object_t&>();
}

// The vector's own growth would copy all values, deeply: names are const, so that a move may throw.
void make_room(Members& members, std::size_t more)
{
    if (members.capacity() - members.size() >= more)
        return;
    Members roomy;
    roomy.reserve(members.size() + more);
    for (auto& [name, value] : members)
        roomy.emplace_back(name, std::move(value));
    members.swap(roomy);
}

// Finds the members that an object had at first. Borrows its names: room for all that will come
// is made before, so that the members stay where they are.
class MemberIndex {
public:
    MemberIndex(Members& members, std::size_t more) : members_(members), count_(members.size())
    {
        make_room(members, more);
        if (count_ <= searched_max)
            return;
        places_.reserve(count_);
        for (std::size_t place = 0; place < count_; ++place)
            places_.emplace(members[place].first, place);
    }

    Json* find(std::string_view name)
    {
        if (count_ > searched_max) {
            const auto found = places_.find(name);
            return found == places_.end() ? nullptr : &members_[found->second].second;
        }
        for (std::size_t place = 0; place < count_; ++place)
            if (members_[place].first == name)
                return &members_[place].second;
        return nullptr;
    }

private:
    Members& members_;
    std::size_t count_;
    std::unordered_map<std::string_view, std::size_t> places_;
};

void merge_objects(Json& earlier, Json& later)
{
    Members& members = members_of(earlier);
    Members& news = members_of(later);
    MemberIndex index(members, news.size());
    for (auto& [name, value] : news) {
        if (Json* const old = index.find(name))
            merge_into(*old, std::move(value));
        else
            members.emplace_back(name, std::move(value));
    }
}

Json union_of(Json& earlier, Json& later)
{
    Json items = Json::array();
    std::unordered_set<std::string> seen;
    for (Json* const array : {&earlier, &later})
        for (Json& item : *array)
            if (seen.insert(canonical_json(item)).second)
                items.push_back(std::move(item));
    return items;
}

} // namespace

void merge_into(Json& earlier, Json later)
{
    if (earlier.is_object() && later.is_object())
        merge_objects(earlier, later);
    else if (earlier.is_array() && later.is_array())
        earlier = union_of(earlier, later);
    else
        earlier = std::move(later);
}

Json merge_contexts(std::vector<Json> contexts)
{
    if (contexts.empty())
        return Json::object();
    Json merged = std::move(contexts.front());
    for (std::size_t i = 1; i < contexts.size(); ++i)
        merge_into(merged, std::move(contexts[i]));
    return merged;
}

} // namespace sluice
