# The tools that the project is checked and its packages are made with, beyond what packages.sh
# installs from the system. Sourced, not run, after packages.sh; with $root the repository.
# shellcheck shell=bash
#
#     ensure_cargo_tool COMMAND...    tools that cargo builds from source, some minutes each
#     ensure_python_tool COMMAND...   tools that come as Python wheels, in a folder of their own
#     ensure_target TRIPLE...         Rust's standard library for another system
#
# Versions are named here and nowhere else, so that a release can be made again.
# THAWSUM_NO_INSTALL=1 never installs, only names the command.

# Where cargo builds, which a user may have put elsewhere.
TARGET=${CARGO_TARGET_DIR:-target}
# shellcheck disable=SC2154  # the scripts that source this have it
[[ $TARGET == /* || $TARGET == [A-Za-z]:[/\\]* ]] || TARGET=$root/$TARGET

# tool_version COMMAND    the package that holds it, and the version that is known to do
tool_version() {
    case $1 in
        cargo-about) echo "cargo-about 0.9.3 --features cli" ;;
        cargo-cyclonedx) echo "cargo-cyclonedx 0.5.9" ;;
        cargo-deny) echo "cargo-deny 0.20.2" ;;
        rcodesign) echo "apple-codesign 0.29.0 --no-default-features" ;;
        cargo-zigbuild) echo "cargo-zigbuild 0.24.0" ;;
        python-zig) echo "ziglang 0.17.1" ;;
        check-jsonschema) echo "check-jsonschema 0.39.0" ;;
        zizmor) echo "zizmor 1.32.0" ;;
        *) echo "tools.sh: no version is known of '$1'" >&2; return 1 ;;
    esac
}

ensure_cargo_tool() {
    local tool known package version
    local -a options
    for tool in "$@"; do
        command -v "$tool" >/dev/null && continue
        known=$(tool_version "$tool")
        read -r package version options <<<"$known"
        # shellcheck disable=SC2206  # options are words
        options=($options)
        if [[ -n ${THAWSUM_NO_INSTALL:-} ]]; then
            echo "$tool is missing. Please install it with the command below, then start again:" >&2
            echo "    cargo install --locked $package@$version ${options[*]}" >&2
            exit 2
        fi
        echo "Building $package $version, which takes some minutes the first time"
        # They run for seconds, a few times: what their own profiles ask for would not pay.
        CARGO_TARGET_DIR=$TARGET/tools/build CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=2 \
            CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=false \
            cargo install --quiet --locked "$package@$version" ${options[@]+"${options[@]}"}
    done
}

# In a virtual environment, as systems do not want their own Python's packages changed.
ensure_python_tool() {
    local tool known package version folder=$TARGET/tools/python
    export PATH=$folder/bin:$PATH
    for tool in "$@"; do
        [[ -x $folder/bin/$tool ]] && continue
        known=$(tool_version "$tool")
        read -r package version _ <<<"$known"
        if [[ -n ${THAWSUM_NO_INSTALL:-} ]]; then
            echo "$tool is missing. Please install it with the commands below, then start again:" >&2
            echo "    python3 -m venv $folder && $folder/bin/pip install $package==$version" >&2
            exit 2
        fi
        echo "Installing $package $version"
        # ensurepip is a package of its own on Debian (python3-venv).
        if [[ ! -x $folder/bin/pip ]] && ! python3 -m venv "$folder"; then
            echo "python3 -m venv does not work here; Debian's package for it is python3-venv" >&2
            exit 2
        fi
        "$folder/bin/pip" install --quiet --disable-pip-version-check "$package==$version"
    done
}

ensure_target() {
    local triple folder
    for triple in "$@"; do
        folder=$(rustc --print sysroot)/lib/rustlib/$triple/lib
        compgen -G "$folder/libstd-*.rlib" >/dev/null && continue
        if [[ -n ${THAWSUM_NO_INSTALL:-} ]] || ! command -v rustup >/dev/null; then
            echo "Rust's standard library for $triple is missing. Please install it, then start again:" >&2
            echo "    rustup target add $triple" >&2
            exit 2
        fi
        rustup target add "$triple" || exit 2
    done
}
