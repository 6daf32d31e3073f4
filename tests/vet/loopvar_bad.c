// SPDX-License-Identifier: MIT
// A goroutine gets a pointer to the loop's variable, the classic of docker and kubernetes: all goroutines read one place,
// which the loop changes meanwhile, and which is gone after it.
#include <gofer.h>
#include <stdio.h>

static void print(const int *n)
{
    printf("%d\n", *n);
}

static int job(const int *n)
{
    return *n;
}

struct range {
    int from, to;
};

static void by_for(void)
{
    for (int i = 0; i < 3; i++)
        go(print, &i); // expect: the goroutine gets a pointer to i, which the loop goes on to
}

static void waited_for_afterwards(void)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++)
        go_waitgroup_go(&wg, print, &i); // expect: pointer to i
    go_waitgroup_wait(&wg);
}

static void declared_before(void)
{
    int i;
    go_waitgroup wg = {0};
    for (i = 0; i < 3; i++) {
        go_waitgroup_go(&wg, print, &i); // expect: pointer to i
    }
    go_waitgroup_wait(&wg);
}

static void by_while(void)
{
    int left = 3;
    go_waitgroup wg = {0};
    while (left-- > 0)
        go_waitgroup_go(&wg, print, &left); // expect: pointer to left
    go_waitgroup_wait(&wg);
}

static void by_range(recv_chan(int) in)
{
    chan_range(v, in) {
        go(print, &v); // expect: pointer to v
    }
}

static void member(void)
{
    go_waitgroup wg = {0};
    for (struct range r = {0, 3}; r.from < r.to; r.from++)
        go_waitgroup_go(&wg, print, &r.from); // expect: pointer to r
    go_waitgroup_wait(&wg);
}

static void by_errgroup(go_errgroup *g)
{
    for (int i = 0; i < 3; i++)
        go_errgroup_go(g, job, &i); // expect: pointer to i
    (void)go_errgroup_wait(g);
}

static void through_a_pointer(void)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++) {
        const int *p = &i;
        go_waitgroup_go(&wg, print, p); // expect: pointer to i
    }
    go_waitgroup_wait(&wg);
}

static void yields_only(void)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++) {
        go_waitgroup_go(&wg, print, &i); // expect: pointer to i
        go_yield();
    }
    go_waitgroup_wait(&wg);
}

static void nested(void)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            if (j > i)
                go_with(GO_ATTR(.name = "n"), print, &i); // expect: pointer to i
    go_waitgroup_wait(&wg);
}

static void by_condition_and_body(int n)
{
    go_waitgroup wg = {0};
    while (n > 0) {
        n -= 1;
        go_waitgroup_go(&wg, print, &n); // expect: pointer to n
    }
    go_waitgroup_wait(&wg);
}

static void member_of_one_declared_before(void)
{
    struct range r;
    go_waitgroup wg = {0};
    for (r.from = 0; r.from < 3; r.from++)
        go_waitgroup_go(&wg, print, &r.from); // expect: pointer to r
    go_waitgroup_wait(&wg);
}

int main(void)
{
    by_for();
    waited_for_afterwards();
    declared_before();
    by_while();
    by_range(NULL);
    member();
    by_errgroup(NULL);
    through_a_pointer();
    yields_only();
    nested();
    by_condition_and_body(3);
    member_of_one_declared_before();
    return 0;
}
