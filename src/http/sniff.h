// SPDX-License-Identifier: MIT
// What kind of data a body is: by its first bytes, or by a file's name.
#ifndef GF_HTTP_SNIFF_H
#define GF_HTTP_SNIFF_H

#include "http/text.h"

// A media type; never NULL.
const char *gf_sniff(struct gf_span data);
// The media type of a name's ending; NULL if it is not known.
const char *gf_type_of_name(const char *name);

#endif
