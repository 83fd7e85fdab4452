// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

void SqliteTables::insert_key(const KeyRow& row)
{
    connection_.prepared(sql::insert_key)
        .run(row.id, row.name, row.hash, row.role, row.created_at, row.revoked_at);
}

bool SqliteTables::revoke_key(std::string_view name, Time now)
{
    return find(connection_.prepared(sql::revoke_key), read_value<KeyId>, now, name).has_value();
}

} // namespace sluice::sqlite
