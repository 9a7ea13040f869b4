# What building and testing for macOS share. Sourced, not run.
# shellcheck shell=bash
#
#     on_a_mac
#     macos_package               how the packages are called, without an ending
#     macos_compilers             what cargo compiles and links with, into the environment
#     macos_minimum               the oldest macOS that it starts on
#     join_programs OUT IN...     one program for several processors

# What the program is linked with; without a Mac there are stubs of these.
MACOS_LIBRARIES=(
    objc iconv
    AppKit ApplicationServices Carbon CoreFoundation CoreGraphics CoreText CoreVideo Foundation IOKit OpenGL
)

on_a_mac() { [[ $(uname -s) == Darwin ]]; }

macos_package() {
    local doubt=-LINKED-WITH-STUBS
    on_a_mac && doubt=
    echo "thawsum-$VERSION-macos-universal$doubt"
}

macos_compilers() {
    local triple name flags=()
    MACOSX_DEPLOYMENT_TARGET=$(macos_minimum)
    export MACOSX_DEPLOYMENT_TARGET
    ensure_target aarch64-apple-darwin x86_64-apple-darwin
    if ! on_a_mac; then
        ensure_python_tool python-zig
        local compilers=$ROOT/packaging/macos/without-mac
        SDKROOT=$WORK/macos/sdk
        export SDKROOT
        "$compilers/stubs" "$SDKROOT" "${MACOS_LIBRARIES[@]}"
        flags+=("-Clink-arg=-Wl,-undefined,dynamic_lookup")
        for triple in aarch64_apple_darwin x86_64_apple_darwin; do
            name=$(tr '[:lower:]' '[:upper:]' <<<"$triple")
            export "CC_$triple=$compilers/cc" "AR_$triple=$compilers/ar" "CARGO_TARGET_${name}_LINKER=$compilers/cc"
        done
    fi
    program_flags ${flags[@]+"${flags[@]}"}
}

# The oldest macOS that it starts on is named in one place.
macos_minimum() {
    sed -n '/<key>LSMinimumSystemVersion</{n;s/.*<string>\(.*\)<.*/\1/p;}' "$ROOT/packaging/macos/Info.plist"
}

join_programs() {
    if on_a_mac; then
        lipo -create -output "$@"
    else
        ensure_cargo_tool rcodesign
        rcodesign macho-universal-create --output "$@" 2>/dev/null
    fi
}
