// SPDX-License-Identifier: Apache-2.0
#include "store/queue_filter.h"

#include <algorithm>

namespace sluice {

QueueFilter::QueueFilter(
    const std::vector<std::string>& patterns, const std::vector<std::string>& exceptions
)
    : exceptions_(exceptions.begin(), exceptions.end())
{
    for (const std::string& pattern : patterns) {
        if (pattern.ends_with('*'))
            prefixes_.push_back(pattern.substr(0, pattern.size() - 1));
        else
            names_.insert(pattern);
    }
}

bool QueueFilter::matches(std::string_view queue) const
{
    if (exceptions_.contains(queue))
        return false;
    return names_.contains(queue) ||
           std::any_of(prefixes_.begin(), prefixes_.end(), [&](const std::string& prefix) {
               return queue.starts_with(prefix);
           });
}

} // namespace sluice
