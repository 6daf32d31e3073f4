// SPDX-License-Identifier: MIT
// Contexts that a signal ends: one with a channel that listens, and a goroutine of the runtime's that waits for whichever
// ends first. The channel goes on listening after the end, so that a second signal is taken in; it stops when the
// program cancels the context or drops its last reference.
#include "context/context.h"
#include "signal/signal.h"

#include <gofer/select.h>

struct signal_context {
    go_context base;
    GO_CHAN(int) signals; // [const] a reference
};

static struct signal_context *of_context(go_context *c)
{
    return gf_container_of(c, struct signal_context, base);
}

static void stop_listening(go_context *c)
{
    go_signal_stop_((struct go_chan *)of_context(c)->signals);
}

static void drop_channel(go_context *c)
{
    go_chan_free(of_context(c)->signals);
}

static const struct gf_context_class signal_class = {.released = stop_listening,
                                                     .freed = drop_channel};

static void end_at_the_first(struct signal_context *c)
{
    int sig;
    go_select {
        case_recv(c->signals, &sig) {
            gf_context_end(&c->base, -ECANCELED, GO_ESIGNAL(sig));
        }
        case_done(&c->base) {}
    }
    gf_context_unref(&c->base);
}

static void start_watching(struct signal_context *c)
{
    gf_add_relaxed(&c->base.refs, 1); // relaxed: nobody else has it yet
    struct go_call call = {.fn = (void *)end_at_the_first, .reg = {(uint64_t)(uintptr_t)c}};
    struct m *m = gf_enter();
    gf_spawn(m, &call, NULL, NULL, true);
    gf_leave(m);
}

go_context *go_signal_context_(go_context *parent, const int *sigs, size_t n)
{
    struct signal_context *c = gf_context_new(sizeof *c, parent, &signal_class);
    c->signals = GO_CHAN_MAKE(int, 1);
    go_signal_notify_((struct go_chan *)c->signals, sigs, n);
    gf_context_attach(&c->base);
    start_watching(c);
    return &c->base;
}
