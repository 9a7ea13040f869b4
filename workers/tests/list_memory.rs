//! A long list takes no more memory than a short one. Alone in its program, because the peak that
//! the system tells is that of a whole process.
#![cfg(target_os = "linux")]

use std::io::Read;
use std::path::Path;

use workers::Algorithm;
use workers::manifest::read::{Expected, Item, ListReader};
use workers::manifest::{Entry, Format, ListWriter};

/// Makes entries as they are read.
struct Written {
    list: Option<ListWriter<'static, Vec<u8>>>,
    left: u64,
    ready: Vec<u8>,
    at: usize,
}

const ENTRIES: u64 = 100_000;
const ALGORITHM: &[Algorithm] = &[Algorithm::Sha256];
const CRC32: &[Algorithm] = &[Algorithm::Crc32];

impl Read for Written {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.ready.len()
            && let Some(mut list) = self.list.take()
        {
            self.at = 0;
            let path = format!(
                "data/a folder with a long name, which has a comma/file {}",
                self.left
            );
            for _ in 0..100 {
                list.entry(&Entry {
                    path: Path::new(&path),
                    size: self.left,
                    digests: &[0xab; 32][..list.algorithms()[0].digest_len()],
                })?;
                self.left -= 1;
            }
            if self.left == 0 {
                self.ready = list.finish()?;
            } else {
                self.ready.clear();
                self.ready.append(list.get_mut());
                self.list = Some(list);
            }
        }
        let n = buffer.len().min(self.ready.len() - self.at);
        buffer[..n].copy_from_slice(&self.ready[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is there");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let digits = line.and_then(|line| line.split_whitespace().nth(1));
    digits.and_then(|d| d.parse().ok()).expect("a number")
}

#[test]
fn a_hundred_thousand_lines_of_any_format_are_read_in_a_few_mebibytes() {
    for &format in Format::ALL.iter().chain(&[Format::GNU_ZERO]) {
        let algorithms = if format.check(ALGORITHM, []).is_ok() {
            ALGORITHM
        } else {
            CRC32
        };
        let source = Written {
            list: Some(ListWriter::new(format, algorithms, Vec::new()).expect("memory")),
            left: ENTRIES,
            ready: Vec::new(),
            at: 0,
        };
        let expected = Expected {
            format: Some(format),
            algorithm: None,
        };
        let before = peak_kib();
        let mut reader = ListReader::new(source, Path::new("list"), &expected).expect("a list");
        let good = reader
            .by_ref()
            .filter(|item| matches!(item, Ok(Item::Listed(_))))
            .count();
        assert_eq!(good as u64, ENTRIES, "{format:?}");
        assert!(reader.position() > 4 << 20, "{format:?} is a long list");
        let grown = peak_kib() - before;
        assert!(grown < 2 * 1024, "{format:?}: {grown} KiB more");
    }
}
