// SPDX-License-Identifier: MIT
// The counting up stands inside the goroutine that it counts: the wait may come first and find nobody to wait for. As in
// etcd, docker and kubernetes, where the study of Tu et al. (ASPLOS 2019) found it.
#include <gofer.h>

static void work(void)
{
}

static void first_thing(go_waitgroup *wg)
{
    go_waitgroup_add(wg, 1); // expect: go_waitgroup_add in the goroutine that it counts
    work();
    go_waitgroup_done(wg);
}

static void with_defer(go_waitgroup *wg, int n)
{
    go_waitgroup_add(wg, 1); // expect: go_waitgroup_add in the goroutine
    defer(go_waitgroup_done, wg);
    if (n)
        work();
}

static go_waitgroup all;

static void on_a_global(void)
{
    go_waitgroup_add(&all, 1); // expect: go_waitgroup_add in the goroutine
    work();
    go_waitgroup_done(&all);
}

struct group_of {
    go_waitgroup wg;
    int sum;
};

struct job {
    go_waitgroup *wg;
    int id;
};

static void in_a_struct(struct job *j)
{
    go_waitgroup_add(j->wg, 1); // expect: go_waitgroup_add in the goroutine
    defer(go_waitgroup_done, j->wg);
    work();
}

static void later(go_waitgroup *wg, bool really)
{
    work();
    if (really) {
        go_waitgroup_add(wg, 1); // expect: go_waitgroup_add in the goroutine
        work();
        go_waitgroup_done(wg);
    }
}

static void finish(go_waitgroup *wg)
{
    go_waitgroup_done(wg);
}

static void done_elsewhere(go_waitgroup *wg)
{
    go_waitgroup_add(wg, 1); // expect: go_waitgroup_add in the goroutine
    work();
    finish(wg);
}

static void by_another_name(void *arg)
{
    go_waitgroup *wg = arg;
    go_waitgroup_add(wg, 1); // expect: go_waitgroup_add in the goroutine
    work();
    go_waitgroup_done(wg);
}

static void begin(go_waitgroup *wg)
{
    go_waitgroup_add(wg, 1);
}

static void by_a_helper(go_waitgroup *wg)
{
    begin(wg); // expect: go_waitgroup_add in the goroutine
    work();
    go_waitgroup_done(wg);
}

static void member_by_another_name(struct group_of *g)
{
    go_waitgroup *wg = &g->wg;
    go_waitgroup_add(wg, 1); // expect: go_waitgroup_add in the goroutine that it counts
    g->sum++;
    go_waitgroup_done(wg);
}

static struct job jobs[3];

static void by_a_pointer(go_waitgroup *wg)
{
    go_waitgroup_add(wg, 1); // expect: go_waitgroup_add in the goroutine
    work();
    go_waitgroup_done(wg);
}

int main(void)
{
    struct group_of group = {.sum = 0};
    go_waitgroup wg = {0};
    go(first_thing, &wg);
    go_with(GO_ATTR(.name = "second"), with_defer, &wg, 2);
    go(on_a_global);
    for (int i = 0; i < 3; i++) {
        jobs[i] = (struct job){&wg, i};
        go(in_a_struct, &jobs[i]);
    }
    go_safe(later, &wg, true);
    go(done_elsewhere, &wg);
    go(by_another_name, &wg);
    go(by_a_helper, &wg);
    go(member_by_another_name, &group);
    void (*f)(go_waitgroup *) = by_a_pointer;
    go(f, &wg);
    go_waitgroup_wait(&group.wg);
    go_waitgroup_wait(&wg);
    go_waitgroup_wait(&all);
    return 0;
}
