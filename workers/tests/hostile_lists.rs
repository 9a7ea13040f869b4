//! Whatever is thrown at the readers: every format gives back exactly what it took or refuses it
//! beforehand, no bytes make a reader fail otherwise than with a reason, and memory is bounded.

use std::io::Read;
use std::path::{Path, PathBuf};

use workers::Algorithm;
use workers::manifest::read::{Expected, Item, LONGEST, ListReader};
use workers::manifest::{Entry, Format, LineError, ListWriter};

/// A generator of its own rather than a crate's: a failure is told by its seed, and the same
/// seeds run everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("less than n")
    }
    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    /// A name made of what formats stumble over.
    fn name(&mut self) -> PathBuf {
        const PARTS: &[&[u8]] = &[
            b" ",
            b"  ",
            b"\t",
            b"\n",
            b"\r",
            b"\r\n",
            b"\\",
            b"\\n",
            b"\"",
            b"\"\"",
            b",",
            b";",
            b"#",
            b"%",
            b"%0A",
            b"%25",
            b"(",
            b")",
            b") = ",
            b"*",
            b"=",
            b"a",
            b"b c",
            b"/",
            b"data/",
            b"\x1b[31m",
            b"\x7f",
            b"[",
            b"{",
            b"}",
            b"]",
            b":",
            b"12345678",
            b"d41d8cd98f00b204e9800998ecf8427e",
            b"path,size",
            b"%%%% ",
            b"SHA256 (",
            "ü".as_bytes(),
            "\u{feff}".as_bytes(),
            "\u{202e}".as_bytes(),
            "日本".as_bytes(),
        ];
        const NOT_TEXT: &[&[u8]] = &[
            b"\xff",
            b"\xfe",
            b"caf\xe9",
            b"\xed\xa0\x80",
            b"\xc3",
            b"\x80",
        ];
        let mut name = if self.below(4) == 0 {
            b"data/".to_vec()
        } else {
            Vec::new()
        };
        for _ in 0..=self.below(6) {
            name.extend_from_slice(if cfg!(unix) && self.below(8) == 0 {
                self.pick(NOT_TEXT)
            } else {
                self.pick(PARTS)
            });
        }
        path(&name)
    }
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(std::str::from_utf8(bytes).expect("text"))
}

fn formats() -> Vec<Format> {
    let mut formats = Format::ALL.to_vec();
    formats.push(Format::GNU_ZERO);
    formats
}

/// The most algorithms that a format takes, out of a few.
fn algorithms_for(format: Format) -> Vec<Algorithm> {
    use Algorithm::{Blake2b, Crc32, Md5, Sha1, Sha3_256, Sha256};
    let choices = [
        vec![Sha256, Md5, Crc32, Blake2b, Sha3_256],
        vec![Md5, Sha1, Sha256],
        vec![Sha256],
        vec![Crc32],
    ];
    choices
        .into_iter()
        .find(|list| format.check(list, []).is_ok())
        .expect("it takes one of them")
}

#[test]
fn every_format_carries_a_name_exactly_or_refuses_it_beforehand() {
    for format in formats() {
        let algorithms = algorithms_for(format);
        let length: usize = algorithms.iter().map(|a| a.digest_len()).sum();
        let mut carried_in_all = 0;
        for seed in 0..300 {
            let mut random = Random(seed);
            let files: Vec<(PathBuf, u64, Vec<u8>)> = (0..random.below(20))
                .map(|_| {
                    let size = random.next() >> random.below(64);
                    (random.name(), size, random.bytes(length))
                })
                .filter(|(path, ..)| format.check_path(path).is_ok())
                .collect();
            let mut list = ListWriter::new(format, &algorithms, Vec::new()).expect("memory");
            for (path, size, digests) in &files {
                let entry = Entry {
                    path,
                    size: *size,
                    digests,
                };
                list.entry(&entry).expect("memory");
            }
            let text = list.finish().expect("memory");
            carried_in_all += files.len();

            let expected = Expected {
                format: Some(format),
                algorithm: (algorithms.len() == 1).then(|| algorithms[0]),
            };
            let reader = ListReader::new(&*text, Path::new("list"), &expected).expect("a list");
            let mut read: Vec<(PathBuf, Option<u64>, Vec<u8>)> = Vec::new();
            for item in reader {
                let Ok(Item::Listed(file)) = item else {
                    panic!(
                        "{format:?}, seed {seed}: {item:?} in {}",
                        text.escape_ascii()
                    );
                };
                let digests: Vec<u8> = file.digests.iter().flat_map(|(_, d)| d).copied().collect();
                // A format with a line a digest has several lines a file.
                match read.last_mut() {
                    Some((path, _, so_far)) if *path == file.path && so_far.len() < length => {
                        so_far.extend_from_slice(&digests);
                    }
                    _ => read.push((file.path, file.size, digests)),
                }
            }
            let as_written: Vec<_> = files
                .into_iter()
                .zip(&read)
                .map(|((path, size, digests), (_, read_size, _))| {
                    (path, read_size.map(|_| size), digests)
                })
                .collect();
            assert_eq!(
                read,
                as_written,
                "{format:?}, seed {seed}: {}",
                text.escape_ascii()
            );
        }
        assert!(carried_in_all > 100, "{format:?} refused nearly everything");
    }
}

/// A list of each format that the mutations start from.
fn samples() -> Vec<Vec<u8>> {
    let mut random = Random(7);
    formats()
        .into_iter()
        .map(|format| {
            let algorithms = algorithms_for(format);
            let length: usize = algorithms.iter().map(|a| a.digest_len()).sum();
            let mut list = ListWriter::new(format, &algorithms, Vec::new()).expect("memory");
            for _ in 0..8 {
                let (path, digests) = (random.name(), random.bytes(length));
                if format.check_path(&path).is_ok() {
                    let entry = Entry {
                        path: &path,
                        size: 5,
                        digests: &digests,
                    };
                    list.entry(&entry).expect("memory");
                }
            }
            list.finish().expect("memory")
        })
        .collect()
}

fn read_all(bytes: &[u8], format: Option<Format>) -> usize {
    let expected = Expected {
        format,
        algorithm: None,
    };
    let Ok(mut reader) = ListReader::new(bytes, Path::new("list"), &expected) else {
        return 0;
    };
    let (mut items, mut line, mut position) = (0, 0, 0);
    while let Some(item) = reader.next() {
        let at = match item.expect("memory does not fail") {
            Item::Listed(file) => {
                assert!(!file.digests.is_empty());
                assert!(!file.path.as_os_str().is_empty());
                file.line
            }
            Item::Bad(bad) => {
                assert!(!bad.to_string().contains('\n'));
                bad.line
            }
        };
        assert!(at >= line && at > 0, "line {at} after line {line}");
        assert!(reader.position() >= position);
        (line, position) = (at, reader.position());
        items += 1;
    }
    assert_eq!(reader.position(), bytes.len() as u64);
    assert!(items <= bytes.len() + 1, "an item without a byte");
    items
}

#[test]
fn no_bytes_make_a_reader_panic_or_run_on() {
    let samples = samples();
    for seed in 0..4000 {
        let mut random = Random(seed);
        let mut bytes = samples[random.below(samples.len())].clone();
        for _ in 0..=random.below(8) {
            let at = random.below(bytes.len() + 1);
            let other = &samples[random.below(samples.len())];
            match random.below(6) {
                0 => bytes.truncate(at),
                1 => drop(bytes.splice(at..at, random_bytes(&mut random))),
                2 => {
                    let from = random.below(other.len() + 1);
                    let piece = other[from..(from + 40).min(other.len())].to_vec();
                    drop(bytes.splice(at..at, piece));
                }
                3 => {
                    let end = (at + random.below(9)).min(bytes.len());
                    bytes.drain(at..end);
                }
                4 => {
                    let marks: [&[u8]; 5] =
                        [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"[", b"%%%% "];
                    drop(bytes.splice(0..0, random.pick(&marks).to_vec()));
                }
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        let specials: &[u8; 16] = b"\n\r\0\"\\,;#%() *[]{";
                        *byte = specials[random.below(16)];
                    }
                }
            }
        }
        let formats = formats();
        let format = (random.below(2) == 0).then(|| formats[random.below(formats.len())]);
        read_all(&bytes, format);
    }
}

fn random_bytes(random: &mut Random) -> Vec<u8> {
    let n = random.below(12);
    random.bytes(n)
}

/// Gives one chunk again and again, and keeps count.
struct Endless<'a> {
    start: &'a [u8],
    chunk: &'a [u8],
    left: u64,
    end: &'a [u8],
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let from = if !self.start.is_empty() {
            &mut self.start
        } else if self.left > 0 {
            let n = self.chunk.len().min(buffer.len());
            let n = n.min(usize::try_from(self.left).unwrap_or(usize::MAX));
            buffer[..n].copy_from_slice(&self.chunk[..n]);
            self.left -= n as u64;
            return Ok(n);
        } else {
            &mut self.end
        };
        let n = from.len().min(buffer.len());
        buffer[..n].copy_from_slice(&from[..n]);
        *from = &from[n..];
        Ok(n)
    }
}

#[test]
fn a_line_without_end_is_one_bad_line_and_is_not_kept() {
    let good = "d41d8cd98f00b204e9800998ecf8427e  good\n";
    let csv = "path,md5\ngood,d41d8cd98f00b204e9800998ecf8427e\n";
    let json = "[{\"path\": \"good\", \"md5\": \"d41d8cd98f00b204e9800998ecf8427e\"}\n,";
    for (start, chunk, end) in [
        (good.to_owned(), vec![b'x'; 4096], format!("\n{good}")),
        (csv.to_owned(), vec![b'x'; 4096], format!("\n{}", &csv[9..])),
        (
            format!("{csv}\""),
            vec![b'x'; 4096],
            format!("\"\n{}", &csv[9..]),
        ),
        (
            json.to_owned(),
            vec![b'7'; 4096],
            format!("\n{}]", &json[1..json.len() - 1]),
        ),
        (
            format!("{json}{{\"path\":"),
            vec![b'['; 4096],
            String::new(),
        ),
    ] {
        let source = Endless {
            start: start.as_bytes(),
            chunk: &chunk,
            left: 40 * LONGEST as u64,
            end: end.as_bytes(),
        };
        let reader = ListReader::new(source, Path::new("list"), &Expected::default());
        let mut good = 0;
        let mut too_long = 0;
        for item in reader.expect("a list") {
            match item.expect("memory does not fail") {
                Item::Listed(_) => good += 1,
                Item::Bad(bad) => {
                    too_long += usize::from(bad.why == LineError::TooLong);
                    assert!(bad.excerpt.len() < 1000);
                }
            }
        }
        let expected = 1 + usize::from(!end.is_empty());
        assert_eq!((good, too_long), (expected, 1), "{start}");
    }
}
