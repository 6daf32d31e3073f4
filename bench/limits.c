// SPDX-License-Identifier: MIT
// What this machine allows at best, measured without the runtime: the scale on which the other figures
// are to be read. The switch is the barest there can be, callee-saved registers, stack pointer and a jump,
// entered from two call sites in turn, since a single one flatters the branch predictor. What takes two
// cores pins a thread to each; where there is only one, those lines are left out. Each figure is the
// median of several rounds, for one disturbed round says nothing about the machine.
#define _GNU_SOURCE // sched_setaffinity
#include "bench.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { ROUNDS = 9 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Reports the median of ROUNDS calls of measure.
static void report(const char *metric, double (*measure)(void))
{
    double values[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        values[i] = measure();
    qsort(values, ROUNDS, sizeof(values[0]), compare);
    bench_report(metric, values[ROUNDS / 2]);
}

// ---- Switch ----

// limits_switch(from, to): saves the callee-saved registers on the stack, the stack pointer in *from,
// takes to for the stack pointer, restores, and jumps to where that one left off.
//
//     rdi   where to keep the stack pointer       rsi   the stack pointer to take
//     rcx   the address to go on at, clobbered    all others are callee-saved or the caller's
void limits_switch(void **from, void *to);
__asm__(".text\n"
        ".p2align 4\n"
        ".type limits_switch, @function\n"
        "limits_switch:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    popq %rcx\n"
        "    jmp *%rcx\n"
        ".size limits_switch, .-limits_switch\n");

static void *main_sp, *peer_sp;

static void peer(void)
{
    for (;;) {
        limits_switch(&peer_sp, main_sp);
        limits_switch(&peer_sp, main_sp);
    }
}

static double measure_switch(void)
{
    enum { SWITCHES = 4000000, STACK = 65536, SAVED = 6 };
    static char stack[STACK] __attribute__((aligned(64)));
    // As peer's first switch away would leave it: six registers, peer's address, and, where a call
    // would have put it, a return address that is never used.
    void **top = (void **)(stack + STACK - 64);
    *--top = NULL;
    *--top = (void *)peer;
    peer_sp = top - SAVED;
    int64_t start = bench_now();
    for (int i = 0; i < SWITCHES / 4; i++) {
        limits_switch(&main_sp, peer_sp);
        limits_switch(&main_sp, peer_sp);
    }
    return bench_per_op(start, SWITCHES);
}

// ---- Instructions and system calls ----

static double measure_locked(void)
{
    enum { COUNT = 5000000 };
    static _Atomic long word;
    int64_t start = bench_now();
    for (int i = 0; i < COUNT; i++)
        atomic_fetch_add(&word, 1);
    return bench_per_op(start, COUNT);
}

static double measure_system_call(void)
{
    enum { COUNT = 200000 };
    int64_t start = bench_now();
    for (int i = 0; i < COUNT; i++)
        syscall(SYS_getppid);
    return bench_per_op(start, COUNT);
}

static double measure_page_fault(void)
{
    enum { PAGES = 4096 };
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = PAGES * page;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bench_check(p != MAP_FAILED && madvise(p, size, MADV_NOHUGEPAGE) == 0, "no memory");
    int64_t start = bench_now();
    for (size_t i = 0; i < PAGES; i++)
        *(volatile char *)(p + i * page) = 1;
    double ns = bench_per_op(start, PAGES);
    munmap(p, size);
    return ns;
}

// ---- Two threads ----

static struct {
    _Alignas(128) _Atomic int turn;
    _Alignas(128) int peer_cpu;
    long trips;
} pair;

static void pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    bench_check(sched_setaffinity(0, sizeof(set), &set) == 0, "sched_setaffinity");
}

// The first two processors this process may use; the second is -1 if there is only one.
static void find_cpus(int cpu[2])
{
    cpu_set_t set;
    bench_check(sched_getaffinity(0, sizeof(set), &set) == 0, "sched_getaffinity");
    cpu[0] = cpu[1] = -1;
    for (int i = 0, n = 0; i < CPU_SETSIZE && n < 2; i++)
        if (CPU_ISSET(i, &set))
            cpu[n++] = i;
}

static void spin_until(int turn)
{
    while (atomic_load_explicit(&pair.turn, memory_order_acquire) != turn)
        __builtin_ia32_pause();
}

static void sleep_until(int turn)
{
    int now;
    while ((now = atomic_load(&pair.turn)) != turn)
        syscall(SYS_futex, &pair.turn, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
}

static void hand_over(int turn)
{
    atomic_store_explicit(&pair.turn, turn, memory_order_release);
}

static void hand_over_and_wake(int turn)
{
    atomic_store(&pair.turn, turn);
    syscall(SYS_futex, &pair.turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *spinning_peer(void *unused)
{
    pin(pair.peer_cpu);
    for (long i = 0; i < pair.trips; i++) {
        spin_until(1);
        hand_over(0);
    }
    return unused;
}

static void *sleeping_peer(void *unused)
{
    pin(pair.peer_cpu);
    for (long i = 0; i < pair.trips; i++) {
        sleep_until(1);
        hand_over_and_wake(0);
    }
    return unused;
}

// The time of one way, once the peer has arrived on its core: trips round trips, two ways each.
static double measure_pair(void *(*peer_main)(void *), void (*hand)(int), void (*await)(int),
                           long trips)
{
    pthread_t thread;
    pair.trips = trips + 1;
    bench_check(pthread_create(&thread, NULL, peer_main, NULL) == 0, "pthread_create");
    hand(1);
    await(0);
    int64_t start = bench_now();
    for (long i = 0; i < trips; i++) {
        hand(1);
        await(0);
    }
    double ns = bench_per_op(start, 2 * trips);
    pthread_join(thread, NULL);
    return ns;
}

static double measure_cache_line(void)
{
    return measure_pair(spinning_peer, hand_over, spin_until, 50000);
}

static double measure_futex_wake(void)
{
    return measure_pair(sleeping_peer, hand_over_and_wake, sleep_until, 300);
}

int main(void)
{
    int cpu[2];
    find_cpus(cpu);
    report("switch", measure_switch);
    report("locked", measure_locked);
    report("system_call", measure_system_call);
    report("page_fault", measure_page_fault);
    pin(cpu[0]);
    pair.peer_cpu = cpu[0];
    report("futex_wake_same", measure_futex_wake);
    if (cpu[1] < 0)
        return 0;
    pair.peer_cpu = cpu[1];
    report("cache_line", measure_cache_line);
    report("futex_wake", measure_futex_wake);
    return 0;
}
