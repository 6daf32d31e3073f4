// SPDX-License-Identifier: MIT
// A string's pointer and length are two words; one goroutine replaces both while another reads them. Fixed: under a
// lock.
#include "observe.h"

#include <gofer.h>

struct string {
    const char *at;
    size_t n;
};

static go_mutex mutex;
static struct string name = {"gopher", 6};

static void enter(void)
{
#ifdef FIXED
    go_mutex_lock(&mutex);
#endif
}

static void leave(void)
{
#ifdef FIXED
    go_mutex_unlock(&mutex);
#endif
}

static void rename_it(void)
{
    enter();
    name = (struct string){"go", 2};
    leave();
}

int main(void)
{
    go_waitgroup wg = {0};
    (void)&mutex;
    go_waitgroup_go(&wg, rename_it);
    enter();
    struct string s = name;
    leave();
    OBSERVE(s.at[s.n - 1]);
    go_waitgroup_wait(&wg);
    return 0;
}
