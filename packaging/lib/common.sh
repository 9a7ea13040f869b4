# What building and testing packages share. Sourced, not run.
# shellcheck shell=bash
#
#     ROOT PACKAGES WORK VERSION    the repository, where packages go, scratch, the version
#     chosen_system NAME            the system that was asked for, or the usage
#     program_flags [FLAG...]       what cargo compiles a program to be released with, into the environment
#     fail REASON...                ends with a reason
#     step WORDS...                 says what comes next

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034  # what the scripts' own libraries call it
root=$ROOT
# shellcheck source=scripts/lib/packages.sh
source "$ROOT/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/tools.sh
source "$ROOT/scripts/lib/tools.sh"

# shellcheck source=packaging/lib/papers.sh
source "$ROOT/packaging/lib/papers.sh"

PACKAGES=$TARGET/packages
# shellcheck disable=SC2034  # used by the scripts that source this
WORK=$TARGET/packaging
# The one line of Cargo.toml that every package takes its version from.
# shellcheck disable=SC2034  # used by the scripts that source this
VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$ROOT/Cargo.toml" | head -n 1)

# Every time stamp inside a package is the last commit's, so that the same source gives the same
# package.
if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
    SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || date +%s)
fi
export SOURCE_DATE_EPOCH

# Panics name the place in the source, and that is not where it lies on this machine. Not RUSTFLAGS,
# which a space in a path takes apart.
program_flags() {
    local flag registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
    CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$ROOT=/thawsum"$'\x1f'"--remap-path-prefix=$registry=/crates"
    for flag in "$@"; do
        CARGO_ENCODED_RUSTFLAGS+=$'\x1f'$flag
    done
    export CARGO_ENCODED_RUSTFLAGS
}

fail() {
    echo "packaging: $*" >&2
    exit 1
}

step() {
    echo
    echo "==> $*"
}

chosen_system() {
    if (($# == 1)) && [[ $1 != */* && -f $ROOT/packaging/$1/build.sh ]]; then
        echo "$1"
        return
    fi
    sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

# write_checksums    SHA256SUMS of all packages, by the program itself where one that this machine
# can run has been built; sha256sum writes the same.
write_checksums() {
    local program
    (
        cd "$PACKAGES" || exit
        rm -f SHA256SUMS
        if program=$(runnable_program); then
            "$program" hash --progress never --output SHA256SUMS -- *
        else
            sha256sum -- * >"$WORK/SHA256SUMS"
            mv "$WORK/SHA256SUMS" .
        fi
    )
}

# runnable_program    the released program for the machine that this runs on
runnable_program() {
    local host program
    host=$(rustc -vV | sed -n 's/^host: //p')
    for program in "$TARGET/$host/release/thawsum" "$TARGET/$host/release/thawsum.exe"; do
        if [[ -x $program ]]; then
            echo "$program"
            return
        fi
    done
    return 1
}
