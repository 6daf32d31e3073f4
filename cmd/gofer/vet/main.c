// SPDX-License-Identifier: MIT
// gofer-vet, which `gofer vet` becomes: it looks at each file with each check and prints what they find. A program of
// its own, because libclang brings a hundred megabytes of LLVM along: linked into the gofer command it would be needed
// for, and slow down the start of, every other subcommand.
//
//     gofer-vet [-list] [-json] [-CHECK | -CHECK=false] FILE.c... -- FLAGS...
#include "findings.h"
#include "parse.h"

#include "../report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKS_MAX = 32 };

struct options {
    bool list, json;
    bool named[CHECKS_MAX];  // by -CHECK: then only those run
    bool denied[CHECKS_MAX]; // by -CHECK=false
    char **files, **flags;
    int file_count, flag_count;
};

static int choose_check(struct options *o, const char *word)
{
    size_t n = strcspn(word, "=");
    for (size_t i = 0; vet_checks[i]; i++)
        if (strlen(vet_checks[i]->name) == n && strncmp(vet_checks[i]->name, word, n) == 0) {
            const char *value = word[n] ? word + n + 1 : "true";
            if (strcmp(value, "true") == 0)
                o->named[i] = true;
            else if (strcmp(value, "false") == 0)
                o->denied[i] = true;
            else
                return report_usage("-%.*s is true or false, not %s", (int)n, word, value);
            return 0;
        }
    return report_usage("unknown option -%s", word);
}

static int parse(struct options *o, int argc, char **argv)
{
    int status = 0, i = 1;
    o->files = argv + 1;
    for (; i < argc && strcmp(argv[i], "--") != 0 && !status; i++) {
        if (strcmp(argv[i], "-list") == 0)
            o->list = true;
        else if (strcmp(argv[i], "-json") == 0)
            o->json = true;
        else if (argv[i][0] == '-')
            status = choose_check(o, argv[i] + 1);
        else
            o->files[o->file_count++] = argv[i];
    }
    o->flags = argv + i + 1;
    o->flag_count = i < argc ? argc - i - 1 : 0;
    return status;
}

static bool is_chosen(const struct options *o, size_t check)
{
    bool any = false;
    for (size_t i = 0; vet_checks[i]; i++)
        any |= o->named[i];
    return !o->denied[check] && (!any || o->named[check]);
}

// Returns whether the file compiles.
static bool vet(const struct options *o, CXIndex index, const char *file)
{
    struct unit u;
    bool compiles = unit_open(&u, index, file, o->flags, o->flag_count);
    for (size_t i = 0; compiles && vet_checks[i]; i++)
        if (is_chosen(o, i))
            vet_checks[i]->run(&u);
    unit_close(&u);
    return compiles;
}

static void list(void)
{
    for (size_t i = 0; vet_checks[i]; i++)
        printf("%-12s %s\n", vet_checks[i]->name, vet_checks[i]->summary);
}

int main(int argc, char **argv)
{
    struct options o = {0};
    report_for("vet");
    int status = parse(&o, argc, argv);
    if (status)
        return status;
    if (o.list) {
        list();
        return 0;
    }
    CXIndex index = clang_createIndex(0, 0);
    int broken = 0;
    for (int i = 0; i < o.file_count; i++)
        if (!vet(&o, index, o.files[i])) {
            report_error("%s does not compile", o.files[i]);
            broken++;
        }
    clang_disposeIndex(index);
    for (size_t i = 0; vet_checks[i]; i++)
        if (!is_chosen(&o, i))
            findings_drop(vet_checks[i]);
    size_t n = findings_print(o.json);
    if (fflush(stdout) == EOF)
        return report_error("cannot write to standard output");
    return broken ? EXIT_USAGE : n ? EXIT_FAILED : 0;
}
