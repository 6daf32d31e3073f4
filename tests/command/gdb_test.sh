#!/bin/sh
# gdb knows goroutines: `info goroutines` and `goroutine N COMMAND`, in a live process and in core files, for programs
# linked with either library. The commands come out of the program itself. The goroutines are in every state there is:
# on the thread that stopped, on another one, parked, parked in a function of gofer's, and not yet run.
. "$(dirname "$0")/lib.sh" "$@"

can_gdb || exit 77
debug() {
    timeout 120 gdb -nx -q -batch -iex 'set debuginfod enabled off' -iex "set auto-load safe-path /" "$@"
}
cat >states.c <<'C'
#include <gofer.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_bool computes;

static int await(recv_chan(int) in, int token)
{
    int plus = token + 1;
    return chan_recv(in) + plus;
}

static void compute(void)
{
    go_set_name("cruncher");
    atomic_store(&computes, true);
    for (volatile int i = 0;; i++)
        ;
}

static void unused(int n)
{
    (void)n;
}

__attribute__((noinline)) void stop_here(bool crash)
{
    if (crash)
        abort();
}

int main(int argc, char **argv)
{
    (void)argv;
    chan(int) never = chan_make(int);
    go_maxprocs(1);
    go(await, never, 41);
    go(go_sleep, GO_HOUR);
    go_yield(); // both have their turn, and wait
    go_maxprocs(2);
    go(compute);
    while (!atomic_load(&computes))
        go_yield();
    go(unused, 1);
    stop_here(argc > 1);
    return 0;
}
C
# A processor that is taken from the thread that has stopped, while gdb stops the others, may run what is to be seen
# waiting: then again, with a new core file if that is where we look ($make_core). On a busy machine that takes gdb long, and
# happens more often than not.
make_core=:
commands() {
    tries=0
    until $make_core && run_commands "$@" && grep -q 'has not run yet' "$work/out" || [ "$tries" -eq 30 ]; do
        tries=$((tries + 1))
    done
}

run_commands() {
    debug "$@" -ex 'python print("selected: " + gdb.selected_frame().name())' -ex 'info goroutines' -ex 'goroutine 2' \
        -ex 'goroutine 2 frame apply all -q info locals' -ex 'goroutine all bt 20' -ex 'goroutine 99' \
        -ex 'goroutine two' -ex 'python print("selected: " + gdb.selected_frame().name())' >"$work/out" 2>"$work/err"
}

shows_all() {
    says out '^\* 1 +\[(running|syscall)\] (stop_here|main) at .*states.c:[0-9]+$'
    says out '^  2 +\[chan receive\] await at .*states.c:10$'
    says out '^  [0-9]+ +\[sleep\] go_sleep at '
    says out '^  [0-9]+ +"cruncher" \[running\] compute at .*states.c:1[7-9]$'
    says out '^  [0-9]+ +\[runnable\] unused at .*states.c:2[1-3] \(has not run yet\)$'
    says out '^#[0-9]+ .* await \(in=.*, token=41\) at .*states.c:10$'
    says out '^plus = 42$'
    says out '^created by main at .*states.c:38 in goroutine 1$'
    says out '^goroutine [0-9]+ "cruncher" \[running\]:$'
    [ "$(grep -c '^goroutine 2 \[chan receive\]:$' "$work/out")" -eq 3 ] || fail "goroutine 2 not three times"
    stacks=$(awk '/^goroutine [0-9]+ / { getline; n += $1 == "#0" } END { print n }' "$work/out")
    [ "$stacks" -eq 5 ] || fail "$stacks stacks, not five, begin with number 0"
    [ "$(grep '^selected: ' "$work/out" | uniq -c | awk '{ print $1 }')" = 2 ] || fail "another frame is selected"
    says err '^there is no goroutine 99$'
    says err '^usage: goroutine N'
    ! grep -q 'Python Exception' "$work/err" || fail "an exception in Python"
}

# Nobody is preempted.
export GOFER_DEBUG=preempt=1000000000

# Live, with the static library; and what gdb itself keeps of that. (Its core files lack what lies beside a guard that the
# kernel keeps, so the guards are mappings here.)
CFLAGS=-O0 expect 0 "$gofer" build -o states states.c
commands -ex 'break stop_here' -ex run ./states
shows_all
keep_core() {
    expect 0 env GOFER_DEBUG=$GOFER_DEBUG,noguardinstall timeout 120 gdb -nx -q -batch \
        -iex 'set debuginfod enabled off' -ex 'break stop_here' -ex run -ex 'generate-core-file kept' ./states
}
make_core=keep_core
commands ./states kept
shows_all

# A core file of the kernel's, where it writes them into the current directory.
if [ "$(cat /proc/sys/kernel/core_pattern)" = core ] && ulimit -c unlimited; then
    crash() {
        rm -rf crash
        mkdir crash
        { (cd crash && exec ../states crash); } >/dev/null 2>&1
        mv crash/core* crash/kept
    }
    make_core=crash
    commands ./states crash/kept
    shows_all
fi
make_core=:

# With the shared library, which brings the commands along.
gcc -std=gnu11 -g -O0 -I"$source/include" states.c -o shared -L"$build" -lgofer -Wl,-rpath,"$build" -pthread ||
    fail "cannot link with libgofer.so"
ldd shared | grep -q libgofer.so || fail "not linked with libgofer.so"
commands -ex 'break stop_here' -ex run ./shared
shows_all

# Before the start there is nothing to show, and of another program nothing to tell.
expect 1 debug -ex 'info goroutines' ./states
says err 'there is no process, and no core file'
