//! Lists that the original programs wrote, read: every file in `golden/` must name every file that
//! it was made of, with the digests of what was in them. `golden/make` wrote them, and says how.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use workers::Algorithm;
use workers::manifest::read::{Expected, Item, ListReader};

/// The files that every list was made of, and those with names that not every format carries.
const EASY: [&str; 9] = [
    "data/plain",
    "data/two words",
    "data/a, comma",
    "data/(brackets) = x",
    "data/größe 日本",
    "data/100%",
    "data/semi;colon",
    "data/sub/deeper/file",
    "data/empty",
];
const HARD: [&str; 2] = ["data/back\\slash", "data/new\nline"];

/// What each list must be recognised as: its format, how many digests it has a file, and whether
/// the hard names are in it.
const LISTS: &[(&str, &str, usize, bool)] = &[
    ("b3sum-1.2.0/B3SUMS", "gnu", 1, true),
    ("bagit-python-1.9.0/manifest-md5.txt", "bagit", 1, true),
    ("bagit-python-1.9.0/manifest-sha256.txt", "bagit", 1, true),
    ("bagit-python-1.9.0/manifest-sha512.txt", "bagit", 1, true),
    ("cfv-3.2.0/bsdmd5", "bsd", 1, false),
    ("cfv-3.2.0/md5", "gnu", 1, false),
    ("cfv-3.2.0/sfv", "sfv", 1, false),
    ("cfv-3.2.0/sha1", "gnu", 1, false),
    ("cfv-3.2.0/sha256", "gnu", 1, false),
    ("cfv-3.2.0/sha512", "gnu", 1, false),
    ("cksfv-1.3.15/sfv", "sfv", 1, false),
    ("coreutils-9.1/b2sum", "gnu", 1, true),
    ("coreutils-9.1/binary", "gnu", 1, true),
    ("coreutils-9.1/cksum", "bsd", 1, true),
    ("coreutils-9.1/cksum-blake2b-256", "bsd", 1, true),
    ("coreutils-9.1/cksum-untagged", "gnu", 1, true),
    ("coreutils-9.1/md5sum", "gnu", 1, true),
    ("coreutils-9.1/sha1sum", "gnu", 1, true),
    ("coreutils-9.1/sha224sum", "gnu", 1, true),
    ("coreutils-9.1/sha256sum", "gnu", 1, true),
    ("coreutils-9.1/sha384sum", "gnu", 1, true),
    ("coreutils-9.1/sha512sum", "gnu", 1, true),
    ("coreutils-9.1/short.b2", "gnu", 1, true),
    ("coreutils-9.1/tagged", "bsd", 1, true),
    ("coreutils-9.1/zero", "gnu", 1, true),
    ("hashdeep-4.4/all", "hashdeep", 3, false),
    ("hashdeep-4.4/default", "hashdeep", 2, false),
    ("hashdeep-4.4/sha256deep", "gnu", 1, false),
    ("openssl-3.0.19/blake2b512", "bsd", 1, false),
    ("openssl-3.0.19/coreutils-style", "gnu", 1, false),
    ("openssl-3.0.19/md5", "bsd", 1, false),
    ("openssl-3.0.19/sha1", "bsd", 1, false),
    ("openssl-3.0.19/sha256", "bsd", 1, false),
    ("openssl-3.0.19/sha3-256", "bsd", 1, false),
    ("openssl-3.0.19/sha512-256", "bsd", 1, false),
    ("rhash-1.4.3/bsd", "bsd", 4, false),
    ("rhash-1.4.3/sfv", "sfv", 1, false),
    ("rhash-1.4.3/sha256", "gnu", 1, false),
    ("rhash-1.4.3/x.sha3-512", "gnu", 1, false),
];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The digest of what `golden/make` wrote into a file: its path, or nothing.
fn digest_of(path: &str, algorithm: Algorithm) -> Vec<u8> {
    let mut hasher = algorithm.hasher();
    if !path.ends_with("empty") {
        hasher.update(path.as_bytes());
    }
    let mut digest = Vec::new();
    hasher.finish_into(&mut digest);
    digest
}

#[test]
fn every_list_of_the_originals_says_what_they_meant() {
    for &(list, format, digests, hard) in LISTS {
        let path = golden().join(list);
        let reader = ListReader::open(&path, &Expected::default());
        let reader = reader.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(reader.recognised().format.name(), format, "{list}");
        let mut seen = Vec::new();
        for item in reader {
            let file = match item.unwrap_or_else(|error| panic!("{error}")) {
                Item::Listed(file) => file,
                Item::Bad(bad) => panic!("{list}: {bad}"),
            };
            let name = file.path.to_str().expect("text").to_owned();
            for (algorithm, digest) in file.digests.iter() {
                assert_eq!(digest, digest_of(&name, algorithm), "{list}: {name:?}");
                seen.push((name.clone(), algorithm));
            }
            if let Some(size) = file.size {
                let expected = if name.ends_with("empty") {
                    0
                } else {
                    name.len()
                };
                assert_eq!(size, expected as u64, "{list}: {name:?}");
            }
        }
        let names: BTreeSet<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
        let mut expected: BTreeSet<&str> = EASY.into_iter().collect();
        if hard {
            expected.extend(HARD);
        }
        assert_eq!(names, expected, "{list}");
        assert_eq!(seen.len(), names.len() * digests, "{list}");
    }
}

#[test]
fn every_golden_file_is_read() {
    let mut there = BTreeSet::new();
    for folder in fs::read_dir(golden()).expect("the golden files") {
        let folder = folder.expect("an entry").path();
        if folder.is_dir() {
            for file in fs::read_dir(&folder).expect("a folder") {
                let file = file.expect("an entry").path();
                let below = file.strip_prefix(golden()).expect("it is below");
                there.insert(below.to_str().expect("text").replace('\\', "/"));
            }
        }
    }
    let listed = LISTS.iter().map(|&(list, ..)| list.to_owned()).collect();
    assert_eq!(there, listed);
}
