# What an installed program must do. Sourced by packaging/windows/test.sh.
# shellcheck shell=bash

make_samples() {
    local tree
    tree=$(unix_path 'C:\samples\tree')
    make_sample "$tree"
    sample_list "$tree" >"$TEST/expected"
}

# test_hashing FOLDER    by processes, by threads and by none, and the answer that a broken file gets
test_hashing() {
    local changed
    changed=$(unix_path 'C:\samples\tree\photos\2024 summer\7.jpg')
    exercise "$1" "$(cat "$TEST/expected")" in_tree "$1\\thawsum.com"
    in_samples "\"$1\\thawsum.com\" hash --progress never --output list.sha256 tree"
    check "verifies what it wrote" in_samples "\"$1\\thawsum.com\" check --progress never list.sha256"
    echo other >"$changed"
    refuse "and sees what was changed since" in_samples "\"$1\\thawsum.com\" check --progress never list.sha256"
    echo "file 7" >"$changed"
    rm "$(unix_path 'C:\samples\list.sha256')"
}

# in_samples COMMAND    in a shell of Windows's, which starts in that folder
in_samples() {
    # From a file: how quotation marks get through to cmd differs between wine and Windows.
    printf '@echo off\r\ncd /d C:\\samples\r\n%s\r\nexit /b %%errorlevel%%\r\n' "$1" >"$(unix_path 'C:\samples\run.cmd')"
    windows cmd /c 'C:\samples\run.cmd'
}

# in_tree PROGRAM ARGUMENTS...    in the sample itself; the arguments need no quotation marks
in_tree() {
    in_samples "cd tree"$'\r\n'"\"$1\" ${*:2}"
}

# The window opens, hashes with its pool of processes, and draws what came of it.
test_window() {
    local picture figures
    picture=$(unix_path 'C:\samples\window.png')
    rm -f "$picture"
    figures=$(in_samples "\"$1\\thawsum.com\" --picture window.png --size 1000x700 --run-on processes tree")
    check "the window has hashed all files" grep -q '"ending":"completed","files":305,' <<<"$figures"
    check_picture "and it" "$(plain "$picture")" 1000 700
    mv "$picture" "$TEST/window-$((++pictures)).png"
}
pictures=0

# By its name alone, from a shell that is started now: it is the twin that runs, for which the shell waits.
test_found_by_shells() {
    same "shells find it and wait for it" "$(printf 'thawsum %s\nafter it' "$VERSION")" \
        "$(in_samples $'thawsum --version\r\necho after it')"
    local started=$SECONDS
    # Without a job: killed while it starts workers, it may leave one that has not begun to run.
    in_samples thawsum
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

# test_renderers FOLDER    without OpenGL, the program tries Direct3D in a process of its own
test_renderers() {
    if on_windows; then
        echo "    not run: the window without OpenGL, which takes a library of wine's away"
        return
    fi
    echo "    not run: a picture by Direct3D, whose shaders wine 8 cannot compile"
    local folder
    folder=$(unix_path "$1")
    x86_64-w64-mingw32-gcc -Wall -Werror -shared -O2 -o "$folder/opengl32.dll" packaging/windows/wine/opengl32.c
    (
        export WINEDLLOVERRIDES="$WINEDLLOVERRIDES;opengl32=n"
        # What of wine draws for Direct3D needs that library too, so here the second attempt fails. It says so.
        test_renderer "$1" "" "the system gives no Direct3D 12, and OpenGL failed or was not wanted"
        test_renderer "$1" opengl "the system gives no OpenGL, which THAWSUM_RENDERER asks for"
        test_renderer "$1" vulkan "THAWSUM_RENDERER is 'vulkan'; it may be 'opengl' or 'direct3d'"
    )
    checks_that_held=$((checks_that_held + 6))
    rm "$folder/opengl32.dll"
}

# test_renderer FOLDER NAME REASON
test_renderer() {
    local said status=0
    said=$(in_samples "set THAWSUM_RENDERER=$2"$'\r\n'"\"$1\\thawsum.com\" --picture window.png tree 2>&1") || status=$?
    same "without OpenGL, with '$2' as the renderer: why there is no window" \
        "thawsum: no window could be opened: $3." "$(head -n 1 <<<"$said")"
    same "and its status" 2 "$status"
}
