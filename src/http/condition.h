// SPDX-License-Identifier: MIT
// Conditional requests: whether the client has what it asks for already, or asks only for what it knows. RFC 9110,
// section 13; in Go, http.ServeContent.
#ifndef GF_HTTP_CONDITION_H
#define GF_HTTP_CONDITION_H

#include "http/fields.h"

#include <stdint.h>

// What is known of the content: when it was modified last, and its entity tag, quotes included; p is NULL if it has none.
struct gf_version {
    int64_t modified;
    struct gf_span tag;
};

// 0: go on; 304: the client has it; 412: it is not what the client wants. `safe`: the method is GET or HEAD.
int gf_condition_check(const struct gf_fields *request, bool safe, const struct gf_version *v);
// Whether a Range header holds: If-Range is not there, or names this version.
bool gf_condition_allows_range(const struct gf_fields *request, const struct gf_version *v);

#endif
