// SPDX-License-Identifier: MIT
// A map that goroutines share without a lock of their own: they count words, each finding or making the word's counter;
// then main adds up what was counted, and takes it away while it walks through the map.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const lines[] = {
    "do not communicate by sharing memory",
    "share memory by communicating",
    "channels orchestrate and mutexes serialize",
    "do not share and do not wait",
};

// The counter of a word: the one that is in the map, or a new one, if nobody has been quicker.
static atomic_int *counter_of(go_map *counters, const char *word, size_t n)
{
    void *found;
    if (go_map_load_n(counters, word, n, &found))
        return found;
    atomic_int *mine = calloc(1, sizeof *mine);
    bool loaded;
    atomic_int *counter = go_map_load_or_store_n(counters, word, n, mine, &loaded);
    if (loaded)
        free(mine);
    return counter;
}

static void count_words(go_map *counters, const char *line)
{
    while (*line) {
        size_t n = strcspn(line, " ");
        atomic_fetch_add(counter_of(counters, line, n), 1);
        line += n + strspn(line + n, " ");
    }
}

struct sum {
    go_map *counters;
    int words;
};

// A range may change the map that it walks through.
static bool take_away(const char *word, size_t n, void *counter, void *arg)
{
    struct sum *sum = arg;
    sum->words += atomic_load((atomic_int *)counter);
    go_map_delete_n(sum->counters, word, n);
    free(counter);
    return true;
}

int main(void)
{
    go_map counters = {0};
    go_waitgroup wg = {0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        go_waitgroup_go(&wg, count_words, &counters, lines[i]);
    go_waitgroup_wait(&wg);
    printf("\"share\" comes %d times\n", atomic_load(counter_of(&counters, "share", 5)));
    printf("%zu different words\n", go_map_len(&counters));
    struct sum sum = {.counters = &counters};
    go_map_range(&counters, take_away, &sum);
    printf("%d words in all, %zu left\n", sum.words, go_map_len(&counters));
    go_map_free(&counters);
    return 0;
}
