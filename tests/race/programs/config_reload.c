// SPDX-License-Identifier: MIT
// A goroutine replaces the settings, a struct of several words, while requests read them: half old, half new. Fixed:
// the settings are immutable, and the pointer to them is swapped atomically.
#include "observe.h"

#include <gofer.h>

struct settings {
    int low, high;
};

#ifdef FIXED
static const struct settings first = {1, 2}, second = {3, 4};
static const struct settings *_Atomic current = &first;

static void reload(void)
{
    current = &second;
}

static int width(void)
{
    const struct settings *s = current;
    return s->high - s->low;
}
#else
static struct settings current = {1, 2};

static void reload(void)
{
    current = (struct settings){3, 4};
}

static int width(void)
{
    return current.high - current.low;
}
#endif

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, reload);
    int w = width();
    go_waitgroup_wait(&wg);
    OBSERVE(w);
    return 0;
}
