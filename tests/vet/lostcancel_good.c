// SPDX-License-Identifier: MIT
// Contexts that somebody frees: by defer, on every way out, by a helper or a goroutine that gets them for good, or later,
// by whoever they have been stored for or returned to.
#include <gofer.h>
#include <stdlib.h>

static int work(go_context *ctx)
{
    return go_context_err(ctx);
}

static int by_defer(go_context *parent)
{
    go_context *ctx = go_context_with_timeout(parent, GO_SECOND);
    defer(go_context_free, ctx);
    if (work(ctx))
        return -1;
    return work(ctx);
}

static int on_every_way_out(go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent);
    int err = work(ctx);
    if (err) {
        go_context_free(ctx);
        return err;
    }
    go_context_cancel(ctx);
    go_context_free(ctx);
    return 0;
}

static go_context *returned(go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent);
    work(ctx);
    return ctx;
}

struct server {
    go_context *ctx;
};

static void stored(struct server *s, go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent);
    s->ctx = ctx;
}

static void stored_at_once(struct server *s, go_context *parent)
{
    s->ctx = go_context_with_cancel(parent);
}

static void owner(go_context *ctx)
{
    defer(go_context_free, ctx);
    work(ctx);
}

static void handed_to_a_goroutine(go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent);
    go(owner, go_context_ref(ctx));
    go_context_free(ctx);
    go_context *other = go_context_with_cancel(parent);
    go(owner, other);
}

static void by_goto(go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent);
    if (work(ctx))
        goto out;
    work(ctx);
out:
    go_context_free(ctx);
}

static int only_if_made(go_context *parent, bool limited)
{
    go_context *ctx = NULL;
    if (limited)
        ctx = go_context_with_timeout(parent, GO_SECOND);
    int err = work(ctx ? ctx : parent);
    if (ctx)
        go_context_free(ctx);
    return err;
}

static int by_a_flag(go_context *parent, bool limited)
{
    go_context *ctx = limited ? go_context_with_timeout(parent, GO_SECOND) : parent;
    int err = work(ctx);
    if (limited)
        go_context_free(ctx);
    return err;
}

static int by_a_flag_set_later(go_context *parent, bool limited)
{
    go_context *ctx = parent;
    bool owned = false;
    if (limited) {
        ctx = go_context_with_timeout(parent, GO_SECOND);
        owned = true;
    }
    int err = work(ctx);
    if (owned)
        go_context_free(ctx);
    return err;
}

static void twice_here(go_context *parent)
{
    go_context *ctx = go_context_with_cancel(parent);
    go(work, go_context_ref(ctx));
    go_context_free(ctx);
    go_context_free(ctx);
}

static void each_round(go_context *parent)
{
    for (int i = 0; i < 3; i++) {
        go_context *ctx = go_context_with_timeout(parent, GO_SECOND);
        defer(go_context_free, ctx);
        if (work(ctx))
            continue;
        work(ctx);
    }
}

static void sent(chan(go_context *) c, go_context *parent)
{
    chan_send(c, go_context_with_cancel(parent));
}

static void end_both(go_context *a, go_context *b)
{
    go_context_free(a);
    go_context_free(b);
}

static void by_a_helper(go_context *parent)
{
    go_context *a = go_context_with_cancel(parent), *b = go_context_with_cancel(a);
    work(b);
    end_both(a, b);
}

static int in_both_branches(go_context *parent, bool quick)
{
    go_context *ctx;
    if (quick)
        ctx = go_context_with_timeout(parent, GO_MILLISECOND);
    else
        ctx = go_context_with_cancel(parent);
    defer(go_context_free, ctx);
    return work(ctx);
}

static go_context *shared;

static int by_choice_and_freed_by_the_same(go_context *parent, bool own)
{
    go_context *ctx = own ? go_context_with_cancel(parent) : parent;
    int err = work(ctx);
    if (own)
        go_context_free(ctx);
    return err;
}

int main(void)
{
    go_context *until_the_end = go_context_with_cancel(go_context_background());
    defer(go_context_cancel, until_the_end);
    struct server s;
    go_context *root = go_context_background();
    chan(go_context *) c = chan_make(go_context *, 1);
    shared = go_context_with_cancel(root);
    by_defer(root);
    on_every_way_out(root);
    go_context_free(returned(root));
    stored(&s, root);
    stored_at_once(&s, root);
    handed_to_a_goroutine(root);
    by_goto(root);
    only_if_made(root, true);
    by_a_flag(root, true);
    by_a_flag_set_later(root, true);
    twice_here(root);
    each_round(root);
    sent(c, root);
    by_a_helper(root);
    in_both_branches(root, true);
    by_choice_and_freed_by_the_same(root, true);
    return 0;
}
