// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/rule_codec.h"

#include "base/json.h"

namespace sluice::postgres {

SignatureRow read_signature(Row& row)
{
    SignatureRow signature;
    std::string fields;
    row.into(signature.id, signature.use, signature.status, signature.kind, fields);
    signature.fields = parse_json(fields).value().get<std::vector<std::string>>();
    return signature;
}

} // namespace sluice::postgres
