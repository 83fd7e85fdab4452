// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/cluster_rows.h"
#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// The rows as the statements name their columns, from left to right.
ClusterJobRow read_cluster_job(Row& row);
LedJob read_led_job(Row& row);
UploadLeave read_upload_leave(Row& row);

} // namespace sluice::sqlite
