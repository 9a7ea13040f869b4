//! Checksum files from enemies: whatever they hold, reading them ends, one item a line at most.
#![no_main]

use std::path::Path;

use workers::manifest::read::{Expected, ListReader};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for name in ["SHA256SUMS", "manifest-md5.txt", "list.sfv", "list"] {
        let Ok(items) = ListReader::new(bytes, Path::new(name), &Expected::default()) else {
            continue;
        };
        // A line, or the one that says that the list ends too early.
        assert!(items.count() <= bytes.len() + 1);
    }
});
