// SPDX-License-Identifier: Apache-2.0
#include "model/pipeline_schema.h"

#include "model/pipeline_fields.h"

namespace sluice {

Json pipeline_schema()
{
    Json schema{
        {"$schema", "https://json-schema.org/draft/2020-12/schema"},
        {"title", "Sluice pipeline"},
        {"description",
         "Which files go in, which command runs over them, and where the results go. The file may "
         "be JSON or YAML."}};
    schema.update(ObjectKind<Pipeline>{}.schema());
    schema["$defs"] = Json{{"input", InputKind{}.definition()}};
    return schema;
}

} // namespace sluice
