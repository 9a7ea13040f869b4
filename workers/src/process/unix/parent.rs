//! Dying with the parent. The end of standard input says that it is gone too, but only to a
//! thread that gets to run and is not held up in the reader.

use std::io;

use nix::unistd::getppid;

/// Arranges for this process to be killed when its parent, which has this number, ends.
pub(crate) fn die_with_parent(parent: u32) -> io::Result<()> {
    arm(parent)?;
    // It may have died before that; then somebody else is the parent by now.
    if getppid().as_raw().unsigned_abs() != parent {
        return Err(io::Error::other("the parent is gone already"));
    }
    Ok(())
}

/// The system's own signal, which nothing in this process can hold up. It is for this process
/// alone: what tasks started goes on, as after a clean end.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn arm(_parent: u32) -> io::Result<()> {
    nix::sys::prctl::set_name(c"thawsum-worker")?;
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "one face for all systems; on Linux it can fail"
)]
fn arm(parent: u32) -> io::Result<()> {
    // Without it, there is still the end of standard input.
    let _ = super::kqueue::kill_this_when_it_ends(parent);
    Ok(())
}
