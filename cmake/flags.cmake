# Flags, in one place: what users compile with, what the library adds, and what each preset turns on.

# Mistakes in a bound call (`go(f, args…)`) show as these warnings; they are errors for every user.
# Each compiler has its own word for a dropped qualifier; clang's -Wincompatible-pointer-types covers it.
set(GOFER_USER_ERRORS -Werror=incompatible-pointer-types -Werror=int-conversion)
set(GOFER_USER_ERRORS_gcc -Werror=discarded-qualifiers)
set(GOFER_USER_ERRORS_clang -Werror=incompatible-pointer-types-discards-qualifiers
                            -Werror=incompatible-function-pointer-types)
# A frame larger than the guard below a stack is touched page by page, so that none jumps over it. Frames below a page
# are as without.
set(GOFER_USER_GUARD -fstack-clash-protection)
# What `gofer run` and `gofer build` compile with, next to the errors above.
set(GOFER_USER_CFLAGS -std=gnu11 -O2 -g ${GOFER_USER_GUARD})

set(GOFER_WARNINGS
    -Wall
    -Wextra
    -Wshadow
    -Wstrict-prototypes
    -Wmissing-prototypes
    -Wpointer-arith
    -Wundef
    -Wvla
    -Werror)

set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O${GOFER_OPTIMIZE} -g")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g")

# Compile options of the library and of its tests. Traces go by the compiler's tables; the sanitizers' own need frame
# pointers, which cost a hand-over 5% and a yield 9%, so only their builds have them.
add_library(gofer_options INTERFACE)
target_compile_options(gofer_options INTERFACE "$<$<COMPILE_LANGUAGE:C>:${GOFER_WARNINGS}>")
target_compile_definitions(gofer_options INTERFACE _GNU_SOURCE GF_DEBUG=$<BOOL:${GOFER_DEBUG}>)
if(CMAKE_C_COMPILER_ID MATCHES Clang)
  target_compile_options(gofer_options INTERFACE "$<$<COMPILE_LANGUAGE:C>:-Wthread-safety>")
endif()

if(GOFER_SANITIZE)
  add_compile_options(-fsanitize=${GOFER_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GOFER_SANITIZE})
  if(GOFER_SANITIZE MATCHES undefined)
    # A finding must fail the test that made it, not scroll by.
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

if(GOFER_LTO)
  add_compile_options(-flto)
  add_link_options(-flto)
  if(CMAKE_C_COMPILER_ID MATCHES Clang)
    add_link_options(-fuse-ld=lld)
  else()
    # One job a processor; without it gcc says so at every link.
    add_compile_options(-flto=auto)
    add_link_options(-flto=auto)
  endif()
endif()

if(GOFER_STATIC)
  # dlopen and getaddrinfo in a static program make the linker warn; that is the user's choice here.
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  # libdw whole: the library has only weak references to it, which pull nothing out of an archive (debug/dwarf.c).
  set(GOFER_EXE_LINK_OPTIONS
      -static "LINKER:--whole-archive,-ldw,--no-whole-archive,-lelf,-lz,-llzma,-lbz2")
endif()
