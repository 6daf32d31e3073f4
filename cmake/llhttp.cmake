# llhttp, the HTTP/1 parser of src/http: Debian's node-llhttp ships it as three C sources and a header, which are compiled
# into libgofer in strict mode, their names prefixed with gf_, so that a program may carry an llhttp of its own. The
# generated http/llhttp.h renames every identifier and then includes the original.
find_path(GOFER_LLHTTP_SOURCES llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED
                                        DOC "Directory of llhttp's sources (Debian: node-llhttp)")
find_path(GOFER_LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include/llhttp NO_DEFAULT_PATH REQUIRED
                                        DOC "Directory of llhttp.h (Debian: node-llhttp)")

set(GOFER_GENERATED ${CMAKE_BINARY_DIR}/generated)
set(names)
foreach(file ${GOFER_LLHTTP_SOURCES}/api.c ${GOFER_LLHTTP_SOURCES}/http.c ${GOFER_LLHTTP_SOURCES}/llhttp.c
             ${GOFER_LLHTTP_INCLUDE}/llhttp.h)
  file(READ ${file} text)
  string(REGEX MATCHALL "llhttp_[a-z0-9_]+" found "${text}")
  list(APPEND names ${found})
  list(REMOVE_DUPLICATES names)
endforeach()
set(text "#ifndef GF_HTTP_LLHTTP_H\n#define GF_HTTP_LLHTTP_H\n")
foreach(name ${names})
  string(APPEND text "#define ${name} gf_${name}\n")
endforeach()
string(APPEND text "#include <llhttp.h>\n#endif\n")
file(CONFIGURE OUTPUT ${GOFER_GENERATED}/http/llhttp.h CONTENT "${text}" @ONLY)

add_library(gofer_llhttp OBJECT ${GOFER_LLHTTP_SOURCES}/api.c ${GOFER_LLHTTP_SOURCES}/http.c
                                ${GOFER_LLHTTP_SOURCES}/llhttp.c)
target_compile_definitions(gofer_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
target_include_directories(gofer_llhttp SYSTEM PUBLIC ${GOFER_LLHTTP_INCLUDE} ${GOFER_GENERATED})
target_compile_options(gofer_llhttp PRIVATE -w -include ${GOFER_GENERATED}/http/llhttp.h)
set_target_properties(gofer_llhttp PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
if(GOFER_LTO AND NOT CMAKE_C_COMPILER_ID MATCHES Clang)
  target_compile_options(gofer_llhttp PRIVATE -ffat-lto-objects)
endif()
