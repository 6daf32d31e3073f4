// SPDX-License-Identifier: MIT
// A goroutine gets a pointer into a frame that is gone before it reads: nothing waits between the go and the end of the
// function, or of the loop's round that declares the variable.
#include <gofer.h>
#include <stdlib.h>
#include <string.h>

struct request {
    int id;
    char name[16];
};

static void handle(const struct request *r)
{
    (void)r;
}

static void add(const int *n)
{
    (void)n;
}

static void measure(const char *text)
{
    (void)strlen(text);
}

static int job(int *n)
{
    return *n;
}

static void fire_and_forget(int id)
{
    struct request r = {.id = id};
    go(handle, &r); // expect: pointer to r, a local of fire_and_forget
}

static void parameter(int n)
{
    go(add, &n); // expect: pointer to n, a local of parameter
}

static void array(int id)
{
    char text[32];
    text[0] = (char)id;
    text[1] = '\0';
    go(measure, text); // expect: pointer to text, a local of array
}

static void part_of_it(int id)
{
    struct request r = {.id = id};
    go(measure, r.name); // expect: pointer to r
    go(add, &r.id);      // expect: pointer to r
}

static void literal(int id)
{
    go(handle, &(struct request){.id = id}); // expect: pointer to a compound literal
}

static int early_return(int n, chan(go_unit) done)
{
    int sum = n;
    go(add, &sum); // expect: pointer to sum
    if (n > 3)
        return -1;
    chan_recv(done);
    return sum;
}

static void in_the_round(void)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++) {
        int mine = i;
        go_waitgroup_go(&wg, add, &mine); // expect: pointer to mine, whose life ends with this
    }
    go_waitgroup_wait(&wg);
}

static void literal_in_the_round(go_waitgroup *wg)
{
    for (int i = 0; i < 3; i++)
        go_waitgroup_go(wg, handle, &(struct request){.id = i}); // expect: pointer to a
    go_waitgroup_wait(wg);
}

static void only_a_sleep(void)
{
    int n = 1;
    go(add, &n); // expect: pointer to n
    go_sleep(GO_MILLISECOND);
}

static void by_timer(void)
{
    int n = 1;
    go_after_func(GO_SECOND, add, &n); // expect: pointer to n
}

static void pool(go_workers *p)
{
    int n = 1;
    (void)go_workers_submit(p, job, &n); // expect: pointer to n
}

static void through_a_pointer(void)
{
    int n = 1, *p = &n;
    go(add, p); // expect: pointer to n
}

static void through_a_pointer_set_later(void)
{
    int n = 1, *p;
    p = &n;
    go(add, p); // expect: pointer to n
}

static void group_without_wait(void)
{
    int n = 1;
    static go_waitgroup wg;
    go_waitgroup_go(&wg, add, &n); // expect: pointer to n
}

static void start(const int *n)
{
    go(add, n);
}

static void through_a_helper(void)
{
    int n = 1;
    start(&n); // expect: pointer to n
}

static void hidden_in_a_struct(void)
{
    struct {
        int *n;
    } *box = malloc(sizeof *box);
    int n = 1;
    box->n = &n;
    go(free, box); // miss: the pointer is inside what is passed
}

#define START(f, x) go(f, &(x))

static void by_a_macro(int id)
{
    int n = id;
    START(add, n); // expect: pointer to n, a local of by_a_macro
}

static void one_of_two(int id, bool first)
{
    int a = id, b = id + 1;
    go(add, first ? &a : &b); // expect: pointer to a, a local of one_of_two
}

int main(void)
{
    go_waitgroup wg = {0};
    fire_and_forget(1);
    parameter(1);
    array(1);
    part_of_it(1);
    literal(1);
    early_return(1, NULL);
    in_the_round();
    literal_in_the_round(&wg);
    only_a_sleep();
    by_timer();
    pool(NULL);
    through_a_pointer();
    through_a_pointer_set_later();
    group_without_wait();
    through_a_helper();
    hidden_in_a_struct();
    by_a_macro(1);
    one_of_two(1, true);
    return 0;
}
