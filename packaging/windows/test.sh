# Tries the packages for Windows. Sourced by packaging/test.
# shellcheck shell=bash
#
# Each is installed, run, replaced and removed, under wine or on Windows itself. What an installer may
# leave is held against pictures of all files and of the registry from before it came: an exit status
# says little, as an installer that did nothing at all has 0 too.

# shellcheck source=packaging/windows/build.sh
source "$ROOT/packaging/windows/build.sh"
# shellcheck source=packaging/lib/exercise.sh
source "$ROOT/packaging/lib/exercise.sh"
# shellcheck source=packaging/windows/wine.sh
source "$ROOT/packaging/windows/wine.sh"
# shellcheck source=packaging/windows/test/ways.sh
source "$ROOT/packaging/windows/test/ways.sh"
# shellcheck source=packaging/windows/test/registry.sh
source "$ROOT/packaging/windows/test/registry.sh"

test_packages() {
    if on_windows; then
        [[ -n ${CI:-} ]] || fail "this installs into this very Windows and writes its PATH; CI=true allows it"
    else
        ensure_packages python3 makensis wixl msibuild wrestool xmllint x86_64-w64-mingw32-gcc
    fi
    start_windows
    make_samples
    furnish

    step "What is in the program"
    test_resources
    step "Archive"
    test_archive
    step "Installer for one user"
    test_installer
    step "Package for all users"
    test_msi
    stop_windows
}

ALL_USERS_FOLDER='C:\Program Files\Thawsum'
EVERYTHING="licenses/LICENSE-APACHE.txt
licenses/LICENSE-DejaVu.txt
licenses/LICENSE-Inter.txt
licenses/LICENSE-JetBrainsMono.txt
licenses/LICENSE-MIT.txt
licenses/THIRD-PARTY-LICENSES.txt
thawsum.com
thawsum.exe"

settings_file() {
    echo "$(unix_path "$ROAMING")/Thawsum/thawsum/config/settings.json"
}

# furnish    what the first program that needs it makes, and what it leaves for others; and settings
furnish() {
    mkdir -p "$(dirname "$(unix_path "$USERS_FOLDER")")" "$(dirname "$(settings_file)")"
    on_windows || mkdir -p "$(unix_path 'C:\windows\Installer')"
    echo '{}' >"$(settings_file)"
}

package() {
    local file
    file=$PACKAGES/$(windows_package "$1")
    [[ -f $file ]] || fail "$file is not there; packaging/build windows makes it"
    echo "$file"
}

# files_in WINDOWS_FOLDER    their names, sorted
files_in() {
    (cd "$(unix_path "$1")" 2>/dev/null && find . -type f -printf '%P\n' | LC_ALL=C sort)
}

test_resources() {
    if on_windows; then
        not_run "what is in the program" "it is looked at with icoutils"
        return
    fi
    local contents program twin manifest
    "$PYTHON" -m zipfile -e "$(package zip)" "$TEST/unpacked"
    contents=$(echo "$TEST"/unpacked/*)
    program=$contents/thawsum.exe
    twin=$contents/thawsum.com
    manifest=$(wrestool --extract --raw --type=24 "$program")
    check "its manifest is XML" xmllint --noout - <<<"$manifest"
    check "and asks for long paths" grep -q '<longPathAware[^>]*>true<' <<<"$manifest"
    check "and for each screen's own scale" grep -q '<dpiAwareness[^>]*>PerMonitorV2' <<<"$manifest"
    check "and for no rights of an administrator" grep -q 'level="asInvoker"' <<<"$manifest"
    same "it has its icon in eight sizes" 8 "$(wrestool --list --type=3 "$program" | wc -l)"
    check "and says its version" grep -q "$VERSION" \
        <(wrestool --extract --raw --type=16 "$program" | tr -d '\0' | tr -c '[:print:]' '\n')
    check "one is a windowed program" has_subsystem 2 "$program"
    check "the other a console program" has_subsystem 3 "$twin"
    same "and they differ in one byte" 1 "$(cmp -l "$program" "$twin" | wc -l)"
}

has_subsystem() {
    python3 - "$@" <<'PYTHON'
import struct, sys
program = open(sys.argv[2], "rb").read()
header = struct.unpack_from("<I", program, 0x3C)[0]
sys.exit(struct.unpack_from("<H", program, header + 92)[0] != int(sys.argv[1]))
PYTHON
}

test_archive() {
    local folder='C:\portable\thawsum-'$VERSION-windows-x86_64
    "$PYTHON" -m zipfile -e "$(plain "$(package zip)")" "$(plain "$(unix_path 'C:\portable')")"
    same "it holds everything" "$EVERYTHING" "$(files_in "$folder")"
    test_hashing "$folder"
    test_window "$folder"
    test_renderers "$folder"
    rm -rf "$(unix_path 'C:\portable')"
}

test_installer() {
    local installer older settings kept before path
    path='%USERPROFILE%\bin;C:\other'
    registry_set 'HKCU\Environment' Path REG_EXPAND_SZ "$path"
    settings=$(settings_file)
    before=$(picture_of_everything)
    installer=$(package exe)

    echo "  the first time, without a question"
    windows "$installer" /S
    test_installed "$USERS_FOLDER" HKCU
    same "its folder is at the end of the user's PATH" "$path;$USERS_FOLDER" "$(registry_get 'HKCU\Environment' Path)"
    same "which is of the same type" REG_EXPAND_SZ "$(registry_type 'HKCU\Environment' Path)"
    test_found_by_shells
    test_hashing "$USERS_FOLDER"
    test_window "$USERS_FOLDER"
    test_entry_of_installer

    echo "  while it runs"
    test_installer_while_it_runs "$installer"

    echo "  removed"
    windows "$USERS_FOLDER\\uninstall.exe" /S
    wait_until_gone "$USERS_FOLDER"
    same "no file, no key and no word on the PATH is left" "$before" "$(picture_of_everything)"

    echo "  over an older version that is elsewhere and had more files"
    older=$TEST/older.exe
    make_older "$TEST/older"
    build_installer 0.0.9 "$TEST/older/lists" "$older" >/dev/null
    install_into "$older" 'C:\an older place\Thawsum'
    check "the older one is where it was asked to be" test -f "$(unix_path 'C:\an older place\Thawsum')/gone/since.txt"
    same "and is known with its version" 0.0.9 "$(registry_get "$ENTRY" DisplayVersion)"
    kept=$(cat "$settings")
    windows "$installer" /S
    same "the new one went where the old one was" "$EVERYTHING
uninstall.exe" "$(files_in 'C:\an older place\Thawsum')"
    same "and has its own version" "$VERSION" "$(registry_get "$ENTRY" DisplayVersion)"
    same "the PATH has it once" "$path;C:\\an older place\\Thawsum" "$(registry_get 'HKCU\Environment' Path)"
    same "the settings are as they were" "$kept" "$(cat "$settings")"

    echo "  moved to another place"
    install_into "$installer" "$USERS_FOLDER"
    refuse "nothing is left where it was" test -e "$(unix_path 'C:\an older place\Thawsum')"
    same "the PATH has the new place alone" "$path;$USERS_FOLDER" "$(registry_get 'HKCU\Environment' Path)"

    echo "  removed, where somebody else's file is in its folder"
    echo mine >"$(unix_path "$USERS_FOLDER")/mine.txt"
    windows "$USERS_FOLDER\\uninstall.exe" /S
    wait_until_gone "$USERS_FOLDER\\thawsum.exe"
    same "that file stays, and no other" mine.txt "$(files_in "$USERS_FOLDER")"
    rm -r "$(unix_path "$USERS_FOLDER")" "$(unix_path 'C:\an older place')"
    same "and otherwise all is as before" "$before" "$(picture_of_everything)"

    echo "  with a PATH that is long, one that has its folder already, and none"
    # More than NSIS's own variables hold, and a semicolon at its end.
    path=$(printf 'C:\\a folder that is on the path, number %03d;' {1..60})
    registry_set 'HKCU\Environment' Path REG_EXPAND_SZ "$path"
    windows "$installer" /S
    same "a long one is kept whole" "$path;$USERS_FOLDER" "$(registry_get 'HKCU\Environment' Path)"
    windows "$USERS_FOLDER\\uninstall.exe" /S
    wait_until_gone "$USERS_FOLDER"
    same "and is as it was afterwards" "$path" "$(registry_get 'HKCU\Environment' Path)"
    registry_set 'HKCU\Environment' Path REG_SZ "C:\\x;$USERS_FOLDER"
    windows "$installer" /S
    same "it is not put there twice" "C:\\x;$USERS_FOLDER" "$(registry_get 'HKCU\Environment' Path)"
    windows "$USERS_FOLDER\\uninstall.exe" /S
    wait_until_gone "$USERS_FOLDER"
    same "and not taken out by who did not put it there" "C:\\x;$USERS_FOLDER" "$(registry_get 'HKCU\Environment' Path)"
    registry_delete 'HKCU\Environment' Path
    windows "$installer" /S
    same "the folder alone is the PATH" "$USERS_FOLDER" "$(registry_get 'HKCU\Environment' Path)"
    windows "$USERS_FOLDER\\uninstall.exe" /S
    wait_until_gone "$USERS_FOLDER"
    same "and there is none again" "" "$(registry_get 'HKCU\Environment' Path)"
}

# install_into INSTALLER FOLDER    /D= is the rest of the line, without quotation marks, spaces or not
install_into() {
    in_samples "start \"\" /wait \"$(windows_path "$1")\" /S /D=$2"
}

ENTRY='HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Thawsum'

test_entry_of_installer() {
    same "Settings shows its name" Thawsum "$(registry_get "$ENTRY" DisplayName)"
    same "its version" "$VERSION" "$(registry_get "$ENTRY" DisplayVersion)"
    same "its icon" "$USERS_FOLDER\\thawsum.exe,0" "$(registry_get "$ENTRY" DisplayIcon)"
    same "how to remove it" "\"$USERS_FOLDER\\uninstall.exe\"" "$(registry_get "$ENTRY" UninstallString)"
    same "and how to without a question" "\"$USERS_FOLDER\\uninstall.exe\" /S" "$(registry_get "$ENTRY" QuietUninstallString)"
    check "its size is that of its files, in KiB" size_is_right
}

size_is_right() {
    local said real
    said=$(($(registry_get "$ENTRY" EstimatedSize)))
    real=$(($(find "$(unix_path "$USERS_FOLDER")" -type f -printf '%s+')0))
    echo "it says $said KiB of $real bytes"
    ((said > real / 1024 - 100 && said < real / 1024 + 100))
}

test_installer_while_it_runs() {
    local running status=0
    windows "$USERS_FOLDER\\thawsum.exe" >/dev/null 2>&1 &
    running=$!
    check "the window is there" eventually window_is_there
    cp "$(unix_path "$USERS_FOLDER")/thawsum.exe" "$TEST/before.exe"
    windows_status "$1" /S || status=$?
    same "the installer ends with the status that its page names" 3 "$status"
    same "and has left everything" "$EVERYTHING
uninstall.exe" "$(files_in "$USERS_FOLDER")"
    check "the window is still there" window_is_there
    windows taskkill /f /im thawsum.exe >/dev/null
    wait "$running" 2>/dev/null || true
    # What was killed, and its workers, hold their file for a moment longer.
    check "killed, it has ended with all that it started" eventually nothing_of_it_runs
    check "closed, it installs again" eventually windows "$1" /S
}

nothing_of_it_runs() {
    ! runs 'thawsum\.(exe|com)' || {
        on_windows || pgrep -af 'thawsum\.(exe|com)'
        return 1
    }
}

# make_older FOLDER    what another version might have had
make_older() {
    rm -rf "$1"
    mkdir -p "$1/contents/gone"
    echo "an older program" | tee "$1/contents/thawsum.exe" >"$1/contents/thawsum.com"
    echo "in no later version" >"$1/contents/gone/since.txt"
    write_lists "$1/contents" "$1/lists"
}

test_msi() {
    local msi older before path
    path=$(registry_get "$MACHINE_ENVIRONMENT" PATH)
    msi=$(package msi)
    before=$(picture_of_everything)

    echo "  the first time"
    windows msiexec /i "$(windows_path "$msi")" /qn
    test_installed "$ALL_USERS_FOLDER" HKLM
    same "its folder is at the end of everybody's PATH" "$path;$ALL_USERS_FOLDER\\" \
        "$(registry_get "$MACHINE_ENVIRONMENT" PATH)"
    test_found_by_shells
    test_hashing "$ALL_USERS_FOLDER"
    test_window "$ALL_USERS_FOLDER"

    echo "  removed"
    windows msiexec /x "$(windows_path "$msi")" /qn
    same "no file and no key is left" "$before" "$(picture_of_everything)"
    same "and the PATH is as before" "$path" "$(registry_get "$MACHINE_ENVIRONMENT" PATH | without_empty_folders)"

    echo "  over an older version that had more files"
    older=$TEST/older.msi
    make_older "$TEST/older"
    build_msi 0.0.9 "$TEST/older/lists" "$older"
    windows msiexec /i "$(windows_path "$older")" /qn
    check "the older one is there" test -f "$(unix_path "$ALL_USERS_FOLDER")/gone/since.txt"
    windows msiexec /i "$(windows_path "$msi")" /qn
    same "its files are gone, those of the new one are there" "$EVERYTHING" "$(files_in "$ALL_USERS_FOLDER")"
    same "everybody's PATH has its folder once" "$path;$ALL_USERS_FOLDER\\" \
        "$(registry_get "$MACHINE_ENVIRONMENT" PATH | without_empty_folders)"
    check "Windows Installer knows one version of it" one_product
    refuse "an older version is refused" windows msiexec /i "$(windows_path "$older")" /qn
    same "and has changed nothing" "$EVERYTHING" "$(files_in "$ALL_USERS_FOLDER")"
    check "nor is it known beside the newer" one_product
    windows msiexec /x "$(windows_path "$msi")" /qn
    same "removed, it leaves nothing either" "$before" "$(picture_of_everything)"
    same "and the PATH is as before" "$path" "$(registry_get "$MACHINE_ENVIRONMENT" PATH | without_empty_folders)"
}

# wine's Windows Installer takes a folder out of the PATH and leaves the semicolon.
without_empty_folders() {
    sed 's/;;*/;/g; s/;$//'
}

MACHINE_ENVIRONMENT='HKLM\System\CurrentControlSet\Control\Session Manager\Environment'

one_product() {
    local names
    names=$(registry_dump 'HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall' |
        grep -A40 -i '^"DisplayName"="Thawsum"' | grep '^"DisplayVersion"') || true
    echo "$names"
    [[ $names == "\"DisplayVersion\"=\"$VERSION\"" ]]
}

# test_installed FOLDER HIVE    files, what Explorer is told, and the menu; the same from both installers
test_installed() {
    local expected=$EVERYTHING menu
    [[ $2 == HKLM ]] || expected+=$'\nuninstall.exe'
    same "all its files are there" "$expected" "$(files_in "$1")"
    same "what registry.nsh lists is in the registry" "$(registrations "$1" "$2")" "$(registered "$1" "$2")"
    menu=$ROAMING'\Microsoft\Windows\Start Menu\Programs'
    # wine's Windows Installer knows no menu but the user's.
    [[ $2 == HKCU ]] || ! on_windows || menu='C:\ProgramData\Microsoft\Windows\Start Menu\Programs'
    check "the menu has it" shortcut_leads_to "$(unix_path "$menu")/Thawsum.lnk" thawsum.exe
}

# shortcut_leads_to FILE NAME    the name stands in it in one of two forms
shortcut_leads_to() {
    tr -d '\0' <"$1" | grep -q --binary-files=text "$2"
}
