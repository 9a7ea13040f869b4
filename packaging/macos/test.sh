# Tests the packages of macOS. Sourced by packaging/test, not run.
# shellcheck shell=bash
#
# Anywhere, the application is taken apart: what it says of itself, what it loads, what its signature
# seals. A Mac runs it as well, from where people have it: a folder, a link, a read-only image; and has it
# open a document as the Finder does.

# shellcheck source=packaging/macos/tools.sh
source "$ROOT/packaging/macos/tools.sh"
# shellcheck source=packaging/lib/exercise.sh
source "$ROOT/packaging/lib/exercise.sh"

test_packages() {
    ensure_packages python3 unzip
    local folder=$WORK/macos/test name
    name=$(macos_package)
    APP=$folder/Thawsum.app
    rm -rf -- "$folder"
    mkdir -p "$folder"
    step "$name.zip"
    check "the archive is whole" unzip -q "$PACKAGES/$name.zip" -d "$folder"
    same "there is one thing in it" Thawsum.app "$(ls -A "$folder")"
    "$ROOT/packaging/lib/pack" "$APP" "$folder/again.zip"
    check "the same application gives the same archive" cmp "$PACKAGES/$name.zip" "$folder/again.zip"
    same "the program alone may be executed" "$APP/Contents/MacOS/thawsum" \
        "$(find "$APP" -type f -perm -u+x)"
    test_what_it_says
    test_what_it_is
    test_what_is_with_it
    step "The source, as macOS compiles it"
    check "clippy finds nothing, for both processors" "$ROOT/packaging/macos/lint"
    step "On a Mac"
    if on_a_mac; then
        test_on_a_mac "$folder" "$name"
    else
        not_run "the program, its window, codesign and Gatekeeper" "this is no Mac"
        not_run "the disk image" "only a Mac can make one"
    fi
}

# property FILE KEY    of a property list
property() {
    python3 -c 'import plistlib, sys; print(plistlib.load(open(sys.argv[1], "rb"))[sys.argv[2]])' "$1" "$2"
}

test_what_it_says() {
    local info=$APP/Contents/Info.plist key
    for key in CFBundleShortVersionString CFBundleVersion; do
        same "$key is the version" "$VERSION" "$(property "$info" "$key")"
    done
    same "nothing is left to be filled in" "" "$(grep -n @ "$info" || true)"
    check "it has the icon that it names" test -s "$APP/Contents/Resources/$(property "$info" CFBundleIconFile).icns"
    same "the icon has every size that a screen asks for" \
        "ic04 ic05 ic11:32 ic12:64 ic07:128 ic13:256 ic08:256 ic14:512 ic09:512 ic10:1024" \
        "$(icon_sizes "$APP/Contents/Resources/thawsum.icns")"
}

# The entries of an icon file, and how wide those are that are PNG.
icon_sizes() {
    python3 - "$1" <<'PYTHON'
import struct, sys

data, at, entries = open(sys.argv[1], "rb").read(), 8, []
if data[:8] != b"icns" + struct.pack(">I", len(data)):
    sys.exit("no icon file")
while at < len(data):
    kind, length = struct.unpack_from(">4sI", data, at)
    body = data[at + 8 : at + length]
    wide = f":{struct.unpack_from('>I', body, 16)[0]}" if body.startswith(b"\x89PNG") else ""
    entries.append(kind.decode() + wide)
    at += length
print(*entries)
PYTHON
}

test_what_it_is() {
    local facts processor signed="adhoc runtime"
    [[ -n ${THAWSUM_SIGN_IDENTITY:-} ]] && signed=runtime
    check "everything that is sealed is as it was" "$ROOT/packaging/macos/anatomy" "$APP"
    test_the_seal
    facts=$("$ROOT/packaging/macos/anatomy" "$APP")
    same "it is for both processors" $'arm64\nx86_64' "$(sed -n 's/ minimum .*//p' <<<"$facts" | sort)"
    for processor in arm64 x86_64; do
        same "$processor: starts on the macOS that Info.plist names" "$(macos_minimum)" \
            "$(sed -n "s/^$processor minimum //p" <<<"$facts")"
        same "$processor: the signature has the hardened runtime" "$signed" \
            "$(sed -n "s/^$processor flags //p" <<<"$facts" | sort -u)"
        same "$processor: no entitlement weakens it" "$processor entitlements" \
            "$(grep "^$processor entitlements" <<<"$facts")"
        same "$processor: it looks nowhere else for libraries" "" "$(grep "^$processor rpath" <<<"$facts" || true)"
        # Which of them, the linker decides: it names those that the named ones stand for.
        same "$processor: it loads the public libraries of macOS alone" "" "$(
            sed -n "s/^$processor \(weak \)\{0,1\}library //p" <<<"$facts" |
                grep -Ev '^(/usr/lib|/System/Library/Frameworks)/' || true
        )"
    done
    # With the home folder all that is below it, cargo's included.
    for path in "$ROOT" "$HOME"; do
        refuse "it does not tell where it was built: $path" grep -aqF -- "$path/" "$APP/Contents/MacOS/thawsum"
    done
}

# What looks at the seal has to see it broken.
test_the_seal() {
    local copy=$WORK/macos/test/broken
    local broken=$copy/Thawsum.app/Contents
    whole_copy "$copy"
    printf 'more\n' >>"$broken/Resources/LICENSE-MIT"
    refuse "a file that was changed is found" "$ROOT/packaging/macos/anatomy" "$copy/Thawsum.app"
    whole_copy "$copy"
    : >"$broken/Resources/more"
    refuse "a file that was added is found" "$ROOT/packaging/macos/anatomy" "$copy/Thawsum.app"
    whole_copy "$copy"
    # In the middle of the first program, behind its head.
    printf 'changed' | dd of="$broken/MacOS/thawsum" bs=1 seek=1000000 conv=notrunc 2>/dev/null
    refuse "a program that was changed is found" "$ROOT/packaging/macos/anatomy" "$copy/Thawsum.app"
    rm -rf -- "$copy"
}

whole_copy() {
    rm -rf -- "$1"
    mkdir -p "$1"
    cp -R "$APP" "$1/"
}

test_what_is_with_it() {
    local resources=$APP/Contents/Resources workflow="Checksum with Thawsum.workflow" file
    for file in "$workflow/Contents/Info.plist" "$workflow/Contents/document.wflow"; do
        check "the Quick Action is with it: ${file##*/}" \
            cmp "$ROOT/packaging/macos/$file" "$resources/$file"
    done
    for file in LICENSE-MIT LICENSE-APACHE fonts/LICENSE-Inter.txt THIRD-PARTY-LICENSES.txt; do
        check "the licences are with it: $file" test -s "$resources/$file"
    done
    check "the licences of macOS's crates are among them" grep -q objc2 "$resources/THIRD-PARTY-LICENSES.txt"
    same "both processors have the same crates" "$(crates aarch64-apple-darwin)" "$(crates x86_64-apple-darwin)"
    for file in thawsum.1 thawsum-hash.1 thawsum-check.1; do
        check "the manual is with it: $file" grep -q '^\.TH' "$resources/man/man1/$file"
    done
    check "the completions for bash are" bash -n "$resources/completions/thawsum.bash"
    check "the completions for zsh are" grep -q '^#compdef thawsum' "$resources/completions/_thawsum"
    check "the completions for fish are" grep -q '^complete -c thawsum' "$resources/completions/thawsum.fish"
    check "there is a bill of materials" grep -q '"CycloneDX"' "$PACKAGES/thawsum-$VERSION-macos.cdx.json"
}

crates() {
    cargo tree --locked --edges normal --prefix none --package thawsum --target "$1" |
        sed 's/ (\*)$//' | LC_ALL=C sort -u
}

# inside FOLDER COMMAND...
inside() {
    (
        cd -- "$1" || exit
        shift
        "$@"
    )
}

test_on_a_mac() {
    local folder=$1 name=$2 sample=$1/sample wanted image=$1/image
    check "codesign finds the signature whole" codesign --verify --deep --strict "$APP"
    # Says no to whatever is signed ad hoc, and that is no fault of the bundle.
    echo "    Gatekeeper: $(spctl --assess --type execute --verbose "$APP" 2>&1 | tr '\n' ' ')"
    make_sample "$sample"
    wanted=$(sample_list "$sample")
    exercise "from the bundle" "$wanted" inside "$sample" "$APP/Contents/MacOS/thawsum"
    # The way that README.md names for the Terminal.
    ln -s "$APP/Contents/MacOS/thawsum" "$folder/thawsum"
    exercise "through a link" "$wanted" inside "$sample" "$folder/thawsum"
    mkdir "$image"
    # A read-only mount, as Gatekeeper's translocation makes one.
    check "the disk image can be opened" \
        hdiutil attach -quiet -readonly -nobrowse -mountpoint "$image" "$PACKAGES/$name.dmg"
    # shellcheck disable=SC2064  # the folder is known now
    trap "hdiutil detach -quiet -force '$image' || true" EXIT
    same "it is dragged to Applications" /Applications "$(readlink "$image/Applications")"
    exercise "from the image" "$wanted" inside "$sample" "$image/Thawsum.app/Contents/MacOS/thawsum"
    test_document "$folder" "$sample"
}

# A checksum file reaches the window as the Finder hands it over: the program ends when the first job is
# done, and leaves a picture of it. Without the document there is no job, and it stays.
test_document() {
    local folder=$1 sample=$2 picture=$1/document.png seconds=0
    sample_list "$sample" >"$sample/sample.sha256"
    open -n -a "$APP" "$sample/sample.sha256" --args --picture "$picture" --size 1280x800
    until [[ -s $picture ]]; do
        ((seconds += 1))
        ((seconds < 120)) || fail "the checksum file did not reach the window within two minutes"
        sleep 1
    done
    check "a checksum file that is opened is verified in the window" test -s "$picture"
}
