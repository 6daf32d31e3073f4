// SPDX-License-Identifier: MIT
// deadframe: a goroutine gets a pointer to a local variable of a function that may return while it runs. Reported only if
// some way from the go to the end of the function, or of the round of a loop that declares the variable, waits for
// nothing: no wait group, channel, select, errgroup or the like, and no call of what cannot be seen. The variables of
// main live as long as the process does.
#include "addresses.h"
#include "findings.h"
#include "flow.h"
#include "names.h"

#include <string.h>

struct search {
    struct unit *unit;
    const struct passed *passed;
    bool ends;
};

static bool meets(struct node *n, void *arg)
{
    struct search *s = arg;
    return n != s->passed->spawn && node_waits(s->unit, n);
}

static void leaves(struct node *exit, void *arg)
{
    (void)exit;
    ((struct search *)arg)->ends = true;
}

// A wait that was deferred before the go is made behind it.
static bool is_awaited_by_defer(struct unit *u, const struct passed *p)
{
    struct node *function = node_function(p->spawn);
    tree_each(n, function->body)
        if (n->role == ROLE_DEFER && node_waits(u, n))
            return true;
    return false;
}

static struct node *loop_around(struct node *n)
{
    while (n && n->role != ROLE_LOOP)
        n = n->parent;
    return n;
}

static void look(struct unit *u, const struct passed *p)
{
    struct node *loop = loop_around(p->block);
    if (loop && loop == p->block)
        return; // declared by the head of a loop: see loopvar
    if (loop && node_within(p->spawn, loop)) {
        if (!round_waits(u, loop, p->spawn))
            found(&check_deadframe, p->argument,
                  "the goroutine gets a pointer to %s, whose life ends with this round of the loop",
                  p->name);
        return;
    }
    struct node *function = node_function(p->spawn);
    if (strcmp(function->name, "main") == 0 || is_awaited_by_defer(u, p))
        return;
    struct search s = {u, p, false};
    flow_run(&(struct flow){p->spawn, meets, leaves, &s});
    if (s.ends)
        found(&check_deadframe, p->argument,
              "the goroutine gets a pointer to %s, a local of %s, which may return before it ends",
              p->name, function->name);
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        addresses_each(u, f, look);
}

const struct check check_deadframe = {
    "deadframe", "pointers to locals passed to goroutines that may outlive them", run};
