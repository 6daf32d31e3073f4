// SPDX-License-Identifier: MIT
// GORACE, with Go's names: log_path, exitcode, strip_path_prefix, history_size, halt_on_error, atexit_sleep_ms; separated
// by spaces. Thread sanitizer asks for its own options, which depend on these, when nothing of libc works yet: its
// wrappers lead nowhere, and the environment has not been set up. So this file calls nothing but the kernel, and is
// compiled such that no loop becomes a call of libc's (-fno-builtin).
#include "race/options.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *__tsan_default_options(void);

struct gf_race_options gf_race_options = {
    .exitcode = 66, .history_size = 1, .atexit_sleep_ms = 1000};

// --- Text without libc ---

static bool is_separator(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\0';
}

// What follows the prefix; NULL if the text does not begin with it.
static const char *after(const char *s, const char *prefix)
{
    while (*prefix && *s == *prefix)
        s++, prefix++;
    return *prefix ? NULL : s;
}

static void take_text(const char *s, char value[256])
{
    size_t n = 0;
    for (; n < 255 && !is_separator(s[n]); n++)
        value[n] = s[n];
    value[n] = '\0';
}

static void take_number(const char *s, long *value)
{
    *value = 0;
    for (; *s >= '0' && *s <= '9'; s++)
        *value = *value * 10 + (*s - '0');
}

static char *append(char *to, const char *s)
{
    while (*s)
        *to++ = *s++;
    *to = '\0';
    return to;
}

static char *append_number(char *to, long n)
{
    if (n >= 10)
        to = append_number(to, n / 10);
    *to++ = (char)('0' + n % 10);
    *to = '\0';
    return to;
}

// --- GORACE ---

static void read_option(const char *word)
{
    struct gf_race_options *o = &gf_race_options;
    const struct {
        const char *key;
        long *number;
        char *text;
    } known[] = {
        {"log_path=", NULL, o->log_path},
        {"strip_path_prefix=", NULL, o->strip_path_prefix},
        {"exitcode=", &o->exitcode, NULL},
        {"history_size=", &o->history_size, NULL},
        {"halt_on_error=", &o->halt_on_error, NULL},
        {"atexit_sleep_ms=", &o->atexit_sleep_ms, NULL},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const char *value = after(word, known[i].key);
        if (value && known[i].number)
            take_number(value, known[i].number);
        else if (value)
            take_text(value, known[i].text);
    }
}

static void read_words(const char *s)
{
    while (*s) {
        read_option(s);
        while (!is_separator(*s))
            s++;
        while (*s && is_separator(*s))
            s++;
    }
}

// The environment as the process got it.
static void read_environment(void)
{
    enum { MOST_BYTES = 1 << 20 };
    static char text[MOST_BYTES];
    long n = 0, got;
    long fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/environ", O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    while ((got = syscall(SYS_read, fd, text + n, MOST_BYTES - 2 - n)) > 0)
        n += got;
    syscall(SYS_close, fd);
    for (const char *s = text; s < text + n; s++) {
        const char *value = after(s, "GORACE=");
        if (value)
            read_words(value);
        while (*s)
            s++;
    }
}

// What thread sanitizer would report besides races is none of ours; symbols are looked up by the library.
const char *__tsan_default_options(void)
{
    static char text[512];
    read_environment();
    char *to = append(text, "symbolize=0 report_signal_unsafe=0 report_thread_leaks=0 "
                            "report_destroy_locked=0 report_mutex_bugs=0 detect_deadlocks=0 "
                            "atexit_sleep_ms=0 exitcode=");
    to = append_number(to, gf_race_options.exitcode);
    to = append(to, " history_size=");
    append_number(to, gf_race_options.history_size);
    return text;
}
