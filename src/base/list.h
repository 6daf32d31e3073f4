// SPDX-License-Identifier: MIT
// A doubly linked list of embedded nodes with O(1) removal from anywhere, for wait queues. A node that
// is in no list has next == NULL, so that removal can be asked for twice. Not thread-safe: the lock is the
// owner's.
#ifndef GF_BASE_LIST_H
#define GF_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct gf_list {
    struct gf_list *next, *prev;
};

static inline void gf_list_init(struct gf_list *head)
{
    head->next = head->prev = head;
}

static inline bool gf_list_empty(const struct gf_list *head)
{
    return head->next == head;
}

static inline void gf_list_insert(struct gf_list *node, struct gf_list *prev, struct gf_list *next)
{
    node->next = next;
    node->prev = prev;
    prev->next = node;
    next->prev = node;
}

static inline void gf_list_push_back(struct gf_list *head, struct gf_list *node)
{
    gf_list_insert(node, head->prev, head);
}

static inline void gf_list_push_front(struct gf_list *head, struct gf_list *node)
{
    gf_list_insert(node, head, head->next);
}

static inline void gf_list_remove(struct gf_list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = NULL;
}

static inline bool gf_list_linked(const struct gf_list *node)
{
    return node->next != NULL;
}

// Moves all nodes of `from`, which is empty then, behind those of `head`.
static inline void gf_list_splice_back(struct gf_list *head, struct gf_list *from)
{
    if (gf_list_empty(from))
        return;
    from->next->prev = head->prev;
    head->prev->next = from->next;
    from->prev->next = head;
    head->prev = from->prev;
    gf_list_init(from);
}

// The first node, removed; NULL if the list is empty.
static inline struct gf_list *gf_list_pop_front(struct gf_list *head)
{
    struct gf_list *node = head->next;
    if (node == head)
        return NULL;
    gf_list_remove(node);
    return node;
}

#endif
