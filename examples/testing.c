// SPDX-License-Identifier: MIT
// A file of tests: `gofer test examples/testing.c` runs them, and each is checked for goroutines that it leaves behind.
// It needs no main of its own.
#include <gofer/test.h>
#include <string.h>

// What is tested: upper-cases words in a goroutine of its own.
static void shout(recv_chan(char) in, send_chan(char) out)
{
    chan_range(c, in)
        chan_send(out, (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
    chan_close(out);
}

static void check(go_test *t, const char *word, const char *wanted)
{
    char got[16] = "";
    chan(char) in = chan_make(char, strlen(word)), out = chan_make(char);
    for (const char *c = word; *c; c++)
        chan_send(in, *c);
    chan_close(in);
    go(shout, in, out);
    size_t n = 0;
    chan_range(c, out)
        got[n++] = c;
    if (strcmp(got, wanted) != 0)
        go_test_errorf(t, "shouting %s gives %s, not %s", word, got, wanted);
    chan_free(in);
    chan_free(out);
}

GO_TEST(letters_become_large)
{
    check(t, "hello", "HELLO");
}

GO_TEST(all_else_stays)
{
    check(t, "R2-D2!", "R2-D2!");
}

static void check_nothing(go_test *t, void *arg)
{
    go_test_parallel(t);
    check(t, "", arg);
}

GO_TEST(nothing_gives_nothing)
{
    go_test_run(t, "once", check_nothing, "");
    go_test_run(t, "twice", check_nothing, "");
}
