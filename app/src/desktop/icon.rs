//! Whether the desktop has the program's icon already.

/// macOS has it from the application's bundle, in every size; one that is set at run time would take its
/// place, in one size. A program that runs without its bundle has none.
#[cfg(target_os = "macos")]
pub(crate) fn is_known() -> bool {
    let bundle = objc2_foundation::NSBundle::mainBundle();
    bundle.bundleIdentifier().is_some()
}

/// Windows are given theirs.
#[cfg(not(target_os = "macos"))]
pub(crate) fn is_known() -> bool {
    false
}
