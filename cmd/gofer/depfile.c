// SPDX-License-Identifier: MIT
// Reads the dependencies out of "target.o: a.c b.h \" rules. gcc and clang write a space in a name as
// backslash-space, # as backslash-#, and $ as $$; a backslash before a newline joins lines; any other
// backslash stands for itself.
#include "depfile.h"

#include <errno.h>
#include <string.h>

// Reads one name from p, which stands on no blank, into name. Returns where it ended.
static const char *read_name(const char *p, struct text *name)
{
    for (; *p && !strchr(" \t\r\n", *p); p++) {
        bool joins = p[0] == '\\' && p[1] == '\n';
        if (joins)
            break;
        bool escaped = (p[0] == '\\' && (p[1] == ' ' || p[1] == '#')) ||
                       (p[0] == '$' && p[1] == '$');
        p += escaped;
        text_add(name, p, 1);
    }
    return p;
}

static const char *skip_blanks(const char *p)
{
    for (;;) {
        if (p[0] == '\\' && p[1] == '\n')
            p += 2;
        else if (*p && strchr(" \t\r\n", *p))
            p++;
        else
            return p;
    }
}

int depfile_read(const char *path, struct words *files)
{
    struct text rule = {0};
    int err = text_read_file(&rule, path);
    const char *p = err ? NULL : strstr(rule.data, ": ");
    if (!err && !p)
        err = -EINVAL;
    for (p = p ? skip_blanks(p + 1) : ""; *p; p = skip_blanks(p)) {
        struct text name = {0};
        p = read_name(p, &name);
        words_add(files, name.data ? name.data : "");
        text_free(&name);
    }
    text_free(&rule);
    return err;
}
