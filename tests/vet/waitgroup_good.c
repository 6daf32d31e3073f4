// SPDX-License-Identifier: MIT
// Right ways to count: before the go; in a goroutine for those that it starts itself; in a goroutine that is counted
// already; on a wait group of its own.
#include <gofer.h>

static void work(void)
{
}

static void counted(go_waitgroup *wg)
{
    work();
    go_waitgroup_done(wg);
}

static void before_the_go(void)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < 4; i++) {
        go_waitgroup_add(&wg, 1);
        go(counted, &wg);
    }
    go_waitgroup_wait(&wg);
}

// A tree: each node counts its children, and is counted by its parent.
static void walk(go_waitgroup *wg, int depth)
{
    defer(go_waitgroup_done, wg);
    if (depth == 0)
        return;
    go_waitgroup_add(wg, 2);
    go(walk, wg, depth - 1);
    go(walk, wg, depth - 1);
}

static void tree(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_add(&wg, 1);
    go(walk, &wg, 3);
    go_waitgroup_wait(&wg);
}

// A crawler: who has found more work counts it before it is queued, while its own count is still held.
static void crawl(go_waitgroup *pending, chan(int) urls, int url)
{
    if (url < 3) {
        go_waitgroup_add(pending, 1);
        chan_send(urls, url + 1);
    }
    go_waitgroup_done(pending);
}

static void crawler(void)
{
    go_waitgroup pending = {0};
    chan(int) urls = chan_make(int, 8);
    go_waitgroup_add(&pending, 1);
    go(crawl, &pending, urls, 1);
    go_waitgroup_wait(&pending);
    chan_free(urls);
}

static void parent(go_waitgroup *done)
{
    go_waitgroup children = {0};
    go_waitgroup_add(&children, 1);
    go(counted, &children);
    go_waitgroup_wait(&children);
    go_waitgroup_done(done);
}

static void own_wait_group(void)
{
    go_waitgroup done = {0};
    go_waitgroup_add(&done, 1);
    go(parent, &done);
    go_waitgroup_wait(&done);
}

static void takes_off(go_waitgroup *wg)
{
    work();
    go_waitgroup_add(wg, -1);
}

static void start(go_waitgroup *wg, int n)
{
    for (int i = 0; i < n; i++)
        go(counted, wg);
}

static void starter(go_waitgroup *wg)
{
    go_waitgroup_add(wg, 2);
    start(wg, 2);
    go_waitgroup_done(wg);
}

static void one_more(go_waitgroup *wg)
{
    go_waitgroup_add(wg, 1);
    go(counted, wg);
}

static void helped(go_waitgroup *wg)
{
    one_more(wg);
    one_more(wg);
    go_waitgroup_done(wg);
}

struct group_of {
    go_waitgroup wg;
    int sum;
};

static void counted_by_its_starter(struct group_of *g)
{
    go_waitgroup *wg = &g->wg;
    if (g->sum > 0)
        go_waitgroup_add(wg, 1);
    go_waitgroup_done(wg);
}

static void counts_a_member(struct group_of *g)
{
    go_waitgroup_add(&g->wg, 1);
    go(counted_by_its_starter, g);
    go_waitgroup_wait(&g->wg);
}

int main(void)
{
    struct group_of group = {.sum = 0};
    go_waitgroup wg = {0};
    counts_a_member(&group);
    before_the_go();
    tree();
    crawler();
    own_wait_group();
    go_waitgroup_add(&wg, 3);
    go(helped, &wg);
    go(takes_off, &wg);
    go(starter, &wg);
    go_waitgroup_go(&wg, work);
    go_waitgroup_wait(&wg);
    return 0;
}
