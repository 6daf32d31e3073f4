// SPDX-License-Identifier: MIT
// The poller's system calls: epoll, edge-triggered, and an eventfd that ends a wait. Waits go by an absolute
// deadline in nanoseconds (epoll_pwait2, Linux 5.11); where the kernel lacks it, in milliseconds rounded up.
// The breaker's descriptor is known by its tag, BREAKER_TAG, which no registration uses. It is level-triggered, and only
// who sleeps empties it: a thread that merely looks, at the same time, must not take it from the one that it is for.
#include "base/atomic.h"
#include "base/sanitize.h"
#include "os/os.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_EVENTS = 128 };
static const uint64_t BREAKER_TAG = UINT64_MAX;

// The breaker of the one poller that there is.
static int breaker = -1;
static _Atomic(bool) has_no_pwait2;

int gf_os_event_open(void)
{
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return event >= 0 ? event : -errno;
}

void gf_os_event_raise(int event)
{
    uint64_t one = 1;
    int saved = errno;
    (void)!write(event, &one, sizeof one);
    errno = saved;
}

int gf_os_poller_open(void)
{
    int poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0)
        return -errno;
    breaker = gf_os_event_open();
    struct epoll_event e = {.events = EPOLLIN, .data.u64 = BREAKER_TAG};
    if (breaker < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, breaker, &e) < 0) {
        int error = breaker < 0 ? -breaker : errno;
        if (breaker >= 0)
            close(breaker);
        close(poller);
        return -error;
    }
    return poller;
}

static int control(int poller, int operation, int fd, uint64_t tag)
{
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET,
                            .data.u64 = tag};
    gf_hb_release(&breaker); // the kernel orders it: pairs with gf_os_poller_wait
    return epoll_ctl(poller, operation, fd, &e) == 0 ? 0 : -errno;
}

int gf_os_poller_add(int poller, int fd, uint64_t tag)
{
    return control(poller, EPOLL_CTL_ADD, fd, tag);
}

int gf_os_poller_renew(int poller, int fd, uint64_t tag)
{
    return control(poller, EPOLL_CTL_MOD, fd, tag);
}

static int wait_milliseconds(int poller, struct epoll_event *e, int max, int64_t left)
{
    int64_t ms = left == INT64_MAX ? -1 : left / 1000000 + (left % 1000000 != 0);
    return epoll_wait(poller, e, max, ms > INT_MAX ? INT_MAX : (int)ms);
}

static int wait_nanoseconds(int poller, struct epoll_event *e, int max, int64_t left)
{
    struct timespec t = {left / 1000000000, left % 1000000000};
    return (int)syscall(SYS_epoll_pwait2, poller, e, max, left == INT64_MAX ? NULL : &t, NULL, 0);
}

static int wait_any(int poller, struct epoll_event *e, int max, int64_t left)
{
    // Relaxed: a thread that learns it late only asks the kernel once more.
    if (left == 0 || gf_load_relaxed(&has_no_pwait2))
        return wait_milliseconds(poller, e, max, left);
    int n = wait_nanoseconds(poller, e, max, left);
    if (n < 0 && errno == ENOSYS) {
        gf_store_relaxed(&has_no_pwait2, true);
        n = wait_milliseconds(poller, e, max, left);
    }
    return n;
}

// In more than one sleep where none may be long: see gf_take_signals.
static int wait_patiently(int poller, struct epoll_event *e, int max, int64_t left)
{
    for (;;) {
        int64_t slice = left < GF_LONGEST_SLEEP ? left : GF_LONGEST_SLEEP;
        gf_take_signals();
        int n = wait_any(poller, e, max, slice);
        if (n != 0 || slice == left)
            return n;
        if (left != INT64_MAX)
            left -= slice;
    }
}

static uint32_t to_poll_events(uint32_t e)
{
    uint32_t events = 0;
    if (e & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        events |= POLLIN;
    if (e & (EPOLLOUT | EPOLLHUP | EPOLLERR))
        events |= POLLOUT;
    if (e & EPOLLERR)
        events |= POLLERR;
    if (e & EPOLLHUP)
        events |= POLLHUP;
    if (e & EPOLLRDHUP)
        events |= POLLRDHUP;
    if (e & EPOLLPRI)
        events |= POLLPRI;
    return events;
}

static void empty_breaker(void)
{
    uint64_t drained;
    (void)!read(breaker, &drained, sizeof drained);
}

int gf_os_poller_wait(int poller, struct gf_os_event *events, int max, int64_t deadline)
{
    struct epoll_event e[MOST_EVENTS];
    int64_t left = deadline;
    if (deadline != 0 && deadline != INT64_MAX) {
        left = deadline - gf_os_now();
        if (left < 0)
            left = 0;
    }
    int n = wait_patiently(poller, e, max < MOST_EVENTS ? max : MOST_EVENTS, left), out = 0;
    gf_hb_acquire(&breaker);
    for (int i = 0; i < n; i++) {
        if (e[i].data.u64 != BREAKER_TAG)
            events[out++] = (struct gf_os_event){e[i].data.u64, to_poll_events(e[i].events)};
        else if (deadline != 0)
            empty_breaker();
    }
    return out;
}

void gf_os_poller_break(int poller)
{
    (void)poller;
    gf_os_event_raise(breaker);
}
