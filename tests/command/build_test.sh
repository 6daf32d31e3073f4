#!/bin/sh
# gofer build: one and several files, the output's name, named libraries, sanitizers; on failure no output
# appears, and an older one stays.
. "$(dirname "$0")/lib.sh" "$@"

cat >main.c <<'C'
#include <gofer.h>
int part(chan(int) c);
int main(void)
{
    chan(int) c = chan_make(int, 1);
    chan_send(c, 41);
    int status = part(c);
    chan_free(c);
    return status;
}
C
printf '#include <gofer.h>\nint part(chan(int) c);\nint part(chan(int) c) { return chan_recv(c) + 1; }\n' >part.c
expect 0 "$gofer" build main.c part.c
expect 42 ./main
[ ! -s "$work/err" ] || fail "speaks on standard error"
rm main
expect 0 "$gofer" build -o out main.c part.c
expect 42 ./out
gcc -c part.c -I"$source/include" -o part.o && ar rc libpart.a part.o || fail "gcc"
expect 0 "$gofer" build -o out2 main.c libpart.a
expect 42 ./out2
[ "$(ls -A | tr '\n' ' ')" = 'libpart.a main.c out out2 part.c part.o ' ] || fail "leaves something: $(ls -A)"

cp out kept
for mistake in '#error no' 'int f(void) { return g(); } int main(void) { return 1; }'; do
    echo "$mistake" >part.c
    expect 1 "$gofer" build -o out main.c part.c
    cmp -s out kept || fail "a failed build touches the old program"
    expect 1 "$gofer" build -o fresh main.c part.c
    [ ! -e fresh ] || fail "a failed build leaves a program"
done
[ "$(ls -A | tr '\n' ' ')" = 'kept libpart.a main.c out out2 part.c part.o ' ] || fail "leaves something: $(ls -A)"
expect 2 "$gofer" build -o main.c main.c
expect 1 "$gofer" build -o . main.c
expect 1 "$gofer" build -o nosuch/out main.c

# Messages of several failing files are printed file by file.
for i in 1 2 3 4; do printf '#error a%s\n#error b%s\n' $i $i >bad$i.c; done
expect 1 "$gofer" build -o bad bad1.c bad2.c bad3.c bad4.c
[ "$(grep -oE '#error [ab][1-4]' "$work/err" | uniq | tr -d '\n')" = \
    '#error a1#error b1#error a2#error b2#error a3#error b3#error a4#error b4' ] || fail "messages are mixed"

cat >hash.c <<'C'
// What the line below asks for is linked.
// gofer: link libcrypto
#include <openssl/evp.h>
int main(void) { return EVP_get_digestbyname("SHA256") ? 0 : 1; }
C
expect 0 "$gofer" build hash.c
expect 0 ./hash
sed -i s/libcrypto/nosuchlibrary/ hash.c
expect 1 "$gofer" build hash.c
says err 'nosuchlibrary'

# Sanitizers find what they are there for.
printf '#include <stdlib.h>\nint main(void) { char *p = malloc(1); free(p); return *(volatile char *)p; }\n' >uaf.c
expect 0 "$gofer" build -asan uaf.c
./uaf >"$work/out" 2>"$work/err" && fail "a use after free goes unnoticed"
says err 'heap-use-after-free'
