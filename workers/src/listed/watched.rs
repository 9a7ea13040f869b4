//! A checksum file that is read while others look on and may have had enough.

use std::io::{self, Read};
use std::path::Path;

use crate::job::common::Common;

/// Says that these lists are about to be read.
pub(crate) fn announce(lists: impl Iterator<Item = impl AsRef<Path>>, common: &Common) {
    let sizes = lists.filter_map(|list| std::fs::metadata(list).ok());
    common
        .totals
        .lists
        .begin(sizes.map(|meta| meta.len()).sum());
}

/// Counts what is read. Once the job is cancelled the file seems to end there: nobody looks any
/// more at what was made of it, and an error would need a reader for itself alone.
pub(super) struct Watched<'a, R> {
    pub(super) source: R,
    pub(super) common: &'a Common,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.common.control.token().is_cancelled() {
            return Ok(0);
        }
        let read = self.source.read(buffer)?;
        self.common.totals.lists.read(read as u64);
        Ok(read)
    }
}
