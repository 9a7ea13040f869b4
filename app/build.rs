//! What the executable for Windows has inside beside the program: its icon, what *Properties >
//! Details* shows of it, and its manifest. For every other system this does nothing.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

const ICON: &str = "../assets/icon/thawsum.ico";
const MANIFEST: &str = "../packaging/windows/thawsum.exe.manifest";

fn main() -> ExitCode {
    // What is built for, not what builds: a `cfg` here would ask about the latter.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("windows") {
        println!("cargo::rerun-if-changed=build.rs");
        return ExitCode::SUCCESS;
    }
    for file in ["build.rs", ICON, MANIFEST] {
        println!("cargo::rerun-if-changed={file}");
    }
    match embed() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!(
                "cargo::error=the icon, version and manifest could not be put into thawsum.exe: {error}. \
                 It takes a resource compiler: rc.exe of the Windows SDK, windres of mingw-w64 \
                 (Debian: binutils-mingw-w64-x86-64), or llvm-rc."
            );
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build script, which draws nothing"
)]
fn embed() -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let made = PathBuf::from(std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    // As a file: a text given to winresource gets a space before its first line, and XML allows
    // nothing before its declaration.
    let manifest = made.join("thawsum.exe.manifest");
    let text = std::fs::read_to_string(MANIFEST)?;
    std::fs::write(&manifest, text.replace("@VERSION@", version))?;
    winresource::WindowsResource::new()
        .set_icon(ICON)
        .set_manifest_file(&manifest.to_string_lossy())
        // English as it is spoken in the United States: what Windows takes for any language that
        // a file has no other words for.
        .set_language(0x0409)
        .set("ProductName", "Thawsum")
        // Task Manager's name for it.
        .set("FileDescription", "Thawsum")
        .set("CompanyName", "The Thawsum developers")
        .set(
            "LegalCopyright",
            "Copyright \u{a9} 2026 The Thawsum developers",
        )
        .set("OriginalFilename", "thawsum.exe")
        .set("InternalName", "thawsum")
        .compile_for("thawsum")
}
