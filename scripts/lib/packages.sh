# What the scripts need from the system, and how to install it. Sourced, not run.
# shellcheck shell=bash
#
# A need is a command (`Xvfb`), a shared library by the name it is loaded under
# (`libX11.so.6`), or `software-opengl`. One line a need in `package_of`.
#
#     ensure_packages NEED...    installs what is missing where this user may do
#                                so, else names the command and exits with 2
#
# THAWSUM_NO_INSTALL=1 never installs, only names the command.

# What a window needs where there is no display. The program is not linked to
# these libraries; it loads them when it opens its window.
# shellcheck disable=SC2034  # used by the scripts that source this
WINDOW_NEEDS=(
    Xvfb software-opengl libGL.so.1
    libX11.so.6 libX11-xcb.so.1 libXcursor.so.1 libXi.so.6
    libxkbcommon.so.0 libxkbcommon-x11.so.0
)

# The programs that checksum formats come from. Tests hold what Thawsum writes against them.
# shellcheck disable=SC2034  # used by the scripts that source this
ORIGINALS=(sha256sum cksum rhash hashdeep cksfv b3sum)
# What reads the files of `packaging` and what `thawsum generate` makes, to say
# whether they are right.
# shellcheck disable=SC2034  # used by the scripts that source this
PACKAGING_NEEDS=(
    zsh fish mandoc
    desktop-file-validate appstreamcli update-mime-database xmllint gio python3 dbus-daemon makensis
)

# The packages that hold a need: package_of MANAGER NEED
package_of() {
    #      need                    apt-get             dnf                    pacman              zypper                 apk
    local row
    case $2 in
        cc)                    row="gcc,libc6-dev      gcc                    gcc                 gcc                    build-base" ;;
        sha256sum | cksum)     row="coreutils          coreutils              coreutils           coreutils              coreutils" ;;
        rhash)                 row="rhash              rhash                  rhash               rhash                  rhash" ;;
        hashdeep)              row="hashdeep           md5deep                hashdeep            hashdeep               hashdeep" ;;
        cksfv)                 row="cksfv              cksfv                  cksfv               cksfv                  cksfv" ;;
        b3sum)                 row="b3sum              b3sum                  b3sum               b3sum                  b3sum" ;;
        zsh)                   row="zsh                zsh                    zsh                 zsh                    zsh" ;;
        fish)                  row="fish               fish                   fish                fish                   fish" ;;
        mandoc)                row="mandoc             mandoc                 mandoc              mandoc                 mandoc" ;;
        desktop-file-validate) row="desktop-file-utils desktop-file-utils     desktop-file-utils  desktop-file-utils     desktop-file-utils" ;;
        appstreamcli)          row="appstream          appstream              appstream           AppStream              appstream" ;;
        update-mime-database)  row="shared-mime-info   shared-mime-info       shared-mime-info    shared-mime-info       shared-mime-info" ;;
        unzip)                 row="unzip              unzip                  unzip               unzip                  unzip" ;;
        xmllint)               row="libxml2-utils      libxml2                libxml2             libxml2-tools          libxml2-utils" ;;
        gio)                   row="libglib2.0-bin     glib2                  glib2               glib2-tools            glib" ;;
        dbus-daemon)           row="dbus               dbus-daemon            dbus                dbus-1-daemon          dbus" ;;
        python3)               row="python3            python3                python              python3                python3" ;;
        makensis)              row="nsis               mingw32-nsis           nsis                nsis                   nsis" ;;
        dpkg-deb)              row="dpkg               dpkg                   dpkg                dpkg                   dpkg" ;;
        rpmbuild)              row="rpm                rpm-build              rpm-tools           rpm-build              rpm-dev" ;;
        mksquashfs | unsquashfs) row="squashfs-tools   squashfs-tools         squashfs-tools      squashfs               squashfs-tools" ;;
        mmdebstrap)            row="mmdebstrap,debian-archive-keyring mmdebstrap             mmdebstrap          mmdebstrap             mmdebstrap" ;;
        lintian)               row="lintian            lintian                lintian             lintian                lintian" ;;
        readelf)               row="binutils           binutils               binutils            binutils               binutils" ;;
        flatpak-builder)       row="flatpak-builder    flatpak-builder        flatpak-builder     flatpak-builder        flatpak-builder" ;;
        shellcheck)            row="shellcheck         ShellCheck             shellcheck          ShellCheck             shellcheck" ;;
        x86_64-w64-mingw32-gcc)     row="gcc-mingw-w64-x86-64-posix mingw64-gcc      mingw-w64-gcc      mingw64-cross-gcc      mingw-w64-gcc" ;;
        x86_64-w64-mingw32-windres) row="binutils-mingw-w64-x86-64  mingw64-binutils mingw-w64-binutils mingw64-cross-binutils mingw-w64-binutils" ;;
        xwininfo)              row="x11-utils          xwininfo               xorg-xwininfo       xwininfo               xwininfo" ;;
        wixl)                  row="wixl               msitools               msitools            msitools               msitools" ;;
        msibuild)              row="msitools           msitools               msitools            msitools               msitools" ;;
        wrestool | icotool)    row="icoutils           icoutils               icoutils            icoutils               icoutils" ;;
        wine)                  row="wine,wine64        wine                   wine                wine                   wine" ;;
        Xvfb)                  row="xvfb               xorg-x11-server-Xvfb   xorg-server-xvfb    xorg-x11-server-Xvfb   xvfb" ;;
        software-opengl)       row="libgl1-mesa-dri    mesa-dri-drivers       mesa                Mesa-dri               mesa-dri-gallium" ;;
        libGL.so.1)            row="libgl1             mesa-libGL             libglvnd            Mesa-libGL1            mesa-gl" ;;
        libX11.so.6)           row="libx11-6           libX11                 libx11              libX11-6               libx11" ;;
        libX11-xcb.so.1)       row="libx11-xcb1        libX11-xcb             libx11              libX11-xcb1            libx11" ;;
        libXcursor.so.1)       row="libxcursor1        libXcursor             libxcursor          libXcursor1            libxcursor" ;;
        libXi.so.6)            row="libxi6             libXi                  libxi               libXi6                 libxi" ;;
        libxkbcommon.so.0)     row="libxkbcommon0      libxkbcommon           libxkbcommon        libxkbcommon0          libxkbcommon" ;;
        libxkbcommon-x11.so.0) row="libxkbcommon-x11-0 libxkbcommon-x11       libxkbcommon-x11    libxkbcommon-x11-0     libxkbcommon-x11" ;;
        *) echo "packages.sh: no package is known for '$2'" >&2; return 1 ;;
    esac
    local -a columns
    read -r -a columns <<<"$row"
    local package
    case $1 in
        apt-get) package=${columns[0]} ;;
        dnf) package=${columns[1]} ;;
        pacman) package=${columns[2]} ;;
        zypper) package=${columns[3]} ;;
        apk) package=${columns[4]} ;;
        *) return 1 ;;
    esac
    tr ',' '\n' <<<"$package"
}

# Whether a need is met: is_there NEED
is_there() {
    case $1 in
        software-opengl)
            # Older Mesa has one driver file a card, newer Mesa one library for all.
            _find_library swrast_dri.so dri/ || _find_library 'libgallium-*.so' ''
            ;;
        *.so.*) _find_library "$1" '' ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# _find_library NAME FOLDER/
_find_library() {
    if [[ -z $2 ]]; then
        # Not piped: grep -q would end early, and pipefail would call that an error.
        local known
        known=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null) || known=
        # shellcheck disable=SC2053  # the name may hold a *
        [[ $known == *[[:space:]/]$1[[:space:]]* ]] && return 0
    fi
    local -a folders
    IFS=: read -r -a folders <<<"${LD_LIBRARY_PATH:-}"
    folders+=(/lib /usr/lib /lib64 /usr/lib64 /usr/local/lib /usr/lib/xorg/modules
        /lib/*-linux-gnu* /usr/lib/*-linux-gnu* /run/opengl-driver/lib)
    local folder
    for folder in "${folders[@]}"; do
        [[ -n $folder ]] && compgen -G "$folder/$2$1" >/dev/null && return 0
    done
    return 1
}

_missing() {
    local need
    for need in "$@"; do
        is_there "$need" || printf '%s\n' "$need"
    done
}

_package_manager() {
    local manager
    for manager in apt-get dnf pacman zypper apk; do
        if command -v "$manager" >/dev/null; then
            echo "$manager"
            return
        fi
    done
    return 1
}

ensure_packages() {
    local need missing manager
    missing=$(_missing "$@")
    [[ -z $missing ]] && return 0

    if [[ $(uname -s) != Linux ]]; then
        echo "These are missing; please install them and start again: ${missing//$'\n'/, }" >&2
        exit 2
    fi
    if ! manager=$(_package_manager); then
        echo "These are missing, and this system has no package manager that this script knows" >&2
        echo "(apt-get, dnf, pacman, zypper, apk). Please install them and start again:" >&2
        echo "    ${missing//$'\n'/, }" >&2
        exit 2
    fi

    local -a packages=() install refresh=() as_root=()
    while read -r need; do packages+=("$need"); done < <(
        while read -r need; do package_of "$manager" "$need"; done <<<"$missing" | sort -u
    )
    case $manager in
        apt-get)
            install=(apt-get install -y --no-install-recommends)
            refresh=(apt-get update)
            ;;
        dnf) install=(dnf install -y --setopt=install_weak_deps=False) ;;
        pacman)
            install=(pacman -S --needed --noconfirm)
            # Refreshing the lists without upgrading everything breaks an Arch system,
            # so it is done only where there are no lists yet, as in a fresh container.
            compgen -G '/var/lib/pacman/sync/*.db' >/dev/null || install=(pacman -Sy --needed --noconfirm)
            ;;
        zypper) install=(zypper --non-interactive install --no-recommends) ;;
        apk)
            install=(apk add)
            refresh=(apk update)
            ;;
    esac

    local may=yes
    if [[ -n ${THAWSUM_NO_INSTALL:-} ]]; then
        may=
    elif [[ $(id -u) != 0 ]]; then
        as_root=(sudo -n)
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
            may=
        fi
    fi
    local sudo_word='sudo '
    [[ $(id -u) == 0 ]] && sudo_word=
    local command_line="$sudo_word${install[*]} ${packages[*]}"
    if [[ -z $may ]]; then
        echo "These are missing: ${missing//$'\n'/, }" >&2
        echo "Please install them with the command below, then start again:" >&2
        echo "    $command_line" >&2
        exit 2
    fi

    echo "Installing what is missing: ${packages[*]}"
    if [[ $manager == apt-get ]]; then
        as_root+=(env DEBIAN_FRONTEND=noninteractive)
        install+=(-q -o DPkg::Lock::Timeout=120)
    fi
    local log
    log=$(mktemp)
    local done=
    # Package lists that are old or absent are the usual reason for a first failure.
    # (The odd expansion is for bash 4.3 and older, where an empty array counts as unset.)
    if ${as_root[@]+"${as_root[@]}"} "${install[@]}" "${packages[@]}" >"$log" 2>&1 </dev/null; then
        done=yes
    elif ((${#refresh[@]})) &&
        ${as_root[@]+"${as_root[@]}"} "${refresh[@]}" >>"$log" 2>&1 </dev/null &&
        ${as_root[@]+"${as_root[@]}"} "${install[@]}" "${packages[@]}" >>"$log" 2>&1 </dev/null; then
        done=yes
    fi
    if [[ -z $done ]]; then
        echo "The installation failed. The last lines of what it said:" >&2
        tail -n 20 "$log" | sed 's/^/    /' >&2
        rm -f "$log"
        echo "The command was: $command_line" >&2
        exit 2
    fi
    rm -f "$log"

    missing=$(_missing "$@")
    if [[ -n $missing ]]; then
        echo "${packages[*]} is installed, but these are still not found: ${missing//$'\n'/, }" >&2
        exit 2
    fi
}

# ensure_cargo COMPONENT...    cargo itself, and the named ones of its components
ensure_cargo() {
    if ! command -v cargo >/dev/null; then
        # Rust's own installer puts it there; a shell that is older than that does not know yet.
        if [[ -x ${CARGO_HOME:-$HOME/.cargo}/bin/cargo ]]; then
            PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
        else
            echo "cargo, Rust's build tool, is not installed. Please install Rust from https://rustup.rs" >&2
            echo "(the version that rust-version in Cargo.toml names, or a newer one), then start again." >&2
            exit 2
        fi
    fi
    local component absent=()
    for component in "$@"; do
        case $component in
            rustfmt) cargo fmt --version >/dev/null 2>&1 || absent+=(rustfmt) ;;
            clippy) cargo clippy --version >/dev/null 2>&1 || absent+=(clippy) ;;
        esac
    done
    if ((${#absent[@]})); then
        echo "These parts of Rust are not installed: ${absent[*]}" >&2
        echo "Please install them with the command below (without rustup: with the system's" >&2
        echo "package manager), then start again:" >&2
        echo "    rustup component add ${absent[*]}" >&2
        exit 2
    fi
}
