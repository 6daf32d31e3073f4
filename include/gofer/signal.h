// SPDX-License-Identifier: MIT
// Signals as values on channels. With no listener a signal has the effect that the system, or the program by sigaction,
// has given it, for every signal; a listener replaces the system's default, not the program's own handler, which is
// called as well. Three stay the runtime's: memory and arithmetic faults are panics, SIGURG that gofer sends itself is
// preemption, and SIGQUIT without a listener prints every goroutine and exits with status 2.
//
//     chan(int) signals = chan_make(int, 1);
//     go_signal_notify(signals, SIGINT, SIGTERM);
//     …
//     int sig = chan_recv(signals);
//     go_signal_stop(signals); // a second Ctrl-C kills
//
// Sending never waits: a channel without room misses the signal, so give it a buffer. Equal signals that come before the
// first of them is delivered are one, as in the system.
//
// A program that has a listener is not deadlocked: a signal may come. The numbers are those of <signal.h>; what cannot
// be caught (SIGKILL, SIGSTOP, no signal at all) is passed over in silence. Naming none means all, but for SIGURG, those
// of the C library, and the faults SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGTRAP, which have to be named; of a fault only
// one that was sent by kill comes.
//
// All of these may be called from goroutines and foreign threads, by several at once.
#ifndef GOFER_SIGNAL_H
#define GOFER_SIGNAL_H

#include <gofer/chan.h>
#include <gofer/context.h>
#include <signal.h>

GO_BEGIN_DECLS

// go_signal_notify(ch, sigs…): sends each of these signals to ch from now on, a chan(int) or send_chan(int), besides
// those that it gets already. A signal that was ignored is not any more. Any number of channels may listen to one signal.
// Panics: "os/signal: Notify using nil channel".   Owns: takes a reference to ch, until it gets no signal any more.
// Go: signal.Notify
#define go_signal_notify(ch, ...)                                                                  \
    __extension__({                                                                                \
        GO_CHECK_SEND(ch);                                                                         \
        _Static_assert(__builtin_types_compatible_p(GO_ELEM(ch), int),                             \
                       "gofer: a channel for signals carries int");                                \
        go_signal_notify_((struct go_chan *)(ch), GO_SIGNALS_(__VA_ARGS__));                       \
    })

// Sends no signal to ch any more: once this returns nothing is ever sent again, so ch may be closed. Signals that nobody
// else listens to have their former effect again; one that comes during the call is delivered or has that effect.
// Blocks: for signals that are just being delivered. May be bound by its name: defer(go_signal_stop, ch).
// Go: signal.Stop
#define go_signal_stop(ch)                                                                         \
    __extension__({                                                                                \
        GO_CHECK_SEND(ch);                                                                         \
        go_signal_stop_((struct go_chan *)(ch));                                                   \
    })

// go_signal_ignore(sigs…): takes these signals from all channels and ignores them.   Go: signal.Ignore
#define go_signal_ignore(...) go_signal_ignore_(GO_SIGNALS_(__VA_ARGS__))

// go_signal_reset(sigs…): takes these signals from all channels, and gives them the effect that the program gave them last,
// or that they came with: the program's handler, the default, or none if they were inherited as ignored.   Go: signal.Reset
#define go_signal_reset(...) go_signal_reset_(GO_SIGNALS_(__VA_ARGS__))

// Returns whether the signal is ignored now, by whoever's doing.   Go: signal.Ignored
GO_API bool go_signal_ignored(int sig);

// go_signal_context(parent, sigs…): derives a context that ends with the first of these signals, with the cause
// GO_ESIGNAL(sig). It takes later ones in, so that they have no other effect, until it is cancelled by the program or
// freed: then a second Ctrl-C kills.
// Panics: "cannot create context from nil parent".   Owns: the caller, until go_context_free.
// Go: signal.NotifyContext, whose stop function is go_context_cancel or go_context_free
#define go_signal_context(parent, ...) go_signal_context_((parent), GO_SIGNALS_(__VA_ARGS__))

// What the macros are made of: an array and the number of its elements, without the first one, which is there so that it
// is never empty.
#define GO_SIGNALS_(...)                                                                           \
    (const int[]){0, ##__VA_ARGS__}, sizeof((const int[]){0, ##__VA_ARGS__}) / sizeof(int) - 1

GO_API void go_signal_notify_(struct go_chan *c, const int *sigs, size_t n);
GO_API void go_signal_stop_(struct go_chan *c);
static inline void(go_signal_stop)(volatile void *ch)
{
    go_signal_stop_((struct go_chan *)ch);
}
GO_API void go_signal_ignore_(const int *sigs, size_t n);
GO_API void go_signal_reset_(const int *sigs, size_t n);
GO_API go_context *go_signal_context_(go_context *parent, const int *sigs, size_t n);

GO_END_DECLS

#endif
