// SPDX-License-Identifier: MIT
// Reports on locks, under GOFER_DEBUG=locks: an order that contradicts an earlier one, at once; a wait that lasts in a
// circle (whoever waits for a lock that it holds itself is the smallest), or for a lock whose holder has ended, after a
// moment: a mutex may be unlocked by another goroutine than its holder, so a circle may still come undone.
//
// The mutex's short paths stand in the program's own code; the words that they expect are changed, so that they fail
// and every operation comes by here. That happens before main, for the first lock may be taken before the runtime
// starts.
#include "debug/locks.h"

#include "debug/goroutine.h"
#include "os/os.h"

#include <errno.h>
#include <gofer/sync.h>
#include <gofer/time.h>

static const uint32_t NEVER = UINT32_MAX;
static const int64_t LASTING_NS = 300000000;

// ---- Where the caller is ----

// The runtime's own frames are left out when it is printed.
static void take_site(struct gf_lock_site *site)
{
    struct gf_trace trace;
    struct gf_frame frame;
    gf_unwind_here(&trace);
    site->count = 0;
    for (size_t i = 0; i < trace.count && site->count < GF_LOCK_SITE; i++)
        if (gf_trace_frame(&trace, i, &frame))
            site->pc[site->count++] = frame.pc;
}

static void put_site(struct gf_text *text, const struct gf_lock_site *site)
{
    struct gf_trace trace = {.count = site->count};
    for (uint32_t i = 0; i < site->count; i++)
        trace.inner[i].pc = site->pc[i];
    gf_trace_write(text, &trace, 0, gf_symbols_find);
}

// ---- Text ----

static const char *name_of(enum gf_lock_kind kind)
{
    static const char *const names[] = {
        [GF_LOCK_MUTEX] = "mutex ", [GF_LOCK_WRITE] = "write lock ", [GF_LOCK_READ] = "read lock "};
    return names[kind];
}

static void put_goroutine(struct gf_text *text, uint64_t id)
{
    gf_text_put(text, "goroutine ");
    gf_text_put_decimal(text, id);
}

static void put_lock(struct gf_text *text, const char *before, const void *lock, const char *behind)
{
    gf_text_put(text, before);
    gf_text_put_hex(text, (uintptr_t)lock);
    gf_text_put(text, behind);
}

static void put_order(struct gf_text *text, const struct gf_lock_order *o, const char *verb)
{
    gf_text_put(text, "\n");
    put_goroutine(text, o->goroutine);
    gf_text_put(text, verb);
    put_lock(text, "", o->second, "");
    put_lock(text, " while it holds ", o->first, ":\n");
    put_site(text, &o->second_site);
    put_lock(text, "it has ", o->first, " from:\n");
    put_site(text, &o->first_site);
}

static void put_inversion(void *arg)
{
    char buffer[2048];
    const struct gf_lock_inversion *i = arg;
    struct gf_text text = {.at = buffer, .room = sizeof buffer};
    gf_text_put(&text, "gofer: lock order inversion: these two could wait for each other\n");
    put_order(&text, &i->now, " locks ");
    put_order(&text, &i->before, " has locked ");
    gf_text_put(&text, "\n");
    gf_text_flush(&text);
}

static void put_link(struct gf_text *text, const struct gf_lock_claim *wait,
                     const struct gf_lock_claim *hold)
{
    gf_text_put(text, "\n");
    put_goroutine(text, wait->goroutine);
    gf_text_put(text, " waits for ");
    put_lock(text, name_of(wait->kind), wait->lock, ":\n");
    put_site(text, &wait->site);
    gf_text_put(text, hold->kind == GF_LOCK_READ ? "which is locked for reading by "
                                                 : "which is locked by ");
    if (hold->goroutine == wait->goroutine)
        gf_text_put(text, "itself");
    else
        put_goroutine(text, hold->goroutine);
    gf_text_put(text, ", from:\n");
    put_site(text, &hold->site);
}

static void put_chain(void *arg)
{
    char buffer[2048];
    const struct gf_lock_chain *chain = arg;
    struct gf_text text = {.at = buffer, .room = sizeof buffer};
    if (!chain->is_circle) {
        gf_text_put(&text, "gofer: a lock is held by a goroutine that has ended: ");
        put_goroutine(&text, chain->link[chain->count - 1].hold.goroutine);
        gf_text_put(&text, "\n");
    } else if (chain->count == 1) {
        gf_text_put(&text, "gofer: a goroutine waits for a lock that it holds itself\n");
    } else {
        gf_text_put(&text, "gofer: goroutines wait in a circle for each other's locks\n");
    }
    for (size_t i = 0; i < chain->count; i++)
        put_link(&text, &chain->link[i].wait, &chain->link[i].hold);
    gf_text_put(&text, "\n");
    gf_text_flush(&text);
}

// ---- Events ----

// A circle has as many waits as goroutines; the one that closed it tells.
static bool is_ours_to_tell(const struct gf_lock_chain *chain, uint64_t serial)
{
    for (size_t i = 1; i < chain->count && chain->is_circle; i++)
        if (chain->link[i].wait.serial > serial)
            return false;
    return true;
}

static void tell_if_it_lasts(uint64_t serial)
{
    struct gf_lock_chain chain;
    go_sleep(LASTING_NS);
    if (gf_locks_follow(serial, &chain) && is_ours_to_tell(&chain, serial))
        gf_symbols_run(put_chain, &chain);
}

static void look_again_later(uint64_t serial)
{
    const struct go_call call = {.fn = (void *)tell_if_it_lasts, .reg = {serial}};
    struct m *m = gf_enter();
    gf_spawn(m, &call, NULL, NULL, true);
    gf_leave(m);
}

static void wants(const void *lock, enum gf_lock_kind kind)
{
    (void)kind;
    struct gf_lock_inversion found;
    struct gf_lock_site site;
    int saved = errno;
    take_site(&site);
    if (gf_locks_want(lock, &site, &found))
        gf_symbols_run(put_inversion, &found);
    errno = saved;
}

static void waits(const void *lock, enum gf_lock_kind kind)
{
    struct gf_lock_chain chain;
    struct gf_lock_site site;
    int saved = errno;
    take_site(&site);
    uint64_t serial = gf_locks_wait(lock, kind, &site);
    if (gf_locks_follow(serial, &chain))
        look_again_later(serial);
    errno = saved;
}

static void has(const void *lock, enum gf_lock_kind kind)
{
    struct gf_lock_site site;
    int saved = errno;
    take_site(&site);
    gf_locks_have(lock, kind, &site);
    errno = saved;
}

static const struct gf_lock_watch watch = {
    .wants = wants, .waits = waits, .has = has, .leaves = gf_locks_leave};

__attribute__((constructor)) void gf_lock_watch_init(void)
{
    if (gf_debug_key("locks") <= 0)
        return;
    gf_hooks.lock_watch = &watch;
    go_mutex_words_ = (struct go_mutex_words_){.free = NEVER, .locked = NEVER};
    go_rwmutex_watched_ = true;
}
