# Makes the packages for Windows. Sourced by packaging/build.
# shellcheck shell=bash
#
# An installer for one user (NSIS), a package for all users (Windows Installer) and a .zip. On Linux
# mingw-w64 builds the program, makensis and wixl the installers; on Windows, under Git's bash, Visual
# Studio's linker, makensis and WiX 3.

# shellcheck source=packaging/windows/machine.sh
source "$ROOT/packaging/windows/machine.sh"

build_packages() {
    local triple made=$WORK/windows contents lists
    triple=$(windows_triple)
    contents=$made/contents
    lists=$made/lists
    if on_windows; then
        # Where their installers put them, which do not put them on the PATH.
        PATH+=":/c/Program Files (x86)/NSIS${WIX:+:$(cygpath -u "$WIX")/bin}"
        ensure_packages makensis candle light
        # The C library goes into the program: a machine without Visual C++'s has none to load.
        program_flags -Ctarget-feature=+crt-static
    else
        ensure_packages x86_64-w64-mingw32-gcc x86_64-w64-mingw32-windres python3 makensis wixl msibuild
        export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
        program_flags
    fi
    ensure_target "$triple"

    step "The program for $triple"
    cargo build --release --locked --target "$triple" --package thawsum
    stage_windows "$triple" "$contents"
    write_lists "$contents" "$lists"

    step "Installer for one user"
    build_installer "$VERSION" "$lists" "$PACKAGES/$(windows_package exe)"

    step "Package for all users"
    build_msi "$VERSION" "$lists" "$PACKAGES/$(windows_package msi)"

    step "Bill of materials"
    write_bill "$triple" "$PACKAGES/$(windows_package cdx.json)"

    step "Archive"
    "$PYTHON" packaging/lib/pack "$(plain "$contents")" "$(plain "$PACKAGES/$(windows_package zip)")" "$(basename -- "$(windows_package zip)" .zip)"
}

# stage_windows TRIPLE FOLDER    everything that is installed, as it is installed
stage_windows() {
    local program=$TARGET/$1/release/thawsum.exe font
    rm -rf "$2"
    mkdir -p "$2/licenses"
    cp "$program" "$2/thawsum.exe"
    "$PYTHON" packaging/windows/console-twin "$(plain "$program")" "$(plain "$2/thawsum.com")"
    # With an extension, as Windows opens nothing without.
    cp LICENSE-MIT "$2/licenses/LICENSE-MIT.txt"
    cp LICENSE-APACHE "$2/licenses/LICENSE-APACHE.txt"
    for font in assets/fonts/LICENSE-*.txt; do
        cp "$font" "$2/licenses/"
    done
    write_licences "$1" "$2/licenses/THIRD-PARTY-LICENSES.txt"
}

# write_lists CONTENTS FOLDER    what both installers are told of
write_lists() {
    local -a options=()
    ! on_windows || options=(--environment)
    "$PYTHON" packaging/windows/lists ${options[@]+"${options[@]}"} "$(plain "$1")" "$(plain "$2")"
}

# build_installer VERSION LISTS FILE
build_installer() {
    local stub=amd64-unicode
    ! on_windows || stub=x86-unicode
    rm -f "$3"
    makensis -NOCD -WX -V2 -INPUTCHARSET UTF8 -X"!addincludedir packaging/windows" \
        -D"VERSION=$1" -D"TARGET=$stub" -D"LISTS=$(plain "$2")" -D"ICON=assets/icon/thawsum.ico" \
        -D"OUTPUT=$(plain "$3")" packaging/windows/thawsum.nsi
}

# build_msi VERSION LISTS FILE
build_msi() {
    local product define
    local -a given defines=()
    # Another version is another product, which takes the place of the old; the same is the same.
    product=$("$PYTHON" -c "import sys, uuid; print(str(uuid.uuid5(uuid.UUID(sys.argv[1]), sys.argv[2])).upper())" \
        3B097461-5EFD-4767-8B52-8889E8F2C22F "product $1")
    given=("Version=$1" "ProductCode=$product")
    rm -f "$3"
    # All in one folder, and called from there: wixl takes no path that begins at the root.
    cp packaging/windows/thawsum.wxs assets/icon/thawsum.ico "$2/"
    if on_windows; then
        (
            cd "$2" || exit
            candle -nologo -arch x64 "${given[@]/#/-d}" -out thawsum.wixobj thawsum.wxs
            # Not ICE61, which asks that a version may be put over itself.
            light -nologo -sice:ICE61 -spdb -out "$(plain "$3")" thawsum.wixobj
        )
        return
    fi
    for define in "${given[@]}"; do
        defines+=(-D "$define")
    done
    (cd "$2" && wixl --arch x64 "${defines[@]}" --output "$3" thawsum.wxs)
    add_path_to_msi "$3"
}

# add_path_to_msi FILE    What <Environment> would have done, which wixl does not know: a row that puts
# the folder at the end of everybody's PATH (*), writes it (=) and takes it out again (-), and the two
# steps that read such rows, at the places that Windows Installer's documentation gives them.
add_path_to_msi() {
    local rows=$WORK/windows/Environment.idt
    {
        printf 'Environment\tName\tValue\tComponent_\r\n'
        printf 's72\tl255\tL255\ts72\r\n'
        printf 'Environment\tEnvironment\r\n'
        printf 'path\t=-*PATH\t[~];[INSTALLDIR]\tregistry\r\n'
    } >"$rows"
    msibuild "$1" -i "$rows"
    msibuild "$1" -q \
        "INSERT INTO InstallExecuteSequence (Action, Sequence) VALUES ('RemoveEnvironmentStrings', 3300)" \
        "INSERT INTO InstallExecuteSequence (Action, Sequence) VALUES ('WriteEnvironmentStrings', 5200)"
}
