// SPDX-License-Identifier: MIT
// Question: how do I wait until a number of goroutines are done?
// Answer:   go_waitgroup counts what is under way. go_waitgroup_go counts one up, starts the function, and counts down
//           when it returns; go_waitgroup_wait waits for zero.
// Watch:    with go_waitgroup_add by hand, add before the go: inside the goroutine it may come after the wait. The group
//           must not be copied, so pass its address.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

static void visit(atomic_int *visits, int pages)
{
    for (int i = 0; i < pages; i++)
        atomic_fetch_add(visits, 1);
}

static void visit_and_tell(atomic_int *visits, int pages, go_waitgroup *wg)
{
    defer(go_waitgroup_done, wg); // on every way out of this function
    visit(visits, pages);
}

int main(void)
{
    atomic_int visits = 0;
    go_waitgroup wg = {0};
    for (int i = 1; i <= 4; i++)
        go_waitgroup_go(&wg, visit, &visits, i * 10);
    go_waitgroup_wait(&wg);
    printf("%d visits\n", visits);

    go_waitgroup_add(&wg, 2); // the same by hand; the group can be used again
    go(visit_and_tell, &visits, 1, &wg);
    go(visit_and_tell, &visits, 2, &wg);
    go_waitgroup_wait(&wg);
    printf("%d visits\n", visits);
    return 0;
}
