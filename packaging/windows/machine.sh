# Where packages for Windows are made and tried: on Windows itself, or on Linux with mingw-w64 and wine.
# Sourced, not run.
# shellcheck shell=bash
#
#     on_windows              whether this is Windows (Git's bash)
#     windows_triple          the triple that is built for
#     windows_package EXT     the name of a package
#     plain PATH              a path as Windows's own programs take it, with slashes; on Linux as it is

on_windows() {
    [[ $(uname -s) == MINGW* || $(uname -s) == MSYS* ]]
}

windows_triple() {
    if on_windows; then
        echo x86_64-pc-windows-msvc
    else
        echo x86_64-pc-windows-gnu
    fi
}

windows_package() {
    echo "thawsum-$VERSION-windows-x86_64.$1"
}

plain() {
    if on_windows; then
        cygpath -m -- "$1"
    else
        echo "$1"
    fi
}

# Python's installer for Windows has no python3.exe.
# shellcheck disable=SC2034  # used by the scripts that source this
if command -v python3 >/dev/null; then PYTHON=python3; else PYTHON=python; fi
