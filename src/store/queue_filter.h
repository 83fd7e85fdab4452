// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace sluice {

// The queues that a worker serves: exact names, and prefixes written "job/*", but none of
// `exceptions`. Immutable, shared between the worker and the store.
class QueueFilter {
public:
    explicit QueueFilter(
        const std::vector<std::string>& patterns, const std::vector<std::string>& exceptions = {}
    );

    bool matches(std::string_view queue) const;

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using Names = std::unordered_set<std::string, Hash, std::equal_to<>>;

    Names names_;
    Names exceptions_;
    std::vector<std::string> prefixes_;
};

} // namespace sluice
