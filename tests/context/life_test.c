// SPDX-License-Identifier: MIT
// Who keeps a context: references of the program, of which the last one cancels; children, which keep their parents'
// memory and not their life; and the parent's list, which a child leaves at once. Freeing in any order, under the
// address sanitizer, and by whoever sees the end first.
#include "support/test.h"

TEST(dropping_the_last_reference_cancels_what_was_derived_and_not_the_parent)
{
    go_context *parent = go_context_with_cancel(go_context_background());
    go_context *ctx = go_context_with_cancel(parent), *child = go_context_with_cancel(ctx);
    CHECK(go_context_ref(ctx) == ctx);
    go_context_free(ctx);
    CHECK_EQ(go_context_err(child), 0);
    go_context_free(ctx);
    CHECK_EQ(go_context_err(child), -ECANCELED);
    CHECK_EQ(go_context_err(parent), 0);
    go_context_free(child);
    go_context_free(parent);
}

TEST(freed_value_context_ends_its_own_subtree_and_never_its_parent)
{
    int value = 1;
    go_context *parent = go_context_with_cancel(go_context_background());
    go_context *ctx = go_context_with_value(parent, &value, &value);
    go_context *child = go_context_with_value(ctx, &parent, parent);
    go_context_free(ctx);
    CHECK_EQ(go_context_err(child), -ECANCELED);
    CHECK(go_context_value(child, &value) == &value);
    CHECK_EQ(go_context_err(parent), 0);
    go_context_free(child);
    go_context_free(parent);
}

TEST(freed_context_without_cancel_ends_its_own_subtree)
{
    go_context *ctx = go_context_without_cancel(go_context_background());
    go_context *child = go_context_with_timeout(ctx, GO_HOUR);
    go_context_free(ctx);
    CHECK_EQ(go_context_err(child), -ECANCELED);
    go_context_free(child);
}

TEST(null_is_no_reference)
{
    CHECK(go_context_ref(NULL) == NULL);
    go_context_free(NULL);
}

// All orders of freeing a small tree of every kind: 6! of them.
enum { NODES = 6 };

static void make_tree(go_context **n)
{
    n[0] = go_context_with_cancel(go_context_background());
    n[1] = go_context_with_value(n[0], n, n);
    n[2] = go_context_with_timeout(n[1], GO_HOUR);
    n[3] = go_context_without_cancel(n[2]);
    n[4] = go_context_with_cancel(n[3]);
    n[5] = go_context_with_deadline(n[0], go_time_add(go_now(), GO_HOUR));
}

static void free_in_order(int permutation)
{
    go_context *n[NODES];
    int left[NODES] = {0, 1, 2, 3, 4, 5};
    make_tree(n);
    for (int count = NODES; count > 0; count--) {
        int i = permutation % count;
        permutation /= count;
        go_context_free(n[left[i]]);
        left[i] = left[count - 1];
    }
}

TEST(contexts_may_be_freed_in_any_order)
{
    for (int permutation = 0; permutation < 720; permutation++)
        free_in_order(permutation);
}

// Quadratic, and large, if the dead ones stayed in the list.
TEST(ended_child_leaves_its_parent_at_once)
{
    go_context *parent = go_context_with_cancel(go_context_background());
    for (int i = 0; i < 100000; i++) {
        go_context *child = go_context_with_cancel(parent);
        go_context_free(child);
    }
    go_context *kept = go_context_with_cancel(parent);
    go_time start = go_now();
    go_context_cancel(parent);
    CHECK(go_since(start) < GO_SECOND);
    CHECK_EQ(go_context_err(kept), -ECANCELED);
    go_context_free(kept);
    go_context_free(parent);
}

static void derive_and_free(go_context *parent, go_waitgroup *wg)
{
    for (int i = 0; i < 200; i++) {
        go_context *a = go_context_with_timeout(parent, i % 3 ? GO_HOUR : GO_MICROSECOND);
        go_context *b = go_context_with_value(a, &i, &i);
        if (i % 2)
            go_context_cancel(a);
        go_context_free(a);
        CHECK_EQ(go_context_err(b) == 0, 0);
        go_context_free(b);
    }
    go_waitgroup_done(wg);
}

TEST(many_derive_and_free_while_the_parent_is_cancelled)
{
    go_maxprocs(4);
    for (size_t round = 0; round < test_rounds(50); round++) {
        go_waitgroup wg = {0};
        go_context *parent = go_context_with_cancel(go_context_background());
        go_waitgroup_add(&wg, 4);
        for (int i = 0; i < 4; i++)
            go(derive_and_free, parent, &wg);
        go_yield();
        go_context_cancel(parent);
        go_waitgroup_wait(&wg);
        go_context_free(parent);
    }
}
