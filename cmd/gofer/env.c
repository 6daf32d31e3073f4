// SPDX-License-Identifier: MIT
// Where headers and library are. Run from the build tree that made it, the program uses that tree and the
// sources; run from anywhere else it has been installed, and finds them relative to itself, so that an
// installed tree may be moved. Only a program in its tree can build other flavours and run the suite.
#include "env.h"

#include "config.h"
#include "files.h"
#include "report.h"
#include "text.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void use_tree(struct gofer_env *env)
{
    env->source_dir = text_format("%s", CONFIG_SOURCE_DIR);
    env->build_dir = text_format("%s", CONFIG_BINARY_DIR);
    env->include_dir = text_format("%s/include", CONFIG_SOURCE_DIR);
    env->library = text_format("%s/libgofer.a", CONFIG_BINARY_DIR);
    env->vet_program = text_format("%s/bin/gofer-vet", CONFIG_BINARY_DIR);
    env->vet_headers = text_format("%s/cmd/gofer/vet/include", CONFIG_SOURCE_DIR);
}

static void use_installed(struct gofer_env *env, const char *program)
{
    char *dir = files_directory(program);
    env->include_dir = text_format("%s/%s", dir, CONFIG_BIN_TO_INCLUDE);
    env->library = text_format("%s/%s/libgofer.a", dir, CONFIG_BIN_TO_LIB);
    env->vet_program = text_format("%s/%s/gofer/gofer-vet", dir, CONFIG_BIN_TO_LIBEXEC);
    env->vet_headers = text_format("%s/%s/gofer/vet", dir, CONFIG_BIN_TO_DATA);
    free(dir);
}

int env_open(struct gofer_env *env)
{
    char program[PATH_MAX];
    *env = (struct gofer_env){0};
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (n < 0)
        return report_error("/proc/self/exe: %s", strerror(errno));
    program[n] = '\0';
    if (strcmp(program, CONFIG_BINARY_DIR "/bin/gofer") == 0)
        use_tree(env);
    else
        use_installed(env, program);
    return 0;
}

void env_close(struct gofer_env *env)
{
    free(env->source_dir);
    free(env->build_dir);
    free(env->include_dir);
    free(env->library);
    free(env->vet_program);
    free(env->vet_headers);
}
