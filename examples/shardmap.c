// SPDX-License-Identifier: MIT
// Sessions by name, in a map of sixteen shards: goroutines log in and out all the time, and one asks who is there.
#include <gofer.h>
#include <stdio.h>

enum { WORKERS = 4, USERS = 100 };

static void work(go_shardmap *sessions, int worker)
{
    char name[32];
    for (int i = 0; i < USERS; i++) {
        snprintf(name, sizeof name, "user-%d-%d", worker, i);
        go_shardmap_store(sessions, name, sessions);
        if (i % 4 != 0)
            go_shardmap_delete(sessions, name);
    }
}

static bool count(const char *name, size_t n, void *session, void *arg)
{
    (void)name, (void)n, (void)session;
    ++*(int *)arg;
    return true;
}

int main(void)
{
    go_shardmap *sessions = go_shardmap_new(16);
    go_waitgroup wg = {0};
    int there = 0;
    for (int i = 0; i < WORKERS; i++)
        go_waitgroup_go(&wg, work, sessions, i);
    go_waitgroup_wait(&wg);
    go_shardmap_range(sessions, count, &there);
    printf("%zu sessions, %d found by walking through\n", go_shardmap_len(sessions), there);
    printf("user-2-40 is %s\n", go_shardmap_load(sessions, "user-2-40", NULL) ? "here" : "gone");
    printf("user-2-41 is %s\n", go_shardmap_load(sessions, "user-2-41", NULL) ? "here" : "gone");
    go_shardmap_free(sessions);
    return 0;
}
