// SPDX-License-Identifier: MIT
// Question: how do I initialise something exactly once, at its first use?
// Answer:   go_once_do runs the function for the first caller; the others wait until it is done. go_once_get also hands
//           its result to everybody.
// Watch:    a function that panics counts as done. Using the same go_once inside the function waits for itself.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_int opened;

static void open_log(void)
{
    atomic_fetch_add(&opened, 1);
}

static void *load_settings(const char *path)
{
    int *settings = malloc(sizeof *settings);
    *settings = path[0]; // takes long in real life
    return settings;
}

static go_once log_once;
static go_once_value settings_once;

static void work(atomic_int *sum)
{
    go_once_do(&log_once, open_log);
    const int *settings = go_once_get(&settings_once, load_settings, "A");
    atomic_fetch_add(sum, *settings);
}

int main(void)
{
    atomic_int sum = 0;
    go_waitgroup wg = {0};
    for (int i = 0; i < 10; i++)
        go_waitgroup_go(&wg, work, &sum);
    go_waitgroup_wait(&wg);
    printf("opened %d time, sum %d\n", opened, sum);
    free(go_once_get(&settings_once, load_settings, "A"));
    return 0;
}
