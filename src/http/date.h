// SPDX-License-Identifier: MIT
// Dates as HTTP writes them: "Sun, 06 Nov 1994 08:49:37 GMT". The present one is made once a second and thread.
#ifndef GF_HTTP_DATE_H
#define GF_HTTP_DATE_H

#include <stdint.h>

enum { GF_DATE_SIZE = 29 };

// Writes the present date, GF_DATE_SIZE bytes without a NUL.
void gf_date_now(char *out);
// Writes the date of a second since 1970.
void gf_date_format(int64_t second, char *out);
// The second that a date names; -1 if it is none.
int64_t gf_date_parse(const char *text);

#endif
