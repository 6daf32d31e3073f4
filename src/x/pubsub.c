// SPDX-License-Identifier: MIT
// The broker: a map of topics, each with a list of subscribers, under two locks. A publisher holds the
// readers' side of `lock`, so the subscribers stay as they are while it sends, and the topic's own mutex, so that
// messages have one order for all its subscribers; publishers on different topics do not meet. Who subscribes, leaves
// or closes holds the writers' side. So a channel that has left its list gets nothing more, and is closed after that.
//
// The broker has a reference to each channel, for its subscriber may free its own at any moment after the close.
#include "base/list.h"
#include "panic/misuse.h"
#include "x/alloc.h"

#include <gofer/map.h>
#include <gofer/sync.h>
#include <gofer/x/pubsub.h>

struct subscriber {
    struct gf_list link; // [lock go_pubsub.lock]
    struct go_chan *chan;
    size_t size; // [const] of a message
};

struct topic {
    go_mutex mutex;             // held by who sends
    struct gf_list subscribers; // [lock go_pubsub.lock]
};

struct go_pubsub {
    go_rwmutex lock;
    go_map topics; // [lock] those that have subscribers
    bool closed;   // [lock]
};

go_pubsub *go_pubsub_new(void)
{
    return gf_x_alloc(sizeof(go_pubsub));
}

void go_pubsub_free(go_pubsub *ps)
{
    if (!ps)
        return;
    go_pubsub_close(ps);
    free(ps);
}

// --- Topics, with the lock held ---

static struct topic *find_topic(go_pubsub *ps, const char *name)
{
    void *t = NULL;
    go_map_load(&ps->topics, name, &t);
    return t;
}

static struct topic *add_topic(go_pubsub *ps, const char *name)
{
    struct topic *t = gf_x_alloc(sizeof *t);
    gf_list_init(&t->subscribers);
    go_map_store(&ps->topics, name, t);
    return t;
}

static void remove_topic(go_pubsub *ps, const char *name, struct topic *t)
{
    go_map_delete(&ps->topics, name);
    free(t);
}

// --- Subscribing ---

static struct subscriber *subscriber_of(struct gf_list *link)
{
    return gf_container_of(link, struct subscriber, link);
}

static void add_subscriber(struct topic *t, struct go_chan *c, size_t size)
{
    struct subscriber *s = gf_x_alloc(sizeof *s);
    s->chan = go_chan_ref_(c);
    s->size = size;
    gf_list_push_back(&t->subscribers, &s->link);
}

struct go_chan *go_pubsub_subscribe_(go_pubsub *ps, const char *topic, size_t size, int64_t cap)
{
    struct go_chan *c = go_chan_make_(size, cap);
    go_rwmutex_lock(&ps->lock);
    bool closed = ps->closed;
    if (!closed) {
        struct topic *t = find_topic(ps, topic);
        add_subscriber(t ? t : add_topic(ps, topic), c, size);
    }
    go_rwmutex_unlock(&ps->lock);
    if (closed)
        go_chan_close_(c);
    return c;
}

// Ends a subscriber that is in no list any more.
static void end(struct subscriber *s)
{
    go_chan_close_(s->chan);
    go_chan_free_(s->chan);
    free(s);
}

// Takes the subscriber with this channel off its topic; NULL if there is none.
static struct subscriber *take_subscriber(go_pubsub *ps, const char *topic, const struct go_chan *c)
{
    struct topic *t = find_topic(ps, topic);
    if (!t)
        return NULL;
    struct gf_list *l = t->subscribers.next;
    while (l != &t->subscribers && subscriber_of(l)->chan != c)
        l = l->next;
    if (l == &t->subscribers)
        return NULL;
    gf_list_remove(l);
    if (gf_list_empty(&t->subscribers))
        remove_topic(ps, topic, t);
    return subscriber_of(l);
}

void go_pubsub_unsubscribe_(go_pubsub *ps, const char *topic, struct go_chan *ch)
{
    go_rwmutex_lock(&ps->lock);
    struct subscriber *s = take_subscriber(ps, topic, ch);
    go_rwmutex_unlock(&ps->lock);
    if (s)
        end(s);
}

static bool empty_topic(const char *name, size_t n, void *topic, void *left)
{
    struct topic *t = topic;
    (void)name, (void)n;
    gf_list_splice_back(left, &t->subscribers);
    free(t);
    return true;
}

void go_pubsub_close(go_pubsub *ps)
{
    struct gf_list left, *l;
    gf_list_init(&left);
    go_rwmutex_lock(&ps->lock);
    go_map_range(&ps->topics, empty_topic, &left);
    go_map_free(&ps->topics);
    ps->closed = true;
    go_rwmutex_unlock(&ps->lock);
    while ((l = gf_list_pop_front(&left)))
        end(subscriber_of(l));
}

// --- Publishing ---

static bool are_all_of_size(const struct topic *t, size_t size)
{
    for (struct gf_list *l = t->subscribers.next; l != &t->subscribers; l = l->next)
        if (subscriber_of(l)->size != size)
            return false;
    return true;
}

// Returns how many have missed it.
static int send_to_all(const struct topic *t, const void *message)
{
    int missed = 0;
    for (struct gf_list *l = t->subscribers.next; l != &t->subscribers; l = l->next)
        if (!go_chan_try_send_(subscriber_of(l)->chan, message))
            missed++;
    return missed;
}

int go_pubsub_publish_(go_pubsub *ps, const char *topic, const void *message, size_t size)
{
    int missed = 0;
    go_rwmutex_rlock(&ps->lock);
    struct topic *t = find_topic(ps, topic);
    bool fits = !t || are_all_of_size(t, size);
    if (t && fits) {
        go_mutex_lock(&t->mutex);
        missed = send_to_all(t, message);
        go_mutex_unlock(&t->mutex);
    }
    go_rwmutex_runlock(&ps->lock);
    if (gf_unlikely(!fits))
        gf_panic_runtime("pubsub: message of another size than the subscriber's");
    return missed;
}
