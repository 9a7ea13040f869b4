# The tests of the packages for Linux. Sourced by packaging/test.
# shellcheck shell=bash

# shellcheck source=packaging/lib/exercise.sh
source "$ROOT/packaging/lib/exercise.sh"
# shellcheck source=packaging/linux/build.sh
source "$ROOT/packaging/linux/build.sh"

PLACE=$WORK/linux/test
# A whole system of its own, so that a package has what it asks for and no more. The oldest Debian
# that is still to be had is for the oldest C library.
NEWER=bookworm
OLDER=bullseye

test_packages() {
    [[ $(id -u) == 0 ]] || fail "packages are installed into folders with systems of their own, which takes root: sudo packaging/test linux"
    ensure_packages Xvfb software-opengl mmdebstrap dpkg-deb rpmbuild lintian unsquashfs readelf \
        desktop-file-validate appstreamcli flatpak-builder xmllint python3
    rm -rf "$PLACE"
    mkdir -p "$PLACE"
    with "zig $("$TARGET/tools/python/bin/python-zig" version)"
    with "$(lintian --version)"
    with "$(appstreamcli --version | head -n 1)"
    with "$(flatpak-builder --version)"
    make_sample "$PLACE/sample"
    sample_list "$PLACE/sample" >"$PLACE/list"

    test_program
    test_papers
    test_deb
    test_rpm
    test_tarball
    test_appdir
    test_flatpak
}

# one PATTERN    the package of that name; there has to be exactly one
one() {
    local -a found
    mapfile -t found < <(compgen -G "$PACKAGES/$1")
    ((${#found[@]} == 1)) || fail "wanted one $1 in $PACKAGES and found ${#found[@]}; packaging/build linux makes it"
    echo "${found[0]}"
}

# newest_glibc PROGRAM    the newest version of the C library that it asks for
newest_glibc() {
    readelf -V --wide "$1" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1
}

test_program() {
    step "The program"
    local newest libraries
    newest=$(newest_glibc "$LINUX_PROGRAM")
    check "it asks for no C library newer than $GLIBC (asks for $newest)" \
        test "$(printf '%s\n' "GLIBC_$GLIBC" "$newest" | sort -V | tail -n 1)" = "GLIBC_$GLIBC"
    # Everything else is looked for when a window opens, so that the command line runs without.
    libraries=$(readelf -d "$LINUX_PROGRAM" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | sed 's/\.so\..*//' | sort -u)
    same "it is linked to the C library alone" "" \
        "$(grep -v -x -E 'libc|libm|libdl|libpthread|librt|libgcc_s|libutil|ld-linux.*' <<<"$libraries")"
    refuse "it looks for libraries in no place of its own" grep -q -E 'R(UN)?PATH' <(readelf -d "$LINUX_PROGRAM")
    refuse "it names no folder of whoever built it" grep -q -F -e "$ROOT" -e "$HOME/.cargo" "$LINUX_PROGRAM"
}

test_papers() {
    step "Licences and the bill of materials"
    local crate
    for crate in eframe egui sha2 blake3 crossbeam-channel nix rfd zbus; do
        check "the licences of $crate are there" grep -q "^    $crate [0-9]" "$LINUX_LICENCES"
        check "the bill of materials has $crate" grep -q "\"name\": \"$crate\"" "$PACKAGES/$LINUX_NAME.cdx.json"
    done
    refuse "nothing that is only tested with is in the bill" grep -q '"name": "egui_kittest"' "$PACKAGES/$LINUX_NAME.cdx.json"
    check "SHA256SUMS holds, says sha256sum" sh -c "cd '$PACKAGES' && sha256sum --check --strict --quiet SHA256SUMS"
}

# make_system SUITE    a fresh system of that suite in $PLACE/SUITE, from a copy that is kept
make_system() {
    local kept=$WORK/linux/$1.tar
    if [[ ! -f $kept ]]; then
        # apt, so that what a package asks for is found as it is for a user.
        mmdebstrap --quiet --format=tar --variant=apt --include=ca-certificates "$1" "$kept.new" ||
            fail "mmdebstrap could make no system of Debian's $1"
        mv "$kept.new" "$kept"
    fi
    rm -rf "${PLACE:?}/$1"
    mkdir -p "$PLACE/$1"
    tar -C "$PLACE/$1" -xf "$kept"
    cp -r "$PLACE/sample" "$ROOT/packaging/linux/inside" "$PLACE/$1/tmp/"
    cp /etc/resolv.conf "$PLACE/$1/etc/resolv.conf"
}

# inside SYSTEM COMMAND...    runs a command there, in the sample
# shellcheck disable=SC2016  # what is in single quotes is expanded there
inside() {
    unshare --pid --fork --mount --kill-child sh -c '
        place=$1
        shift
        mount -t proc proc "$place/proc"
        mount -t tmpfs tmpfs "$place/dev/shm"
        exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
            XDG_CACHE_HOME=/tmp/cache LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
            chroot "$place" sh -c "cd /tmp/sample && exec \"\$@\"" sh "$@"' sh "$@"
}

# files_of SYSTEM    all that is there, but for what package managers note down
files_of() {
    (cd "$1" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./run \
        -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/rpm \
        -o -path ./usr/lib/sysimage -o -path ./root/.rpmdb -o -path ./etc/ld.so.cache \) -prune -o -print | LC_ALL=C sort)
}

# window NAME SYSTEM    the program opens its window there, on X11 and on Wayland, and hashes the
# sample with processes
window() {
    local name=$1 place=$2 display
    for display in x11 wayland; do
        rm -f "$place/tmp/$display.png" "$place/tmp/$display.json"
        check "$name: a window opens on $display" inside "$place" "/tmp/inside/window-$display"
        check_picture "$name, $display" "$place/tmp/$display.png" 1100 700
        check "$name, $display: it hashed the sample by processes, and all of it" \
            grep -q '"way":"processes".*"ending":"completed","files":305,' "$place/tmp/$display.json"
    done
}

test_deb() {
    step "deb"
    local deb place before older said
    deb=$(one "thawsum_$VERSION-1_*.deb")
    # The first version of a package in Debian answers somebody's wish for it; this one is no upload.
    said=$(lintian --allow-root --fail-on none --suppress-tags initial-upload-closes-no-bugs "$deb" 2>&1 || true)
    same "lintian finds no fault with it" "" "$(grep -v '^N:' <<<"$said")"
    refuse "everything in it is root's" grep -q -v -E ' root/root ' <(dpkg-deb --contents "$deb")

    make_system "$NEWER"
    place=$PLACE/$NEWER
    inside "$place" sh -c 'apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends xvfb weston libgl1-mesa-dri >/dev/null' >/dev/null 2>&1 ||
        fail "the system for the test could not be filled"
    # What the package needs goes first, so that removing it leaves what was there.
    inside "$place" sh -c "apt-get install -y -q --no-install-recommends ${DEB_LIBRARIES//,/} >/dev/null" >/dev/null 2>&1
    before=$(files_of "$place")

    older=$PLACE/older.deb
    older_deb "$deb" "$older"
    cp "$older" "$place/tmp/older.deb"
    cp "$deb" "$place/tmp/thawsum.deb"
    check "an older version is installed" inside "$place" apt-get install -y -q --no-install-recommends /tmp/older.deb
    check "a file of the older version is there" test -f "$place/usr/share/thawsum-older"
    check "it is upgraded in one step" inside "$place" apt-get install -y -q --no-install-recommends /tmp/thawsum.deb
    check "what only the older version had is gone" test ! -e "$place/usr/share/thawsum-older"
    exercise "deb" "$(cat "$PLACE/list")" inside "$place" thawsum
    check "deb: child processes work, and none is left" inside "$place" /tmp/inside/children
    window "deb" "$place"
    check "every file is as the package says" inside "$place" sh -c 'dpkg --verify thawsum | { ! grep .; }'
    check "it is removed" inside "$place" apt-get purge -y -q thawsum
    same "nothing is left of it" "$before" "$(files_of "$place")"

    make_system "$OLDER"
    place=$PLACE/$OLDER
    cp "$deb" "$place/tmp/thawsum.deb"
    check "it is installed on Debian's $OLDER with what it asks for" \
        inside "$place" sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends /tmp/thawsum.deb'
    exercise "deb on $OLDER" "$(cat "$PLACE/list")" inside "$place" thawsum
}

# older_deb DEB FILE    the same as version 0.0.1, with one file more
older_deb() {
    local tree=$PLACE/older
    dpkg-deb --raw-extract "$1" "$tree"
    sed -i 's/^Version: .*/Version: 0.0.1-1/' "$tree/DEBIAN/control"
    touch "$tree/usr/share/thawsum-older"
    dpkg-deb --root-owner-group -Znone --build "$tree" "$2" >/dev/null
}

test_rpm() {
    step "rpm"
    local rpm place before requires library
    rpm=$(one "thawsum-$VERSION-1.*.rpm")
    requires=$(rpm -qp --requires "$rpm")
    for library in "${RPM_LIBRARIES[@]}"; do
        check "it asks for $library" grep -q -x -F "$library()(64bit)" <<<"$requires"
    done
    same "it asks for no newer C library than $GLIBC" "" \
        "$(grep -o 'GLIBC_[0-9.]*' <<<"$requires" | sort -Vu | awk -F_ -v most="$GLIBC" '
            { split($2, has, "."); split(most, may, "."); if (has[1] > may[1] || has[2] + 0 > may[2] + 0) print }')"
    # The system of the deb's test, which has the libraries; rpm does not know them there.
    place=$PLACE/$NEWER
    [[ -d $place ]] || fail "the deb is tested first"
    # Every system of rpm's has these two.
    mkdir -p "$place/usr/share/applications" "$place/usr/share/icons"
    before=$(files_of "$place")
    check "it is installed" rpm --root "$place" --nodeps --install "$rpm"
    exercise "rpm" "$(cat "$PLACE/list")" inside "$place" thawsum
    check "rpm: child processes work, and none is left" inside "$place" /tmp/inside/children
    window "rpm" "$place"
    check "every file is as the package says" rpm --root "$place" --verify --nodeps thawsum
    check "it is removed" rpm --root "$place" --erase thawsum
    same "nothing is left of it" "$before" "$(files_of "$place")"
}

test_tarball() {
    step "tar.gz"
    local home=$PLACE/home folder=$PLACE/unpacked before
    mkdir -p "$home/.local/share/applications" "$folder"
    printf '[Desktop Entry]\nType=Application\nName=Other\nExec=other\n' >"$home/.local/share/applications/other.desktop"
    tar -C "$folder" -xzf "$(one "$LINUX_NAME.tar.gz")"
    folder=$folder/$LINUX_NAME
    exercise "tar.gz, where it was unpacked" "$(cat "$PLACE/list")" in_sample "$folder/bin/thawsum"
    before=$(cd "$home" && find . | sort)

    check "it is installed for one user" env HOME="$home" "$folder/install" "$home/.local"
    check "it is installed over itself" env HOME="$home" "$folder/install" "$home/.local"
    check "its desktop entry is valid" desktop-file-validate "$home/.local/share/applications/org.thawsum.Thawsum.desktop"
    check "the entry starts the program that was installed" \
        grep -q -x "Exec=$home/.local/bin/thawsum %F" "$home/.local/share/applications/org.thawsum.Thawsum.desktop"
    exercise "tar.gz, installed" "$(cat "$PLACE/list")" in_sample "$home/.local/bin/thawsum"
    check "it is removed" env HOME="$home" "$home/.local/share/thawsum/uninstall"
    same "nothing is left but what was there" "$before" "$(cd "$home" && find . ! -name mimeinfo.cache | sort)"
}

in_sample() {
    (cd "$PLACE/sample" && env HOME="$PLACE/home" "$@")
}

test_appdir() {
    step "AppDir"
    local folder=$PLACE/AppDir image
    # Out of the image, as an AppImage has it: read only and in another place.
    check "the image can be read" unsquashfs -quiet -no-progress -dest "$folder" "$WORK/linux/Thawsum.squashfs"
    check "its desktop entry is valid" desktop-file-validate "$folder/org.thawsum.Thawsum.desktop"
    check "its icon is the entry's" test -f "$folder/$(sed -n 's/^Icon=//p' "$folder/org.thawsum.Thawsum.desktop" | head -n 1).png"
    exercise "AppDir" "$(cat "$PLACE/list")" in_sample "$folder/AppRun"
    image=$PACKAGES/$LINUX_NAME.AppImage
    if [[ -f $image ]]; then
        exercise "AppImage" "$(cat "$PLACE/list")" in_sample env APPIMAGE_EXTRACT_AND_RUN=1 "$image"
    fi
}

test_flatpak() {
    step "Flatpak manifest"
    local manifest build=$PLACE/flatpak commands file
    manifest=$(one org.thawsum.Thawsum.yml)
    commands=$(cd "$PACKAGES" && flatpak-builder --show-manifest "$manifest") || fail "flatpak-builder cannot read $manifest"
    same "it is of the program's own id" org.thawsum.Thawsum "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])' <<<"$commands")"
    # Its commands, run as flatpak-builder would in its sandbox, for which no runtime is at hand.
    mkdir -p "$build/source" "$build/app"
    tar -C "$build/source" --strip-components=1 -xzf "$(one "$LINUX_NAME.tar.gz")"
    python3 -c 'import json, sys; print("\n".join(json.load(sys.stdin)["modules"][0]["build-commands"]))' <<<"$commands" >"$build/commands"
    check "its commands build the application" env -C "$build/source" FLATPAK_DEST="$build/app" sh -e "$build/commands"
    exercise "Flatpak's tree" "$(cat "$PLACE/list")" in_sample "$build/app/bin/thawsum"
    # Flatpak takes out of the sandbox what is named after the application, and nothing else.
    while read -r file; do
        check "Flatpak exports ${file##*/}" test "${file##*/org.thawsum.Thawsum}" != "$file"
    done < <(find "$build/app/share/applications" "$build/app/share/icons" "$build/app/share/mime/packages" "$build/app/share/metainfo" -type f)
}
