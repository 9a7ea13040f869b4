//! `thawsum sum`, and the executable called by the names of coreutils' programs, held against the
//! real ones: the same arguments and input to both, and both outputs and the exit status are the
//! same to the byte. Written against coreutils 9.1; a failure names the version that it met.
#![cfg(target_os = "linux")]

#[path = "sum/bench.rs"]
mod bench;
#[path = "sum/checking.rs"]
mod checking;
#[path = "sum/differences.rs"]
mod differences;
#[path = "sum/printing.rs"]
mod printing;
#[path = "sum/streams.rs"]
mod streams;
#[path = "sum/usage.rs"]
mod usage;
