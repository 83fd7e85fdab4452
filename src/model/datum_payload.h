// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/datum_plan.h"

#include <span>
#include <vector>

namespace sluice {

// What is stored once per datum: its input files, grouped by folder so that the folder is written
// once, names as URIs spell them:
//
//   {"in": [["file:///data/books/", "books", "a%20b.txt", "2024/c.txt"]]}
//
// is file:///data/books/a%20b.txt at "books/a b.txt", and so on. ASCII only; about 20 bytes beside
// the folder, the repo and the names. Expects files as a DatumPlan makes them.
Json datum_payload(std::span<const InputFile> files);

// The files in their order. Errors (corrupt): not of this form.
Result<std::vector<InputFile>> read_datum_payload(const Json& payload);

} // namespace sluice
