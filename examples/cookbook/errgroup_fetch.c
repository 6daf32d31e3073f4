// SPDX-License-Identifier: MIT
// Question: how do I do several things at once and stop all when one fails?
// Answer:   go_errgroup: the first error cancels the group's context, which the others watch, and the wait returns it.
//           A limit keeps the number of those that run in bounds.
// Watch:    pass the group's context on, not the parent's: that is the one that ends.
#include <gofer.h>
#include <stdio.h>

static int fetch(go_context *ctx, const char *url, int broken, int *size)
{
    if (broken)
        return -ECONNREFUSED;
    go_select {
        case_timeout(url[0] == '/' ? 0 : GO_HOUR) {
            *size = 100;
        }
        case_done(ctx) {
            return go_context_err(ctx);
        }
    }
    return 0;
}

static int fetch_all(const char *const urls[], int n, int broken, int *total)
{
    int sizes[8] = {0};
    go_errgroup *g = go_errgroup_new(go_context_background());
    go_errgroup_set_limit(g, 4);
    for (int i = 0; i < n; i++)
        go_errgroup_go(g, fetch, go_errgroup_context(g), urls[i], i == broken, &sizes[i]);
    int err = go_errgroup_wait(g);
    go_errgroup_free(g);
    *total = 0;
    for (int i = 0; i < n; i++)
        *total += sizes[i];
    return err;
}

int main(void)
{
    static const char *const quick[] = {"/a", "/b", "/c", "/d", "/e"};
    static const char *const slow[] = {"slow", "slow", "slow"};
    int total, err = fetch_all(quick, 5, -1, &total);
    printf("%d bytes, %s\n", total, err ? go_strerror(err) : "no error");
    err = fetch_all(slow, 3, 1, &total); // the others would take an hour
    printf("%d bytes, %s\n", total, go_strerror(err));
    return 0;
}
