// SPDX-License-Identifier: MIT
// Contexts: a tree of "until when" that goes from caller to callee. A context ends by its own cancel, at its deadline,
// or with its parent, and then its done channel is closed and it says why; values for the whole tree below travel with
// it. Pass one as the first argument of whatever blocks or takes long.
//
//     go_context *ctx = go_context_with_timeout(parent, 2 * GO_SECOND);
//     defer(go_context_free, ctx);
//     go_select {
//         case_recv(answers, &answer) { … }
//         case_done(ctx) {
//             return go_context_err(ctx);
//         }
//     }
//
// References. A new context is one reference of the program's; go_context_ref takes another. Dropping the last one
// with go_context_free cancels the context, as Go's `defer cancel()` does: what was derived from it ends, its parent
// does not. So a context with a value, or one without cancel, ends what was derived from it when it is freed. A child
// keeps its parents' memory, not their life: contexts may be freed in any order. What a call gets as an argument is
// the caller's reference; take one of your own to keep it.
//
// Errors are numbers: -ECANCELED for "context canceled", -ETIMEDOUT for "context deadline exceeded".
//
// All of these may be called from goroutines and foreign threads, by several at once, and none blocks.
#ifndef GOFER_CONTEXT_H
#define GOFER_CONTEXT_H

#include <gofer/chan.h>
#include <gofer/time.h>

GO_BEGIN_DECLS

typedef struct go_context go_context;

// Returns the root of all contexts: it never ends, has no value and no deadline. Needs no freeing; that is allowed.
// The second one marks a place that has no better context yet.   Go: context.Background, context.TODO
GO_API go_context *go_context_background(void);
GO_API go_context *go_context_todo(void);

// --- Deriving: each returns a context that ends with the parent, at once if that has ended ---
//
// Owns: the caller, until go_context_free.   Errors: fatal when no memory is left.
// Panics: "cannot create context from nil parent".

// Derives a context that go_context_cancel can end. The second name is the same function.
// Go: context.WithCancel, context.WithCancelCause
GO_API go_context *go_context_with_cancel(go_context *parent);
#define go_context_with_cancel_cause(parent) go_context_with_cancel(parent)

// Derives a context that besides ends, with -ETIMEDOUT, when d is over or at the moment t; the parent's deadline
// counts if it is earlier. It has ended already if that moment is past.
// Go: context.WithTimeout, context.WithDeadline
GO_API go_context *go_context_with_timeout(go_context *parent, go_duration d);
GO_API go_context *go_context_with_deadline(go_context *parent, go_time t);

// The same with a cause, which counts only if this deadline is what ends the context; 0 is none.
// Go: context.WithTimeoutCause, context.WithDeadlineCause
GO_API go_context *go_context_with_timeout_cause(go_context *parent, go_duration d, int err);
GO_API go_context *go_context_with_deadline_cause(go_context *parent, go_time t, int err);

// Derives a context that carries a value for those below. Keys are compared by address: use that of a static object.
// Panics: "nil key".   Owns: the value is the caller's.   Go: context.WithValue
GO_API go_context *go_context_with_value(go_context *parent, const void *key, void *value);

// Derives a context that has the parent's values and nothing else of it: neither its end nor its deadline.
// Go: context.WithoutCancel
GO_API go_context *go_context_without_cancel(go_context *parent);

// --- References ---

// Takes another reference and returns ctx; drops one, and with the last one cancels the context. NULL is allowed.
GO_API go_context *go_context_ref(go_context *ctx);
GO_API void go_context_free(go_context *ctx);

// --- Ending ---

// Ends ctx with -ECANCELED, and all that was derived from it, before it returns: all their done channels are closed
// by then. Only the first end counts. Ends a background never.   Go: the CancelFunc
GO_API void go_context_cancel(go_context *ctx);

// The same with a cause, a negative errno; 0 is none.   Go: the CancelCauseFunc
GO_API void go_context_cancel_cause(go_context *ctx, int err);

// --- Asking ---

// Returns the channel that is closed when ctx ends; NULL if it never does. Made at the first call.
// Owns: ctx; take a chan_ref to keep it beyond.   Memory: the cancel happens before a receive that reports the close.
// Go: Context.Done
GO_API GO_RECV_CHAN(go_unit) go_context_done(go_context *ctx);

// Returns 0 while ctx lives; then -ECANCELED or -ETIMEDOUT, and its done channel is closed.   Go: Context.Err
GO_API int go_context_err(go_context *ctx);

// Returns 0 while ctx lives; then the cause of whatever ended it first, its own or inherited; without one, what
// go_context_err returns.   Go: context.Cause
GO_API int go_context_cause(go_context *ctx);

// Returns whether ctx has a deadline, its own or an ancestor's, and stores the earliest in *t unless t is NULL.
// Go: Context.Deadline
GO_API bool go_context_deadline(go_context *ctx, go_time *t);

// Returns the value of this key: the innermost one, NULL if there is none.   Go: Context.Value
GO_API void *go_context_value(go_context *ctx, const void *key);

// --- A function to be called at the end ---

typedef struct go_after_stop go_after_stop;

// go_context_after_func(ctx, f, args…): calls f(args…) in a goroutine of its own once ctx has ended, at once if it has
// already; a cancel does not wait for it. The arguments, 0 to 8, are evaluated here and now.
// Returns a handle.   Owns: the caller, until go_after_stop_free.   Go: context.AfterFunc
#define go_context_after_func(ctx, f, ...) GO_CONTEXT_AFTER_(GO_UID, ctx, f, ##__VA_ARGS__)

// Keeps f from being called; returns whether this call did: false if f has been started or stopped before.
// Go: the stop function of context.AfterFunc
GO_API bool go_after_stop_call(go_after_stop *h);

// Frees the handle, and lets f run. NULL is allowed.
GO_API void go_after_stop_free(go_after_stop *h);

// --- Errors as text ---

// The cause of a context that a signal has ended; outside the range of errno.
#define GO_ESIGNAL(sig) (-(GO_ESIGNAL_BASE_ + (sig)))
#define GO_ESIGNAL_BASE_ 0x10000

// Returns the words for an error: "context canceled", "context deadline exceeded", "interrupt signal received", and
// the system's for all others. Never NULL.   Owns: nobody, the text is constant.   From: signal handlers too.
GO_API const char *go_strerror(int err);

// What the macro is made of.
#define GO_CONTEXT_AFTER_(id, ctx, f, ...)                                                         \
    go_context_after_func_((ctx), GO_BIND_KEEP(id, f, ##__VA_ARGS__))

GO_API go_after_stop *go_context_after_func_(go_context *ctx, struct go_kept_call call);

GO_END_DECLS

#endif
