# What an installed program must do. Sourced by packaging/windows/test.sh.
# shellcheck shell=bash

# A folder with names that are not ASCII, a file without content, and more than one worker reads at once.
make_samples() {
    local number tree
    tree=$(unix_path 'C:\samples\tree')
    mkdir -p "$tree/sub folder/deep"
    printf 'text\n' >"$tree/ünïcode — ☃.txt"
    : >"$tree/sub folder/empty"
    for number in {1..300}; do
        echo "file $number" >"$tree/sub folder/deep/$number.txt"
    done
    head -c 6000000 /dev/zero | tr '\0' x >"$tree/large.bin"
    # A gnu list on Windows has Windows's paths, whose backslashes the format writes twice, and says so by
    # one before the line.
    (cd "$tree/.." && find tree -type f -print0 | xargs -0 sha256sum) |
        sed 's/^/\\/; s|/|\\\\|g' | LC_ALL=C sort -k 2 >"$TEST/expected"
}

# test_hashing FOLDER    by processes, by threads and by none, and the answer that a broken file gets
test_hashing() {
    local way
    for way in processes threads inline; do
        same "hashes by $way" "$(cat "$TEST/expected")" \
            "$(in_samples "\"$1\\thawsum.com\" hash --progress never --run-on $way -j 3 tree" | LC_ALL=C sort -k 2)"
    done
    in_samples "\"$1\\thawsum.com\" hash --progress never --output list.sha256 tree"
    check "verifies what it wrote" in_samples "\"$1\\thawsum.com\" check --progress never list.sha256"
    echo other >"$(unix_path 'C:\samples\tree\sub folder\deep\7.txt')"
    refuse "and sees what was changed since" in_samples "\"$1\\thawsum.com\" check --progress never list.sha256"
    echo "file 7" >"$(unix_path 'C:\samples\tree\sub folder\deep\7.txt')"
    rm "$(unix_path 'C:\samples\list.sha256')"
}

# in_samples COMMAND    in a shell of Windows's, which starts in that folder
in_samples() {
    # From a file: how quotation marks get through to cmd differs between wine and Windows.
    printf '@echo off\r\ncd /d C:\\samples\r\n%s\r\nexit /b %%errorlevel%%\r\n' "$1" >"$(unix_path 'C:\samples\run.cmd')"
    windows cmd /c 'C:\samples\run.cmd'
}

# The window opens, hashes with its pool of processes, and draws what came of it.
test_window() {
    local picture figures
    picture=$(unix_path 'C:\samples\window.png')
    rm -f "$picture"
    figures=$(in_samples "\"$1\\thawsum.com\" --picture window.png --size 1000x700 --run-on processes tree")
    check "the window has hashed all files" grep -q '"ending":"completed","files":303,' <<<"$figures"
    same "and its picture has its size" "1000 700" "$(size_of_png "$picture")"
    mv "$picture" "$TEST/window-$((++pictures)).png"
}
pictures=0

size_of_png() {
    python3 -c 'import struct, sys; print(*struct.unpack(">II", open(sys.argv[1], "rb").read(24)[16:]))' "$1"
}

# By its name alone, from a shell that is started now: it is the twin that runs, for which the shell waits.
test_found_by_shells() {
    same "shells find it and wait for it" "$(printf 'thawsum %s\nafter it' "$VERSION")" \
        "$(in_samples $'thawsum --version\r\necho after it')"
    local started=$SECONDS
    in_samples 'thawsum tree'
    check "a window is opened by the windowed program" eventually window_of_windowed_program
    check "for which no shell waits" test $((SECONDS - started)) -lt 60
    windows taskkill /f /im thawsum.exe >/dev/null
    eventually no_window || fail "the window is still there"
}

window_of_windowed_program() {
    window_is_there && runs 'thawsum\.exe' && ! runs 'thawsum\.com'
}

no_window() {
    ! window_is_there
}
