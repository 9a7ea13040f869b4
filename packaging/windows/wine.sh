# A Windows to try packages on: wine with a home and a display of its own, or this Windows. Sourced, not run.
# shellcheck shell=bash
#
#     start_windows, stop_windows    before the first and after the last of the rest
#     windows PROGRAM...             runs it to its end; its own output without carriage returns
#     windows_status PROGRAM...      the same, with its exit status and without its output
#     unix_path PATH, windows_path PATH
#     eventually COMMAND...          tries it for half a minute
#     wait_until_gone WINDOWS_PATH
#     runs PATTERN                   whether a program runs whose file is called like that
#     window_is_there                whether a window of Thawsum's is open

# No step takes longer; a window that waits for an answer would wait for ever.
readonly MINUTES_A_STEP=5m

# shellcheck disable=SC2034  # used by the tests
start_windows() {
    TEST=${TEST:-$WORK/windows/test}
    rm -rf "$TEST"
    mkdir -p "$TEST"
    if ! on_windows; then
        ensure_packages wine x86_64-w64-mingw32-gcc xwininfo "${WINDOW_NEEDS[@]}"
        start_wine
        # For RESULTS.md.
        echo "    with $(wine --version)"
    fi
    # Where it is for whoever runs this.
    USERS_FOLDER=$(windows cmd /c 'echo %LOCALAPPDATA%')'\Programs\Thawsum'
    USERS_HOME=$(windows cmd /c 'echo %USERPROFILE%')
    ROAMING=$(windows cmd /c 'echo %APPDATA%')
}

start_wine() {
    local name
    export WINEPREFIX=$TEST/prefix WINEDEBUG=-all LC_ALL=C.UTF-8
    # Neither .NET nor Internet Explorer, which wine would offer to install; no debugger, which would keep
    # a program that crashed; no entries in the menus of the Linux around it; and the counters that wine
    # has not.
    export WINEDLLOVERRIDES="mscoree,mshtml,winedbg.exe,winemenubuilder.exe=;pdh=n"
    mkfifo "$TEST/display"
    Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>"$TEST/display" 2>"$TEST/Xvfb.log" &
    XVFB=$!
    read -r name <"$TEST/display"
    export DISPLAY=:$name
    trap stop_windows EXIT
    # One server for all that follows, and not one for each step.
    mkdir -p "$WINEPREFIX"
    wineserver --persistent=600
    wineboot --init >"$TEST/wineboot.log" 2>&1
    # Debian's says it is Windows 7.
    wine winecfg /v win10 2>>"$TEST/wine.log"
    for name in bcryptprimitives pdh; do
        x86_64-w64-mingw32-gcc -Wall -Werror -shared -O2 -o "$WINEPREFIX/drive_c/windows/system32/$name.dll" \
            "packaging/windows/wine/$name.c" -ladvapi32
    done
}

stop_windows() {
    trap - EXIT
    on_windows && return
    wineserver --kill || true
    kill "$XVFB" 2>/dev/null || true
    wait "$XVFB" 2>/dev/null || true
}

# Git's bash turns arguments that look like paths of Unix, such as /S, into Windows's, unless told not to.
windows() {
    if on_windows; then
        MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*' timeout "$MINUTES_A_STEP" "$@" | tr -d '\r'
    else
        timeout "$MINUTES_A_STEP" wine "$@" 2>>"$TEST/wine.log" </dev/null | tr -d '\r'
    fi
}

windows_status() {
    windows "$@" >/dev/null
}

unix_path() {
    if on_windows; then
        cygpath -u -- "$1"
    else
        # Not winepath, which starts a Windows for it.
        local path=${1//\\//}
        echo "$WINEPREFIX/drive_c/${path#[Cc]:/}"
    fi
}

windows_path() {
    if on_windows; then
        cygpath -w -- "$1"
    else
        echo "Z:${1//\//\\}"
    fi
}

eventually() {
    local end=$((SECONDS + 30))
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.2
    done
}

# An uninstaller starts a copy of itself and ends, so its own end says nothing.
wait_until_gone() {
    eventually test ! -e "$(unix_path "$1")" || fail "$1 is still there"
    # The copy still ends.
    eventually no_uninstaller_runs || fail "the uninstaller of $1 still runs"
}

no_uninstaller_runs() {
    ! runs 'Un[_A-Z]*\.exe'
}

runs() {
    if on_windows; then
        tasklist | grep -qiE "^$1"
    else
        # wine's tasklist lists nothing.
        pgrep -f "^[A-Za-z]:.*\\\\$1( |\"|\$)" >/dev/null
    fi
}

window_is_there() {
    if on_windows; then
        windows tasklist /v /fi 'imagename eq thawsum.exe' | grep -q 'Thawsum'
    else
        xwininfo -root -tree | grep -q '"Thawsum'
    fi
}
