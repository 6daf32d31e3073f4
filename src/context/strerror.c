// SPDX-License-Identifier: MIT
// Errors as text. Context errors and signals speak Go's words; everything else is the C library's, from the function
// that keeps no buffer, so that any thread and a signal handler may ask.
#include <gofer/context.h>
#include <signal.h>
#include <string.h>

_Static_assert(NSIG == 65, "the table has a text for each signal");

#define RECEIVED(words) words " signal received"

#define NUMBERED(n) [n] = RECEIVED("signal " #n)

static const char *const signals[] = {
    [SIGHUP] = RECEIVED("hangup"),
    [SIGINT] = RECEIVED("interrupt"),
    [SIGQUIT] = RECEIVED("quit"),
    [SIGILL] = RECEIVED("illegal instruction"),
    [SIGTRAP] = RECEIVED("trace/breakpoint trap"),
    [SIGABRT] = RECEIVED("aborted"),
    [SIGBUS] = RECEIVED("bus error"),
    [SIGFPE] = RECEIVED("floating point exception"),
    [SIGKILL] = RECEIVED("killed"),
    [SIGUSR1] = RECEIVED("user defined signal 1"),
    [SIGSEGV] = RECEIVED("segmentation fault"),
    [SIGUSR2] = RECEIVED("user defined signal 2"),
    [SIGPIPE] = RECEIVED("broken pipe"),
    [SIGALRM] = RECEIVED("alarm clock"),
    [SIGTERM] = RECEIVED("terminated"),
    // Go has no names for the rest.
    NUMBERED(16),
    NUMBERED(17),
    NUMBERED(18),
    NUMBERED(19),
    NUMBERED(20),
    NUMBERED(21),
    NUMBERED(22),
    NUMBERED(23),
    NUMBERED(24),
    NUMBERED(25),
    NUMBERED(26),
    NUMBERED(27),
    NUMBERED(28),
    NUMBERED(29),
    NUMBERED(30),
    NUMBERED(31),
    NUMBERED(32),
    NUMBERED(33),
    NUMBERED(34),
    NUMBERED(35),
    NUMBERED(36),
    NUMBERED(37),
    NUMBERED(38),
    NUMBERED(39),
    NUMBERED(40),
    NUMBERED(41),
    NUMBERED(42),
    NUMBERED(43),
    NUMBERED(44),
    NUMBERED(45),
    NUMBERED(46),
    NUMBERED(47),
    NUMBERED(48),
    NUMBERED(49),
    NUMBERED(50),
    NUMBERED(51),
    NUMBERED(52),
    NUMBERED(53),
    NUMBERED(54),
    NUMBERED(55),
    NUMBERED(56),
    NUMBERED(57),
    NUMBERED(58),
    NUMBERED(59),
    NUMBERED(60),
    NUMBERED(61),
    NUMBERED(62),
    NUMBERED(63),
    NUMBERED(64),
};

const char *go_strerror(int err)
{
    if (err == -ECANCELED)
        return "context canceled";
    if (err == -ETIMEDOUT)
        return "context deadline exceeded";
    if (err < GO_ESIGNAL(0) && err > GO_ESIGNAL(NSIG))
        return signals[GO_ESIGNAL(0) - err];
    const char *text = err <= 0 && err > GO_ESIGNAL(0) ? strerrordesc_np(-err) : NULL;
    return text ? text : "unknown error";
}
