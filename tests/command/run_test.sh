#!/bin/sh
# gofer run: arguments, exit status and signals are the program's; errors leave nothing behind.
. "$(dirname "$0")/lib.sh" "$@"

cat >args.c <<'C'
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>

static void twice(chan(int) c, int n)
{
    chan_send(c, 2 * n);
}

int main(int argc, char **argv)
{
    chan(int) c = chan_make(int);
    go(twice, c, argc);
    printf("%s %d\n", argv[0], chan_recv(c));
    chan_free(c);
    for (int i = 1; i < argc; i++)
        printf("<%s>\n", argv[i]);
    return argc > 1 ? atoi(argv[1]) : 0;
}
C
expect 7 "$gofer" run args.c 7 'two words' -race ''
printf 'args 10\n<7>\n<two words>\n<-race>\n<>\n' | cmp -s - "$work/out" || fail "arguments are not passed on"
[ ! -s "$work/err" ] || fail "speaks on standard error"

# Standard input is the program's.
printf '#include <stdio.h>\nint main(void) { return getchar(); }\n' >input.c
echo A | "$gofer" run input.c
[ $? -eq 65 ] || fail "standard input does not reach the program"

# A program that dies of a signal: the shell sees the signal itself.
printf '#include <signal.h>\nint main(void) { raise(SIGTERM); return 0; }\n' >term.c
expect 143 "$gofer" run term.c

# The same file by another path, and from another directory.
mkdir sub
(cd sub && expect 3 "$gofer" run ../args.c 3) || exit 1
expect 3 "$gofer" run "$PWD/args.c" 3
rm -rf "$work/cache" sub args.c input.c term.c

echo 'int main(void) { return nosuch; }' >bad.c
expect 1 "$gofer" run bad.c
says err "bad.c:1:.*'?nosuch"
says err '^gofer run: bad.c does not compile$'
nothing_left bad.c

echo 'int nosuch(void); int main(void) { return nosuch(); }' >bad.c
expect 1 "$gofer" run bad.c
says err '^gofer run: bad.c does not link$'
nothing_left bad.c

# The flags that make a wrong argument of go() an error are there.
cat >bad.c <<'C'
#include <gofer.h>
static void f(char *s) { (void)s; }
int main(void) { const char *s = ""; go(f, s); return 0; }
C
expect 1 "$gofer" run bad.c
says err 'discard'
CC=clang
export CC
command -v clang >/dev/null && { expect 1 "$gofer" run bad.c; says err 'discard'; }
CC="$work/nosuch"
expect 1 "$gofer" run bad.c
says err 'cannot start the compiler'
unset CC
nothing_left bad.c

# An interrupt while the compiler runs: the command dies of it, and leaves nothing.
mkfifo "$work/fifo"
cat >"$work/slowcc" <<'C'
#!/bin/sh
case $1 in --version) exec gcc --version ;; esac
echo compiling >"${0%/*}/fifo"
exec sleep 60
C
chmod +x "$work/slowcc"
CC="$work/slowcc" "$gofer" run bad.c 2>"$work/err" &
pid=$!
read -r line <"$work/fifo" && [ "$line" = compiling ] || fail "the compiler was not started"
kill -TERM "$pid"
wait "$pid"
[ $? -eq 143 ] || fail "a terminated command does not die of the signal"
nothing_left bad.c

# No place for the cache: says so.
rm bad.c
echo 'int main(void) { return 0; }' >ok.c
expect 1 env -u XDG_CACHE_HOME -u HOME "$gofer" run ok.c
says err 'XDG_CACHE_HOME'
echo file >"$work/file"
expect 1 env XDG_CACHE_HOME="$work/file" "$gofer" run ok.c
says err 'Not a directory'

# A shell ignores SIGQUIT for what it puts into the background: the report on request comes none the less.
cat >hangs.c <<'C'
#include <gofer.h>
#include <stdio.h>

int main(void)
{
    go_yield();
    puts("ready");
    fflush(stdout);
    go_sleep(GO_HOUR);
    return 0;
}
C
expect 0 "$gofer" build hangs.c
./hangs >"$work/out" 2>"$work/err" &
hangs=$!
until grep -q ready "$work/out"; do sleep 0.1; done
kill -QUIT "$hangs"
wait "$hangs"
[ $? -eq 2 ] || fail "SIGQUIT in the background is not answered with status 2"
says err '^SIGQUIT: quit$'
says err '^goroutine 1 \[sleep\]:$'
