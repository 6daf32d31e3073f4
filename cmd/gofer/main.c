// SPDX-License-Identifier: MIT
// The gofer command: a table of subcommands and nothing else. Each is one file; texts for the help stand
// here, so that the table alone says what the command can do. The program is an ordinary user of the
// library: it sees <gofer.h>, and waits for its children in goroutines.
#include "commands.h"
#include "env.h"
#include "process.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

static const char run_help[] =
    "Compiles FILE.c against gofer and runs it with ARGS; exit status and signals are the "
    "program's.\n"
    "The program is kept in $XDG_CACHE_HOME/gofer (or ~/.cache/gofer) and compiled again only when "
    "the\n"
    "source, a header it includes, the flags, the compiler or the library has changed.\n"
    "\n"
    "    -race    with the race detector (linked by clang)\n"
    "    -asan    with the address and undefined-behaviour sanitizers\n"
    "\n"
    "Compiler, flags and libraries are those of 'gofer build'.\n";

static const char build_help[] =
    "Compiles FILES (.c; .o and .a are linked too) against gofer into one program.\n"
    "\n"
    "    -race    with the race detector (linked by clang)\n"
    "    -asan    with the address and undefined-behaviour sanitizers\n"
    "    -o OUT   the program's name; without it the first file's, without .c, in the current "
    "directory\n"
    "\n"
    "The compiler is $CC, or gcc; $CFLAGS and $LDFLAGS are added to gofer's own flags.\n"
    "A source asks for libraries by their pkg-config names, on a line among its first comments:\n"
    "\n"
    "    // gofer: link libcrypto zlib\n";

static const char test_help[] =
    "Runs the tests (GO_TEST, see gofer/test.h) in PATHs: files, which are compiled into one "
    "program, or\n"
    "directories, for their *_test.c and the other sources without a main. Goroutines that a test\n"
    "leaves behind and that can never wake fail it.\n"
    "\n"
    "    -v                  name each test\n"
    "    -run PATTERN        only tests that match; TEST/SUBTEST part by part\n"
    "    -count N            all of it N times\n"
    "    -timeout DURATION   show all goroutines and fail after 10m, or that; 0 never\n"
    "    -parallel N         so many parallel tests at once\n"
    "    -seed N             the scheduler's choices by chance, in selects say, as with this seed\n"
    "    -race, -asan        with the race detector, or the address sanitizer\n"
    "\n"
    "Without a PATH, or for PATHs in gofer's source tree: gofer's own test suite, quick part "
    "first: all tests with gcc, then those of the library "
    "under\n"
    "the address and undefined-behaviour sanitizers, and with clang.\n"
    "PATHs (files or directories of tests/ and examples/) select tests; the word cookbook, the\n"
    "programs of examples/cookbook, plain, under the sanitizers and the race detector.\n"
    "\n"
    "    -all           everything: thread sanitizer, assertions, link-time optimisation, static\n"
    "                   programs, forced migration, guard fallback, 1, 2 and 8 processors, and\n"
    "                   repeated stress tests\n"
    "    -race          under the thread sanitizer and the race detector only\n"
    "    -run PATTERN   only tests whose name (ROOM/UNIT) matches the regular expression\n"
    "    -count N       each test N times, until one fails\n"
    "    -soak TIME     instead, for so long (90s, 10m, 8h): random work that random events "
    "disturb,\n"
    "                   which -seed N repeats; and a tenth of it under the address sanitizer\n"
    "\n"
    "The last line is 'N passed, N failed, N skipped', summed over all builds.\n";

static const char bench_help[] =
    "Measures gofer and Go side by side: each line of bench/lines whose name matches PATTERN (an\n"
    "extended regular expression) at one processor and at all, runs interleaved, medians. The C\n"
    "side is compiled as 'gofer build' does. Go comes from $GO, PATH, or Debian's packages; "
    "without\n"
    "it the gofer column still prints. Plain threads, and Boost.Fiber if it is installed, have a\n"
    "column where they have a program.\n"
    "\n"
    "    -json      one object a line: bench, procs, unit, gofer, go, ratio, spread\n"
    "    -plots DIR write the ratios as SVG pictures into DIR, and the data as JSON lines\n"
    "    -count N   runs on each side (at least 7)\n"
    "    -write     all lines, and docs/performance.md anew with its pictures\n"
    "\n"
    "The ratio is Go's figure over gofer's: above 1 gofer is faster, or smaller. The limit is how\n"
    "many times gofer's figure holds what the hardware needs at best, as bench/lines counts it.\n";

static const char vet_help[] =
    "Looks for mistakes with gofer that compile: copied locks, lost contexts, blocking calls in\n"
    "goroutines and more; docs/vet.md explains each check. FILES are .c files, or directories for\n"
    "those in them. Each finding is one line, 'file:line:column: explanation (check)'. The status\n"
    "is 0 if nothing was found, 1 if something was, 2 for a file that does not compile.\n"
    "\n"
    "    -list           name the checks\n"
    "    -json           one object a line: file, line, column, check, text\n"
    "    -CHECK          only this check, and others named so\n"
    "    -CHECK=false    without this check\n"
    "\n"
    "'// vet: allow CHECK: why' on the line, or on the one before it, keeps a finding quiet.\n"
    "Flags are those of 'gofer build', $CFLAGS included.\n";

const struct command gofer_commands[] = {
    {"run", "[-race|-asan] FILE.c [ARGS...]", "compile a C file against gofer and run it", run_help,
     gofer_cmd_run},
    {"build", "[-race|-asan] [-o OUT] FILES...", "compile C files into a program", build_help,
     gofer_cmd_build},
    {"test", "[-all] [-race] [-run PATTERN] [-count N] [cookbook] [PATH...]",
     "run tests, or gofer's own suite", test_help, gofer_cmd_test},
    {"bench", "[-json] [-count N] [-plots DIR] [-write] [PATTERN]", "measure gofer beside Go",
     bench_help, gofer_cmd_bench},
    {"vet", "[-list] [-json] [-CHECK|-CHECK=false] FILES...", "look for mistakes that compile",
     vet_help, gofer_cmd_vet},
    {"version", "", "print gofer's version", "Prints version and system.\n", gofer_cmd_version},
    {"help", "[COMMAND]", "say what a command does", "Lists the commands, or explains one.\n",
     gofer_cmd_help},
};
const size_t gofer_command_count = sizeof(gofer_commands) / sizeof(gofer_commands[0]);

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < gofer_command_count; i++)
        if (strcmp(gofer_commands[i].name, name) == 0)
            return &gofer_commands[i];
    return NULL;
}

static int dispatch(const struct command *c, int argc, char **argv)
{
    struct gofer_env env;
    int status = env_open(&env);
    if (!status)
        status = c->run(&env, argc, argv);
    env_close(&env);
    return status;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "-h") == 0 || strcmp(word, "-help") == 0 || strcmp(word, "--help") == 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return report_usage("no command given");
    const struct command *c = find(asks_for_help(argv[1]) ? "help" : argv[1]);
    if (!c)
        return report_usage("unknown command %s", argv[1]);
    argc--, argv++;
    if (argc > 1 && asks_for_help(argv[1])) { // gofer COMMAND -h
        argv = (char *[]){"help", argv[0], NULL};
        argc = 2;
        c = find("help");
    }
    report_for(c->name);
    process_guard();
    int status = dispatch(c, argc, argv);
    if (fflush(stdout) == EOF && !status)
        status = report_error("cannot write to standard output");
    process_exit(status);
}
