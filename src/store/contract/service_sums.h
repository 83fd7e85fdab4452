// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/service_reads.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace sluice {

// What a batch or a group (Sum: BatchView, GroupView) is shown as: from all those tasks whose cards
// belong to it.
template <class Sum, class Belongs>
Sum added_up(const std::vector<TaskView>& all, Belongs belongs)
{
    Sum sum;
    sum.expected = 0;
    std::set<std::string> kinds;
    for (const TaskView& view : all) {
        if (!belongs(view.card))
            continue;
        ++sum.counts[static_cast<std::size_t>(view.task.state)];
        if (view.progress) {
            sum.success += view.progress->success;
            sum.failures += view.progress->failures;
        }
        if (!view.card.expected_count)
            sum.expected.reset();
        if (sum.expected)
            *sum.expected += *view.card.expected_count;
        kinds.insert(view.card.kind);
    }
    sum.kinds.assign(kinds.begin(), kinds.end());
    return sum;
}

template <class Sum>
void expect_sums(const Sum& shown, const Sum& expected)
{
    EXPECT_EQ(shown.counts, expected.counts);
    EXPECT_EQ(shown.success, expected.success);
    EXPECT_EQ(shown.failures, expected.failures);
    EXPECT_EQ(shown.expected, expected.expected);
}

} // namespace sluice
