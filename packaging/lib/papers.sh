# What goes with every package on paper. Sourced, not run.
# shellcheck shell=bash
#
#     write_licences TRIPLE FILE    the licences of all that is linked into the program for that triple
#     write_bill TRIPLE FILE        the bill of materials, CycloneDX 1.5 as JSON

write_licences() {
    ensure_cargo_tool cargo-about
    mkdir -p "$(dirname -- "$2")"
    # The tool wants to see the crates of every system, and a build fetches those of one.
    cargo fetch --quiet --locked --manifest-path "$ROOT/app/Cargo.toml"
    # Offline, as the texts are in those crates.
    cargo about generate --locked --offline --target "$1" --manifest-path "$ROOT/app/Cargo.toml" \
        --config "$ROOT/packaging/about.toml" --output-file "$2" "$ROOT/packaging/third-party.hbs"
}

write_bill() {
    ensure_cargo_tool cargo-cyclonedx
    mkdir -p "$(dirname -- "$2")"
    # The tool leaves its file beside each Cargo.toml of the workspace, under a name that it may be told.
    cargo cyclonedx --quiet --format json --spec-version 1.5 --target "$1" --no-build-deps \
        --override-filename bill --manifest-path "$ROOT/app/Cargo.toml"
    # Our own crates are named by where they lay, which is nobody's business.
    sed "s|path+file://$ROOT/|path+file:///|g" "$ROOT/app/bill.json" >"$2"
    rm -f -- "$ROOT"/{app,workers,workers/lanes,tests}/bill.json
}
