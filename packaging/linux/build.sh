# The packages for Linux. Sourced by packaging/build.
# shellcheck shell=bash

LINUX_TRIPLE=$(uname -m)-unknown-linux-gnu
# What Debian 10, Ubuntu 20.04, RHEL 8 and everything newer have. zig links against the symbols of
# that version wherever it runs; building on an old system instead would need that system.
GLIBC=2.28
LINUX_PROGRAM=$TARGET/$LINUX_TRIPLE/release/thawsum
LINUX_LICENCES=$WORK/linux/THIRD-PARTY-LICENSES.txt
# What people look for in a file's name.
LINUX_NAME=thawsum-$VERSION-linux-$(uname -m)

# Not linked but loaded when the window opens, so no tool finds them.
DEB_LIBRARIES="libgl1, libegl1, libx11-6, libx11-xcb1, libxcursor1, libxi6, libxkbcommon0, libxkbcommon-x11-0, libwayland-client0, libwayland-egl1"
RPM_LIBRARIES=(libGL.so.1 libEGL.so.1 libX11.so.6 libX11-xcb.so.1 libXcursor.so.1 libXi.so.6
    libxkbcommon.so.0 libxkbcommon-x11.so.0 libwayland-client.so.0 libwayland-egl.so.1)
# Where a repository has a better one. RFC 2606 keeps this domain from ever being anybody's.
MAINTAINER=${THAWSUM_MAINTAINER:-The Thawsum developers <developers@thawsum.invalid>}

build_packages() {
    # shellcheck disable=SC2119  # no component but cargo itself
    ensure_cargo
    ensure_packages cc dpkg-deb rpmbuild mksquashfs python3
    ensure_target "$LINUX_TRIPLE"
    ensure_python_tool python-zig cargo-zigbuild

    step "The program, for $LINUX_TRIPLE with glibc $GLIBC or newer"
    program_flags
    cargo zigbuild --release --locked --package thawsum --target "$LINUX_TRIPLE.$GLIBC"
    write_licences "$LINUX_TRIPLE" "$LINUX_LICENCES"
    write_bill "$LINUX_TRIPLE" "$PACKAGES/$LINUX_NAME.cdx.json"

    build_deb
    build_rpm
    build_tarball
    build_appimage
    build_flatpak
}

# fresh FOLDER    an empty folder in place of what was there
fresh() {
    rm -rf -- "$1"
    mkdir -p -- "$1"
}

# stage_for FOLDER    everything that is installed, below FOLDER
stage_for() {
    "$ROOT/packaging/linux/stage" "$LINUX_PROGRAM" "$1" /usr "$LINUX_LICENCES"
}

# stamp FOLDER    every file of it is as old as the last commit
stamp() {
    find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

build_deb() {
    step "deb"
    local tree=$WORK/linux/deb share architecture size
    architecture=$(dpkg --print-architecture)
    share=$tree/usr/share
    fresh "$tree"
    stage_for "$tree"

    # As Debian's policy has it.
    mkdir -p "$share/zsh/vendor-completions"
    mv "$share/zsh/site-functions/_thawsum" "$share/zsh/vendor-completions/_thawsum"
    rmdir "$share/zsh/site-functions"
    gzip -9n "$share"/man/man1/*.1
    mv "$share/doc/thawsum/CHANGELOG.md" "$share/doc/thawsum/changelog"
    gzip -9n "$share/doc/thawsum/changelog"
    {
        echo "thawsum ($VERSION-1) unstable; urgency=medium"
        echo
        echo "  * The release $VERSION; see changelog.gz."
        echo
        echo " -- $MAINTAINER  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
    } | gzip -9n >"$share/doc/thawsum/changelog.Debian.gz"
    # Debian keeps the text of the Apache licence for all packages.
    rm "$share/doc/thawsum/LICENSE-APACHE"
    install -m 644 "$ROOT/packaging/linux/deb/copyright" "$share/doc/thawsum/copyright"

    mkdir "$tree/DEBIAN"
    size=$(du -k --apparent-size -s "$tree/usr" | cut -f 1)
    sed -e "s|@VERSION@|$VERSION-1|; s|@ARCHITECTURE@|$architecture|; s|@SIZE@|$size|" \
        -e "s|@MAINTAINER@|$MAINTAINER|; s|@LIBRARIES@|$DEB_LIBRARIES|" \
        -e "s|@HOMEPAGE@|${THAWSUM_HOMEPAGE:-}|; /^Homepage: *$/d" \
        "$ROOT/packaging/linux/deb/control" >"$tree/DEBIAN/control"
    (cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    stamp "$tree"
    dpkg-deb --root-owner-group -Zxz --build "$tree" "$PACKAGES/thawsum_$VERSION-1_$architecture.deb" >/dev/null
}

build_rpm() {
    step "rpm"
    local tree=$WORK/linux/rpm-tree top=$WORK/linux/rpm library bits='()(64bit)'
    fresh "$tree"
    fresh "$top"
    stage_for "$tree"
    gzip -9n "$tree"/usr/share/man/man1/*.1
    stamp "$tree"
    {
        # rpm can be told of libraries by the name that they are loaded under, which is the same for
        # Fedora, openSUSE and all others; package names are not.
        for library in "${RPM_LIBRARIES[@]}"; do
            echo "Requires: $library$bits"
        done
        [[ -n ${THAWSUM_HOMEPAGE:-} ]] && echo "URL: $THAWSUM_HOMEPAGE"
        cat "$ROOT/packaging/linux/rpm/thawsum.spec"
        (cd "$tree" && find usr -type f -printf '/%p\n' | sort |
            sed -E 's|^(.*/doc/.*)$|%doc \1|; s|^(.*/man/.*)$|%doc \1|')
        # rpm removes only the folders that it was told of. These are the few that every system has.
        (cd "$tree" && find usr -type d -printf '/%p\n' | sort |
            grep -v -x -E '/usr|/usr/(bin|share)|/usr/share/(applications|doc|icons|man|man/man1)' | sed 's|^|%dir |')
    } >"$top/thawsum.spec"
    rpmbuild -bb --quiet --define "_topdir $top" --define "_rpmdir $top" \
        --define "thawsum_version $VERSION" --define "thawsum_tree $tree" \
        --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
        --define "_buildhost localhost" --target "$(uname -m)" "$top/thawsum.spec"
    mv "$top/$(uname -m)/"*.rpm "$PACKAGES/"
}

# For everybody else, and for those who may not install packages: two scripts put the same files
# below the user's home, or wherever else, and take them away again.
build_tarball() {
    step "tar.gz"
    local tree=$WORK/linux/tarball
    fresh "$tree"
    stage_for "$tree"
    mv "$tree/usr" "$tree/$LINUX_NAME"
    install -m 755 "$ROOT/packaging/linux/tarball/install" "$ROOT/packaging/linux/tarball/uninstall" "$tree/$LINUX_NAME/"
    tar -C "$tree" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        -cf - "$LINUX_NAME" | gzip -9n >"$PACKAGES/$LINUX_NAME.tar.gz"
}

# The folder that an AppImage is made of, and the AppImage where APPIMAGE_RUNTIME names the file
# that goes before the file system image and mounts it. AppImage's own tool would fetch that.
build_appimage() {
    step "AppDir"
    local tree=$WORK/linux/Thawsum.AppDir image=$WORK/linux/Thawsum.squashfs
    fresh "$tree"
    stage_for "$tree"
    ln -s usr/bin/thawsum "$tree/AppRun"
    ln -s usr/share/applications/org.thawsum.Thawsum.desktop "$tree/org.thawsum.Thawsum.desktop"
    cp "$tree/usr/share/icons/hicolor/256x256/apps/org.thawsum.Thawsum.png" "$tree/"
    ln -s org.thawsum.Thawsum.png "$tree/.DirIcon"
    rm -f "$image"
    mksquashfs "$tree" "$image" -quiet -no-progress -comp zstd -root-owned
    if [[ -z ${APPIMAGE_RUNTIME:-} ]]; then
        echo "APPIMAGE_RUNTIME names no runtime, so no AppImage is made of $tree"
        return
    fi
    cat "$APPIMAGE_RUNTIME" "$image" >"$PACKAGES/$LINUX_NAME.AppImage"
    chmod 755 "$PACKAGES/$LINUX_NAME.AppImage"
}

# A manifest that flatpak-builder makes a Flatpak of, from the tar.gz beside it.
build_flatpak() {
    step "Flatpak manifest"
    local digest
    digest=$(sha256sum "$PACKAGES/$LINUX_NAME.tar.gz" | cut -d ' ' -f 1)
    sed -e "s|@TARBALL@|$LINUX_NAME.tar.gz|; s|@SHA256@|$digest|" \
        "$ROOT/packaging/linux/flatpak/org.thawsum.Thawsum.yml" >"$PACKAGES/org.thawsum.Thawsum.yml"
}
