# Makes the packages of macOS: one application for both processors. Sourced by packaging/build, not run.
# shellcheck shell=bash
#
#     thawsum-VERSION-macos-universal.zip    Thawsum.app
#     thawsum-VERSION-macos-universal.dmg    the same, to be dragged to Applications; made on a Mac only
#     thawsum-VERSION-macos.cdx.json         what it is made of
#
# THAWSUM_SIGN_IDENTITY     a "Developer ID Application" of the keychain; without it the signature is ad hoc,
#                           which is valid and names nobody
# THAWSUM_NOTARY_PROFILE    what `xcrun notarytool store-credentials` has stored; with it Apple is asked to
#                           look at the application, and its answer goes with it
#
# Both are for a Mac. Elsewhere the program is linked against stubs (without-mac/), to be taken apart by the
# tests, and the archive's name says that it is not for anybody to use.

MACOS=$ROOT/packaging/macos
MACOS_TRIPLES=(aarch64-apple-darwin x86_64-apple-darwin)
APP=$WORK/macos/Thawsum.app
# shellcheck source=packaging/macos/tools.sh
source "$MACOS/tools.sh"

build_packages() {
    local triple programs=() name
    name=$(macos_package)
    rm -rf -- "$APP" "$PACKAGES"/thawsum-*-macos*
    for triple in "${MACOS_TRIPLES[@]}"; do
        step "The program for $triple"
        (
            macos_compilers
            cargo build --release --locked --target "$triple" -p thawsum
        )
        programs+=("$TARGET/$triple/release/thawsum")
    done
    step "The bundle"
    make_bundle "${programs[@]}"
    step "The signature"
    sign "$APP"
    notarise "$APP"
    step "The packages"
    "$ROOT/packaging/lib/pack" "$APP" "$PACKAGES/$name.zip"
    write_bill "${MACOS_TRIPLES[0]}" "$PACKAGES/thawsum-$VERSION-macos.cdx.json"
    if on_a_mac; then
        make_disk_image "$PACKAGES/$name.dmg"
        return
    fi
    echo
    echo "NOT FOR ANYBODY TO USE: $name.zip"
    echo "It is linked against stubs, as Apple's SDK is not here, and has never run. A Mac makes the one to"
    echo "release, and the .dmg, with the same command."
}

# make_bundle PROGRAM...    one for each processor
make_bundle() {
    local contents=$APP/Contents
    local resources=$contents/Resources
    mkdir -p "$contents/MacOS" "$resources"
    sed "s/@VERSION@/$VERSION/" "$MACOS/Info.plist" >"$contents/Info.plist"
    printf 'APPL????' >"$contents/PkgInfo"
    join_programs "$contents/MacOS/thawsum" "$@"
    chmod 755 "$contents/MacOS/thawsum"
    cp "$ROOT/assets/icon/thawsum.icns" "$resources/"
    cp -R "$MACOS/Checksum with Thawsum.workflow" "$resources/"
    cp "$ROOT/LICENSE-MIT" "$ROOT/LICENSE-APACHE" "$resources/"
    mkdir -p "$resources/fonts"
    cp "$ROOT"/assets/fonts/LICENSE-* "$resources/fonts/"
    # Both processors have the same crates; the tests hold them to that.
    write_licences "${MACOS_TRIPLES[0]}" "$resources/THIRD-PARTY-LICENSES.txt"
    generate "$contents/MacOS/thawsum" "$resources"
}

# generate PROGRAM FOLDER    what the program says about itself: manual pages and completions
generate() {
    local program=$1 folder=$2
    if ! on_a_mac && ! program=$(runnable_program); then
        # One of this machine, of the same source. It need not be fast.
        cargo build --quiet --locked -p thawsum
        program=$TARGET/debug/thawsum
    fi
    mkdir -p "$folder/man/man1" "$folder/completions"
    "$program" generate man "$folder/man/man1"
    "$program" generate completions bash >"$folder/completions/thawsum.bash"
    "$program" generate completions zsh >"$folder/completions/_thawsum"
    "$program" generate completions fish >"$folder/completions/thawsum.fish"
}

# No entitlements: see README.md. Nothing below the bundle is code of its own, so nothing is signed deep.
sign() {
    if ! on_a_mac; then
        ensure_cargo_tool rcodesign
        rcodesign sign --code-signature-flags runtime "$1" 2>&1 | tail -n 1
        return
    fi
    local identity=${THAWSUM_SIGN_IDENTITY:--} stamp=--timestamp
    [[ $identity == - ]] && stamp=--timestamp=none
    codesign --force --options runtime "$stamp" --sign "$identity" "$1"
}

# Apple looks at an archive of it; the answer is put beside the signature, for Macs that are offline.
notarise() {
    [[ -n ${THAWSUM_NOTARY_PROFILE:-} ]] || return 0
    on_a_mac || fail "THAWSUM_NOTARY_PROFILE is set, but only a Mac can ask Apple"
    [[ -n ${THAWSUM_SIGN_IDENTITY:-} ]] ||
        fail "THAWSUM_NOTARY_PROFILE is set, but not THAWSUM_SIGN_IDENTITY: Apple looks at nothing that names nobody"
    local sent=$1
    if [[ -d $1 ]]; then
        sent=$WORK/macos/sent.zip
        "$ROOT/packaging/lib/pack" "$1" "$sent"
    fi
    # It ends well when it was told "Invalid", too.
    xcrun notarytool submit "$sent" --keychain-profile "$THAWSUM_NOTARY_PROFILE" --wait | tee "$WORK/macos/notary.log"
    grep -q '^ *status: Accepted' "$WORK/macos/notary.log" || fail "Apple did not accept $1"
    xcrun stapler staple "$1"
}

make_disk_image() {
    local folder=$WORK/macos/image
    rm -rf -- "$folder"
    mkdir -p "$folder"
    cp -R "$APP" "$folder/"
    ln -s /Applications "$folder/Applications"
    hdiutil create -quiet -ov -volname Thawsum -srcfolder "$folder" -fs HFS+ -format UDZO "$1"
    if [[ -n ${THAWSUM_SIGN_IDENTITY:-} ]]; then
        codesign --timestamp --sign "$THAWSUM_SIGN_IDENTITY" "$1"
    fi
    notarise "$1"
}
