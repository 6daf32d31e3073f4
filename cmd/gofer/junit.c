// SPDX-License-Identifier: MIT
// Reads as much of JUnit's XML as ctest's --output-junit needs: the status of each <testcase>. The counts in
// the <testsuite> element are not trusted alone: a test that could not be started at all is "notrun" there
// as one that skipped itself, so the reason given decides, and anything unknown counts as a failure.
#include "junit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The value of an attribute in the tag at p, to be freed, or NULL.
static char *attribute(const char *p, const char *name)
{
    char *opening = text_format(" %s=\"", name);
    const char *end = strchr(p, '>');
    const char *at = strstr(p, opening);
    char *value = NULL;
    if (at && end && at < end) {
        at += strlen(opening);
        value = text_format("%.*s", (int)strcspn(at, "\""), at);
    }
    free(opening);
    return value;
}

// Whether the test case at p, which ends before next, says that it skipped itself.
static bool skipped_itself(const char *p, const char *next)
{
    const char *reason = strstr(p, "<skipped message=\"SKIP_");
    return reason && (!next || reason < next);
}

static void count_case(const char *p, const char *next, struct tally *t, struct words *names)
{
    char *status = attribute(p, "status");
    if (status && strcmp(status, "run") == 0) {
        t->passed++;
    } else if (status && strcmp(status, "notrun") == 0 && skipped_itself(p, next)) {
        t->skipped++;
    } else {
        char *name = attribute(p, "name");
        t->failed++;
        words_add(names, name ? name : "a test without a name");
        free(name);
    }
    free(status);
}

long junit_read(const char *path, struct tally *t, struct words *names)
{
    static const char tag[] = "<testcase ";
    struct text file = {0};
    int err = text_read_file(&file, path);
    if (!err && !strstr(file.data, "<testsuite"))
        err = -EINVAL;
    long count = 0;
    const char *p = err ? NULL : strstr(file.data, tag);
    while (p) {
        const char *next = strstr(p + sizeof(tag), tag);
        count_case(p, next, t, names);
        count++;
        p = next;
    }
    text_free(&file);
    return err ? err : count;
}
