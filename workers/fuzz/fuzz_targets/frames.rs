//! Bytes from enemies, as either side of the pipe would read them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| workers::fuzzing::frames(bytes));
