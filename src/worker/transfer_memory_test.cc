// SPDX-License-Identifier: Apache-2.0
#include "worker/transfer_memory.h"

#include <gtest/gtest.h>

namespace sluice::transfer_memory_test {

TEST(TransferMemory, is_a_quarter_of_the_pods)
{
    EXPECT_EQ(transfer_memory("67108864\n", 96u << 20), 16u << 20);
    EXPECT_EQ(transfer_memory("4294967296", 96u << 20), 96u << 20) << "and no more than is useful";
}

TEST(TransferMemory, is_what_is_useful_where_nothing_limits_it)
{
    for (const char* limit : {"max", "max\n", "", "9223372036854771712", "12 apples"})
        EXPECT_EQ(transfer_memory(limit, 96u << 20), 96u << 20) << limit;
}

} // namespace sluice::transfer_memory_test
