//! What a list is told by: its first bytes, how many of its first lines each format can read, and,
//! where that leaves a choice, its name.

use std::path::Path;

use super::records::{Cutter, LineEnd};
use super::{Expected, Row};
use crate::algorithm::Algorithm;
use crate::manifest::{Format, LineError, ListFormat};
use crate::name::path_bytes;

/// How much of a list is looked at to recognise it, in bytes.
pub(super) const HEAD: usize = 64 * 1024;

/// How many of its records are tried.
const TRIED: usize = 100;

/// Reads the records of one list.
pub(in crate::manifest) trait RecordReader: Send {
    /// What one record says; `None` for a comment, a header, an empty line.
    fn read<'a>(&mut self, record: &'a [u8]) -> Result<Option<Row<'a>>, LineError>;

    /// Called once, after the last record: whether the list is complete.
    fn finish(&mut self) -> Result<(), LineError> {
        Ok(())
    }

    /// Names of columns that are not known here.
    fn unknown(&self) -> &[String] {
        &[]
    }
}

/// What a reader of one format has to know about one list.
#[derive(Clone, Copy, Debug)]
pub(in crate::manifest) struct Chosen {
    /// The algorithm of lines that do not name theirs.
    pub algorithm: Algorithm,
    pub line_end: LineEnd,
}

/// What a list was recognised as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The format.
    pub format: Format,
    /// Whether NUL ends its lines.
    pub zero: bool,
    /// For a format whose lines do not name their algorithm: the one they are taken to be of, and
    /// then those with digests of the same length. More than one: the first is a guess, the most
    /// usual of them, because neither the caller nor the file's name says which it is.
    pub candidates: Vec<Algorithm>,
}

impl Recognised {
    /// The algorithm of lines that do not name theirs; `None` where they do.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.candidates.first().copied()
    }

    /// Whether the algorithm was guessed from the length of the digests alone.
    #[must_use]
    pub fn guessed(&self) -> bool {
        self.candidates.len() > 1
    }
}

/// Decides what a list is. `None` if it is nothing that is known.
pub(super) fn recognise(
    (head, complete): (&[u8], bool),
    name: &Path,
    expected: &Expected,
) -> Option<(Recognised, Chosen)> {
    let name = name
        .file_name()
        .map(|name| String::from_utf8_lossy(path_bytes(Path::new(name))).to_ascii_lowercase())
        .unwrap_or_default();
    let wanted = expected.algorithm.or_else(|| algorithm_in(&name));
    let formats: Vec<Format> = match expected.format {
        Some(asked) => vec![asked],
        None => match Format::ALL.iter().find(|f| f.0.begins(head)) {
            Some(&told) => vec![told],
            None => Format::ALL
                .iter()
                .copied()
                .filter(|f| f.0.told_by_its_lines() || f.0.is_called(&name))
                .collect(),
        },
    };
    let decided = formats.len() == 1;
    let mut best: Option<(usize, Recognised, Chosen)> = None;
    for format in formats {
        for line_end in line_ends(head) {
            let open = format.0.leaves_algorithm_open();
            let seen = open.then(|| of_first_digest(head, line_end)).flatten();
            let mut candidates = match (&seen, wanted) {
                _ if !open => Vec::new(),
                (Some(seen), Some(wanted)) if seen.contains(&wanted) => vec![wanted],
                // `b2sum --length 256` writes into files that are called as ever.
                (Some(seen), Some(Algorithm::Blake2b)) if seen.contains(&Algorithm::Blake2b256) => {
                    vec![Algorithm::Blake2b256]
                }
                (Some(seen), _) => seen.clone(),
                (None, wanted) => vec![wanted.unwrap_or(Algorithm::Sha256)],
            };
            let mut chosen = Chosen {
                algorithm: candidates.first().copied().unwrap_or(Algorithm::Sha256),
                line_end,
            };
            // Lines with a tag may stand in GNU lists, but do not make one.
            let good = if open && seen.is_none() {
                0
            } else {
                good_records(format.0, head, complete, &chosen)
            };
            // Only now: digests of another length than expected still tell the format, and their
            // lines are then reported one by one.
            if let Some(asked) = expected.algorithm
                && !candidates.is_empty()
            {
                candidates = vec![asked];
                chosen.algorithm = asked;
            }
            let called = format.0.is_called(&name);
            let hinted = called || (open && algorithm_in(&name).is_some());
            // A name such as `x.sfv` decides between formats that read as many lines.
            let weight = match good {
                0 => 0,
                good => good * 3 + usize::from(hinted) + usize::from(called),
            };
            let called = hinted && !head.contains(&0);
            let better = match &best {
                None => weight > 0 || decided || called,
                Some((most, ..)) => weight > *most,
            };
            if better {
                let recognised = Recognised {
                    format,
                    zero: line_end == LineEnd::Nul,
                    candidates,
                };
                best = Some((weight, recognised, chosen));
            }
        }
    }
    best.map(|(_, recognised, chosen)| (recognised, chosen))
}

/// The line ends that a head like this may have; the first wins a tie.
fn line_ends(head: &[u8]) -> Vec<LineEnd> {
    let has = |byte| memchr::memchr(byte, head).is_some();
    let mut ends = vec![LineEnd::LineFeed];
    if has(0) {
        // First, because it wins a tie: no line with another end may hold one.
        ends.insert(0, LineEnd::Nul);
    }
    if has(b'\r') && !has(b'\n') {
        ends.push(LineEnd::CarriageReturn);
    }
    ends
}

/// The algorithms that the first digest at the start of a line can be of, the likeliest first.
fn of_first_digest(head: &[u8], line_end: LineEnd) -> Option<Vec<Algorithm>> {
    head.split(|&byte| byte == line_end.byte())
        .take(TRIED)
        .find_map(|line| {
            let length = hex_before_blank(line)?;
            let all: Vec<Algorithm> = Algorithm::ALL
                .iter()
                .copied()
                .filter(|a| a.digest_len() * 2 == length)
                .collect();
            (!all.is_empty()).then_some(all)
        })
}

/// How many hexadecimal digits a line begins with, if a blank follows them.
fn hex_before_blank(line: &[u8]) -> Option<usize> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = line.iter().position(|byte| !blank(byte))?;
    let line = &line[start..];
    let line = line.strip_prefix(b"\\").unwrap_or(line);
    let length = line.iter().position(blank)?;
    line[..length]
        .iter()
        .all(u8::is_ascii_hexdigit)
        .then_some(length)
}

/// How many of the first records this format can read.
fn good_records(format: &dyn ListFormat, head: &[u8], complete: bool, chosen: &Chosen) -> usize {
    let mut cutter: Box<dyn Cutter> = format.cutter(chosen.line_end);
    let mut reader = format.reader(chosen);
    let mut rest = head;
    let mut good = 0;
    for _ in 0..TRIED {
        let record = match cutter.end(rest) {
            Some(length) => {
                let (record, after) = rest.split_at(length);
                rest = after;
                record
            }
            None if complete => std::mem::take(&mut rest),
            None => break,
        };
        if record.is_empty() {
            break;
        }
        good += usize::from(matches!(reader.read(record), Ok(Some(_))));
    }
    good
}

/// The algorithm that a file's name speaks of: `SHA256SUMS`, `x.iso.sha512`, `B3SUMS`,
/// `manifest-sha3-256.txt`. The last one counts, because it is the nearest to the extension.
pub(in crate::manifest) fn algorithm_in(name: &str) -> Option<Algorithm> {
    let spellings = Algorithm::ALL
        .iter()
        .flat_map(|&a| {
            let plain = a.name().to_owned();
            let (joined, other) = (plain.replace('-', ""), plain.replace('-', "_"));
            [(plain, a), (other, a), (joined, a)]
        })
        .chain([
            ("b2".to_owned(), Algorithm::Blake2b),
            ("blake2".to_owned(), Algorithm::Blake2b),
            ("b3".to_owned(), Algorithm::Blake3),
            ("crc".to_owned(), Algorithm::Crc32),
        ]);
    let mut best: Option<(usize, usize, Algorithm)> = None;
    for (spelling, algorithm) in spellings {
        for (at, _) in name.match_indices(spelling.as_str()) {
            let before = name[..at].chars().next_back();
            let after = &name[at + spelling.len()..];
            let ended = ["sums", "sum", ""].iter().any(|tail| {
                after
                    .strip_prefix(tail)
                    .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            });
            if before.is_some_and(char::is_alphanumeric) || !ended {
                continue;
            }
            let key = (at + spelling.len(), spelling.len(), algorithm);
            if best.is_none_or(|(end, len, _)| (key.0, key.1) > (end, len)) {
                best = Some(key);
            }
        }
    }
    best.map(|(.., algorithm)| algorithm)
}

#[cfg(test)]
mod tests {
    use super::algorithm_in;
    use crate::algorithm::Algorithm;

    #[test]
    fn usual_names_speak_of_their_algorithm() {
        for (name, algorithm) in [
            ("sha256sums", Some(Algorithm::Sha256)),
            ("sha256sum.txt", Some(Algorithm::Sha256)),
            ("debian.iso.sha512", Some(Algorithm::Sha512)),
            ("md5sums", Some(Algorithm::Md5)),
            ("b3sums", Some(Algorithm::Blake3)),
            ("x.b2", Some(Algorithm::Blake2b)),
            ("manifest-sha3-256.txt", Some(Algorithm::Sha3_256)),
            ("manifest-sha3256.txt", Some(Algorithm::Sha3_256)),
            ("sha512-256sums", Some(Algorithm::Sha512_256)),
            ("sha256-of-x.md5", Some(Algorithm::Md5)),
            ("x.blake2b-256", Some(Algorithm::Blake2b256)),
            ("checksums.txt", None),
            ("mysha256er", None),
        ] {
            assert_eq!(algorithm_in(name), algorithm, "{name}");
        }
    }
}
