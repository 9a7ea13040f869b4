# What a Windows has in its registry and its files. Sourced by packaging/windows/test.sh.
# shellcheck shell=bash

# registry_get KEY NAME    its text; nothing if it is not there
registry_get() {
    _registry_row "$@" | sed -E 's/^ *.+ {4}REG_[A-Z_]+ {4}//'
}

registry_type() {
    _registry_row "$@" | sed -E 's/^ *.+ {4}(REG_[A-Z_]+) {4}.*/\1/'
}

_registry_row() {
    windows reg query "$1" /v "$2" 2>/dev/null | grep -E '^ +.+ {4}REG_' || true
}

registry_set() {
    windows reg add "$1" /v "$2" /t "$3" /d "$4" /f >/dev/null
}

registry_delete() {
    windows reg delete "$1" /v "$2" /f >/dev/null
}

# registry_dump KEY    all below it, as a .reg file in UTF-8; nothing if it is not there
registry_dump() {
    local file=$TEST/dump.reg
    rm -f "$file"
    windows reg export "$1" "$(windows_path "$file")" /y >/dev/null 2>&1 || true
    [[ ! -f $file ]] || iconv -f UTF-16 -t UTF-8 "$file" | tr -d '\r'
}

# What an installer could leave: every file, every value, and every key that is called like it. Of other
# keys it may be the first to need one, such as that of the programs of a user. Not everybody's PATH,
# which is looked at by itself.
picture_of_everything() {
    local folder key
    for folder in 'C:\Program Files' 'C:\ProgramData' 'C:\windows\Installer' "$USERS_HOME"; do
        find "$(unix_path "$folder")" -not -path '*/Temp/*' -printf '%y %p\n' 2>/dev/null | LC_ALL=C sort
    done
    for key in HKCU 'HKLM\Software\Classes' 'HKLM\Software\Microsoft\Windows\CurrentVersion' \
        'HKLM\Software\RegisteredApplications' 'HKLM\Software\Thawsum' "$MACHINE_ENVIRONMENT"; do
        registry_dump "$key"
    done | "$PYTHON" packaging/windows/test/values --all | grep -v 'Session Manager\\Environment.*"PATH"='
}

# registrations FOLDER HIVE    every value that registry.nsh writes, as registry_dump shows it
registrations() {
    "$PYTHON" packaging/windows/lists --registry "$1" | sed "s/^/$2\\\\/" | LC_ALL=C sort
}

# registered FOLDER HIVE    those of them that are there
registered() {
    registrations "$@" >"$TEST/registrations"
    {
        registry_dump "$2\\Software\\Classes"
        registry_dump "$2\\Software\\Thawsum"
        registry_dump "$2\\Software\\RegisteredApplications"
        registry_dump "$2\\Software\\Microsoft\\Windows\\CurrentVersion\\App Paths"
    } | "$PYTHON" packaging/windows/test/values "$2" "$(plain "$TEST/registrations")"
}
