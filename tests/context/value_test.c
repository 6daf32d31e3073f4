// SPDX-License-Identifier: MIT
// Values of contexts: found by the identity of their key from anywhere below, the inner one shadows the outer, even with
// NULL, and siblings do not see each other's.
#include "support/test.h"

static const char user[] = "key", other[] = "key";

TEST(value_is_found_by_the_identity_of_its_key_from_below)
{
    int value = 7;
    go_context *ctx = go_context_with_value(go_context_background(), user, &value);
    go_context *inner = go_context_with_cancel(ctx);
    go_context *innermost = go_context_with_value(inner, &value, NULL);
    CHECK(go_context_value(ctx, user) == &value);
    CHECK(go_context_value(innermost, user) == &value);
    CHECK(go_context_value(innermost, other) == NULL);
    CHECK(go_context_value(go_context_background(), user) == NULL);
    go_context_free(innermost);
    go_context_free(inner);
    go_context_free(ctx);
}

TEST(inner_value_shadows_the_outer_one_even_with_null)
{
    int outer = 1, inner = 2;
    go_context *a = go_context_with_value(go_context_background(), user, &outer);
    go_context *b = go_context_with_value(a, user, &inner);
    go_context *c = go_context_with_value(b, user, NULL);
    CHECK(go_context_value(a, user) == &outer);
    CHECK(go_context_value(b, user) == &inner);
    CHECK(go_context_value(c, user) == NULL);
    go_context_free(c);
    go_context_free(b);
    go_context_free(a);
}

TEST(null_key_panics_and_finds_nothing)
{
    EXPECT_RUNTIME_PANIC("nil key",
                         (void)go_context_with_value(go_context_background(), NULL, "x"));
    go_context *ctx = go_context_with_cancel(go_context_background());
    CHECK(go_context_value(ctx, NULL) == NULL);
    go_context_free(ctx);
}

TEST(values_stay_readable_after_the_end)
{
    int value = 3;
    go_context *ctx = go_context_with_value(go_context_background(), user, &value);
    go_context_cancel(ctx);
    CHECK_EQ(go_context_err(ctx), -ECANCELED);
    CHECK(go_context_value(ctx, user) == &value);
    go_context_free(ctx);
}
