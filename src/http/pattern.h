// SPDX-License-Identifier: MIT
// A pattern of the mux, as Go 1.22 has them: "[METHOD ][HOST]/[PATH]", where a segment of the path is a literal, {name},
// {name...} or {$}. This unit reads patterns and says how two of them relate; what a request matches is the tree's
// business (mux.c). A pattern never changes once it is registered.
#ifndef GF_HTTP_PATTERN_H
#define GF_HTTP_PATTERN_H

#include "http/text.h"

#include <gofer/http.h>

// One segment. A slash at the end of a pattern is a nameless multi; {$} is the literal "/", which no segment of a path
// can be.
struct gf_segment {
    const char *text; // the literal, decoded, or the wildcard's name
    bool wild;        // {name} or {name...}
    bool multi;       // {name...}
};

struct gf_pattern {
    const char *text;   // as registered
    const char *method; // "": any
    const char *host;   // "": any
    struct gf_segment *segments;
    size_t count;  // of segments
    size_t values; // of wildcards with a name
    go_http_fn fn;
    void *arg;
    const char *where; // FILE:LINE of the registration
};

// Reads a pattern. Returns NULL, or what is wrong with it, in Go's words.
const char *gf_pattern_parse(struct gf_arena *a, const char *text, struct gf_pattern *p);

// Whether some request matches both and neither is more specific: NULL, or Go's explanation.
const char *gf_pattern_conflict(struct gf_arena *a, const struct gf_pattern *p,
                                const struct gf_pattern *q);

#endif
