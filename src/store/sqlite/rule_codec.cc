// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/rule_codec.h"

#include "base/json.h"

namespace sluice::sqlite {

SignatureRow read_signature(Row& row)
{
    SignatureRow signature;
    std::string fields;
    row.into(signature.id);
    row.into(signature.use);
    row.into(signature.status);
    row.into(signature.kind);
    row.into(fields);
    signature.fields = parse_json(fields).value().get<std::vector<std::string>>();
    return signature;
}

} // namespace sluice::sqlite
