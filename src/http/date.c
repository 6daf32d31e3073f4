// SPDX-License-Identifier: MIT
// HTTP dates. Every response carries one, so the present date is kept for each thread together with its second; the
// coarse clock, which the kernel advances a few hundred times a second, says whether it still holds. The
// thread-local is read in one function that never parks, so the thread cannot change under it.
#include "http/date.h"

#include "base/compiler.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Writes the last two digits of a number.
static char *put_two(char *to, int value)
{
    *to++ = (char)('0' + value / 10 % 10);
    *to++ = (char)('0' + value % 10);
    return to;
}

void gf_date_format(int64_t second, char *out)
{
    struct tm tm;
    time_t t = (time_t)second;
    if (!gmtime_r(&t, &tm))
        memset(&tm, 0, sizeof(tm));
    int year = tm.tm_year + 1900;
    memcpy(out, "Sun, 01 Jan 1900 00:00:00 GMT", GF_DATE_SIZE);
    memcpy(out, days[tm.tm_wday], 3);
    put_two(out + 5, tm.tm_mday);
    memcpy(out + 8, months[tm.tm_mon], 3);
    put_two(put_two(out + 12, year / 100), year);
    put_two(out + 17, tm.tm_hour);
    put_two(out + 20, tm.tm_min);
    put_two(out + 23, tm.tm_sec);
}

GF_NOINLINE void gf_date_now(char *out)
{
    static _Thread_local struct {
        int64_t second;
        char text[GF_DATE_SIZE];
    } last;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (last.second != now.tv_sec) {
        gf_date_format(now.tv_sec, last.text);
        last.second = now.tv_sec;
    }
    memcpy(out, last.text, GF_DATE_SIZE);
}

static int month_of(const char *name)
{
    for (int i = 0; i < 12; i++)
        if (strcmp(months[i], name) == 0)
            return i;
    return -1;
}

// Reads one of the three forms: today's, RFC 850's with two digits for the year, and asctime's. All are in GMT.
static bool scan(const char *text, struct tm *tm, char month[4])
{
    int used = 0;
    if (sscanf(text, "%*3c, %2d %3s %4d %2d:%2d:%2d GMT%n", &tm->tm_mday, month, &tm->tm_year,
               &tm->tm_hour, &tm->tm_min, &tm->tm_sec, &used) == 6 &&
        used && !text[used])
        return true;
    used = 0;
    if (sscanf(text, "%*[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &tm->tm_mday, month,
               &tm->tm_year, &tm->tm_hour, &tm->tm_min, &tm->tm_sec, &used) == 6 &&
        used && !text[used]) {
        tm->tm_year += tm->tm_year < 69 ? 2000 : 1900;
        return true;
    }
    used = 0;
    return sscanf(text, "%*3c %3s %2d %2d:%2d:%2d %4d%n", month, &tm->tm_mday, &tm->tm_hour,
                  &tm->tm_min, &tm->tm_sec, &tm->tm_year, &used) == 6 &&
           used && !text[used];
}

int64_t gf_date_parse(const char *text)
{
    struct tm tm = {0};
    char month[4];
    if (!scan(text, &tm, month))
        return -1;
    tm.tm_mon = month_of(month);
    tm.tm_year -= 1900;
    return tm.tm_mon < 0 ? -1 : timegm(&tm);
}
