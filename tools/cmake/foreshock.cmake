# What all our own targets share: warnings, floating point, include root.

find_program(FORESHOCK_CCACHE ccache)
if(FORESHOCK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # With paths taken from the checkout on, another checkout on the same machine finds what this one has compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${FORESHOCK_CCACHE})
endif()

# Whether some sanitizer watches this build.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  set(FORESHOCK_SANITIZED TRUE)
else()
  set(FORESHOCK_SANITIZED FALSE)
endif()

add_library(foreshock_options INTERFACE)
target_compile_options(foreshock_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Wno-gnu-statement-expression> # in macros of librdkafka
  -ffp-contract=off # the same numbers on every machine, with or without fused multiply-add
)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # These see bugs in correct use of std::string, std::sort and std::regex once GCC has inlined them (its bug 105651 and
  # kin). The sanitizer builds watch the same bounds at run time.
  target_compile_options(foreshock_options INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
  if(FORESHOCK_SANITIZED)
    target_compile_options(foreshock_options INTERFACE -Wno-maybe-uninitialized -Wno-tsan)
  endif()
endif()
target_include_directories(foreshock_options INTERFACE ${PROJECT_SOURCE_DIR})

# Sources of a folder, found again at every build. Further arguments are regular expressions of what to leave out.
function(foreshock_sources variable folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  foreach(pattern IN LISTS ARGN)
    list(FILTER sources EXCLUDE REGEX ${pattern})
  endforeach()
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()

# The static library of one folder: foreshock_engine, also known as foreshock::engine.
function(foreshock_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  if(NOT SOURCES IN_LIST ARGN)
    foreshock_sources(arg_SOURCES ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  if(NOT arg_SOURCES)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp "")
    set(arg_SOURCES ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
  endif()
  add_library(foreshock_${name} STATIC ${arg_SOURCES})
  add_library(foreshock::${name} ALIAS foreshock_${name})
  target_link_libraries(foreshock_${name} PUBLIC foreshock_options ${arg_LINK})
endfunction()
