// SPDX-License-Identifier: Apache-2.0
#include "sluice/context.h"

#include "base/text.h"
#include "model/validation.h"
#include "model/workflow/context_check.h"
#include "sdk/json_text.h"
#include "sdk/workflows/inside.h"

#include <fmt/format.h>

#include <limits>
#include <list>
#include <unordered_map>
#include <utility>

namespace sluice::workflows {

struct Context::Members {
    using List = std::list<Json::Member>;

    List list;
    std::unordered_map<std::string_view, List::iterator> places; // the keys are those in `list`

    Members() = default;
    Members(const Members& other) : list(other.list)
    {
        for (auto member = list.begin(); member != list.end(); ++member)
            places.emplace(member->first, member);
    }
    Members& operator=(const Members&) = delete;

    void set(std::string key, Json value)
    {
        if (const auto found = places.find(key); found != places.end()) {
            found->second->second = std::move(value);
            return;
        }
        const auto added = list.emplace(list.end(), std::move(key), std::move(value));
        places.emplace(added->first, added);
    }

    // The members of the one who is about to change them. The copy of the pointer orders us after
    // whoever has let go of it.
    static Members& own(std::shared_ptr<Members>& members)
    {
        const std::shared_ptr<Members> held = members;
        if (!held)
            members = std::make_shared<Members>();
        else if (held.use_count() > 2)
            members = std::make_shared<Members>(*held);
        return *members;
    }
};

namespace {

constexpr std::size_t shown_max = 100;

// No Runner takes more.
constexpr ContextLimits text_limits{.bytes_max = std::size_t{256} << 20};

std::string shortened(std::string_view text)
{
    return printable(text.size() <= shown_max ? text : text.substr(0, shown_max));
}

ContextError error_at(std::string_view key, const std::string& message)
{
    return {std::string(key), fmt::format("context key '{}': {}", shortened(key), message)};
}

ContextError error_of(const Problem& problem)
{
    return {problem.path, format_context_problem(problem)};
}

// A value is made of texts that are JSON each, but an object may have a key twice, and lists may be
// nested at will: neither could be read back.
void check_structure(std::string_view key, const Json& value)
{
    const std::string text = fmt::format("{{{}:{}}}", Json(key).text(), value.text());
    const Checked<sluice::Json> read =
        read_context(text, {.bytes_max = std::numeric_limits<std::size_t>::max()});
    if (read)
        return;
    const Problem problem = read.error().front();
    throw problem.path.empty() ? error_at(key, problem.message) : error_of(problem);
}

void check_member(std::string_view key, const Json& value)
{
    if (!is_utf8(key))
        throw error_at(key, "a key is UTF-8 text");
    if (value.text().front() == '{' || value.text().front() == '[')
        check_structure(key, value);
}

// "b", or `["a key"]`: the way from a context to what it has there.
std::string way_to(std::string_view key)
{
    const Path root;
    return Path(root, key).text();
}

// What codecs throw from within lists and objects. It stays in the library.
class NotJsonWithin : public std::invalid_argument {
public:
    NotJsonWithin(const std::string& way, const std::invalid_argument& why)
        : std::invalid_argument(why), way_(std::make_shared<const std::string>(way + way_of(why)))
    {}

    // From the value that the codec was given: "[1]", ".b[2]". Empty: that value itself.
    static std::string way_of(const std::invalid_argument& error)
    {
        const auto* const within = dynamic_cast<const NotJsonWithin*>(&error);
        return within ? *within->way_ : std::string();
    }

private:
    std::shared_ptr<const std::string> way_; // shared, since copies of an exception must not throw
};

} // namespace

Json context_text(std::string_view text)
{
    if (!is_utf8(text))
        throw std::invalid_argument("text that is not UTF-8 is not a JSON value");
    return {text};
}

void check_context_key(std::string_view key)
{
    if (!is_utf8(key))
        throw std::invalid_argument(fmt::format("the key '{}' is not UTF-8", shortened(key)));
}

void throw_from_item(std::size_t index, const std::invalid_argument& why)
{
    throw NotJsonWithin(fmt::format("[{}]", index), why);
}

void throw_from_member(std::string_view key, const std::invalid_argument& why)
{
    const std::string way = way_to(key);
    throw NotJsonWithin(way.starts_with('[') ? way : "." + way, why);
}

Context::Context(std::initializer_list<Member> members)
{
    for (const auto& [key, value] : members)
        put(key, value, When::always);
}

Context Context::from_json(std::string_view object)
{
    const Checked<sluice::Json> read = read_context(object, text_limits);
    if (!read)
        throw error_of(read.error().front());
    return Inside::context(*read);
}

std::string Context::to_json() const
{
    if (empty())
        return "{}";
    std::string text;
    for (const auto& [key, value] : members_->list)
        text.append(text.empty() ? "{" : ",")
            .append(Json(key).text())
            .append(":")
            .append(value.text());
    return text.append("}");
}

bool Context::empty() const noexcept
{
    return size() == 0;
}

std::size_t Context::size() const noexcept
{
    return members_ ? members_->list.size() : 0;
}

bool Context::contains(std::string_view key) const
{
    return find(key) != nullptr;
}

std::vector<std::string> Context::keys() const
{
    std::vector<std::string> keys;
    if (members_)
        for (const auto& [key, value] : members_->list)
            keys.push_back(key);
    return keys;
}

bool Context::remove(std::string_view key)
{
    if (!contains(key))
        return false;
    Members& members = Members::own(members_);
    const auto found = members.places.find(key);
    const auto member = found->second;
    members.places.erase(found); // first: its key is the member's
    members.list.erase(member);
    return true;
}

bool Context::operator==(const Context& other) const
{
    if (members_ == other.members_)
        return true;
    if (size() != other.size())
        return false;
    if (members_)
        for (const auto& [key, value] : members_->list)
            if (const Json* const theirs = other.find(key); !theirs || *theirs != value)
                return false;
    return true;
}

const Json* Context::find(std::string_view key) const noexcept
{
    if (!members_)
        return nullptr;
    const auto found = members_->places.find(key);
    return found == members_->places.end() ? nullptr : &found->second->second;
}

void Context::put(std::string_view key, Json value, When when)
{
    if (when == When::absent && contains(key))
        throw error_at(key, "there is one already");
    if (when == When::present && !contains(key))
        throw error_at(key, "there is none to update");
    check_member(key, value);
    Members::own(members_).set(std::string(key), std::move(value));
}

ContextError Context::missing(std::string_view key, const std::string& wanted)
{
    return error_at(key, fmt::format("there is none; wanted {}", wanted));
}

ContextError Context::not_json(std::string_view key, const std::invalid_argument& why)
{
    const std::string way = NotJsonWithin::way_of(why);
    return way.empty() ? error_at(key, why.what()) : error_of({way_to(key) + way, why.what()});
}

ContextError Context::other_type(
    std::string_view key, const std::string& wanted, const Json& found, const char* why
)
{
    const std::string was = describe_value(sluice::Json::parse(found.text()));
    return error_at(key, fmt::format("wanted {}, found {}: {}", wanted, was, shortened(why)));
}

Context Inside::context(const sluice::Json& object)
{
    Context context;
    if (object.empty())
        return context;
    context.members_ = std::make_shared<Context::Members>();
    for (const auto& [key, value] : object.items())
        context.members_->set(key, client::JsonText::of(value));
    return context;
}

Context Inside::stored_context(std::string_view text, std::string_view whose)
{
    const Result<sluice::Json> object = sluice::stored_context(text);
    if (!object)
        throw ContextError("", fmt::format("{}: {}", whose, object.error().detail));
    return context(*object);
}

std::string
Inside::context_text(const Context& context, std::string_view whose, std::size_t bytes_max)
{
    if (context.empty())
        return "";
    std::string text = context.to_json();
    if (text.size() > bytes_max)
        throw ContextError("", context_too_large(whose, text.size(), bytes_max).detail);
    return text;
}

} // namespace sluice::workflows
