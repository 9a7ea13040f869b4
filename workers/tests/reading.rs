//! Reading checksum files through the public face: every format, what it is recognised by, what
//! is wrong with a line, and that memory stays bounded.

use std::io::{self, Read};
use std::path::Path;

use workers::Algorithm;
use workers::manifest::read::{BadLine, Expected, Item, ListReader, ReadError};
use workers::manifest::{Format, LineError};

const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";
const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn open<'a>(list: &'a [u8], name: &str) -> Result<ListReader<&'a [u8]>, ReadError> {
    ListReader::new(list, Path::new(name), &Expected::default())
}

/// Each item as a line: number, path, digests by name; or number and reason.
fn items(list: &[u8], name: &str) -> Vec<String> {
    spelt(open(list, name).expect("it is a list"))
}

fn spelt<R: Read>(reader: ListReader<R>) -> Vec<String> {
    reader
        .map(|item| match item.expect("nothing fails to be read") {
            Item::Listed(file) => {
                let digests: Vec<&str> = file.digests.iter().map(|(a, _)| a.name()).collect();
                let size = file.size.map_or(String::new(), |size| format!(" {size}"));
                format!(
                    "{} {} {}{size}",
                    file.line,
                    workers::shown(&file.path),
                    digests.join("+"),
                )
            }
            Item::Bad(BadLine { line, why, .. }) => format!("{line} BAD {why}"),
        })
        .collect()
}

fn format_of(list: &[u8], name: &str) -> &'static str {
    open(list, name)
        .expect("it is a list")
        .recognised()
        .format
        .name()
}

#[test]
fn every_format_is_told_by_its_content() {
    for (list, format) in [
        (format!("{SHA256}  a\n"), "gnu"),
        (format!("# comment\n\n{SHA256} *a\n"), "gnu"),
        (format!("SHA256 (a) = {SHA256}\n"), "bsd"),
        (format!("SHA2-256(a)= {SHA256}\n"), "bsd"),
        ("; made by a program\r\na b.rar 1234ABCD\r\n".into(), "sfv"),
        ("[Group] Show [ABCD1234].mkv ABCD1234\n".into(), "sfv"),
        ("cafebabe 1234abcd\n".into(), "sfv"),
        ("1234abcd  cafe\n".into(), "gnu"),
        (
            format!("%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n## x\n1,{MD5},a\n"),
            "hashdeep",
        ),
        (format!("path,size,md5\na,1,{MD5}\n"), "csv"),
        (
            format!("[\n  {{\"path\": \"a\", \"md5\": \"{MD5}\"}}\n]\n"),
            "json",
        ),
        (format!("{{\"path\": \"a\", \"md5\": \"{MD5}\"}}\n"), "json"),
        ("[]\n".into(), "json"),
    ] {
        assert_eq!(format_of(list.as_bytes(), "x"), format, "{list}");
        let marked = [b"\xef\xbb\xbf", list.as_bytes()].concat();
        assert_eq!(format_of(&marked, "x"), format, "{list} behind a mark");
    }
}

#[test]
fn a_name_decides_only_what_the_content_leaves_open() {
    let list = format!("{SHA256}  a\n");
    assert_eq!(format_of(list.as_bytes(), "x.sfv"), "gnu");
    let empty = open(b"", "SHA256SUMS").expect("an empty list");
    assert_eq!(empty.recognised().algorithm(), Some(Algorithm::Sha256));
    assert_eq!(empty.count(), 0);
    for (name, algorithm, guessed) in [
        ("x", Algorithm::Sha256, true),
        ("x.b3", Algorithm::Blake3, false),
        ("SHA3-256SUMS", Algorithm::Sha3_256, false),
        ("x.md5", Algorithm::Sha256, true),
    ] {
        let reader = open(list.as_bytes(), name).expect("a list");
        assert_eq!(reader.recognised().algorithm(), Some(algorithm), "{name}");
        assert_eq!(reader.recognised().guessed(), guessed, "{name}");
    }
}

#[test]
fn an_algorithm_that_does_not_fit_is_reported_line_by_line() {
    let expected = Expected {
        algorithm: Some(Algorithm::Sha512),
        ..Expected::default()
    };
    let list = format!("{SHA256}  a\n");
    let reader = ListReader::new(list.as_bytes(), Path::new("x"), &expected).expect("a list");
    assert_eq!(
        spelt(reader),
        ["1 BAD the digest has 64 hexadecimal digits, and SHA-512 has 128"]
    );
}

#[test]
fn one_bad_line_is_named_and_the_others_are_used() {
    for (list, expected) in [
        (
            format!(
                "{MD5}  a\nnonsense\r\n{MD5} *b\r\n\\{MD5}  c\\td\n{}  e\n",
                &MD5[1..]
            ),
            vec![
                "1 a md5",
                "2 BAD this is not a GNU line (digest, two spaces, name)",
                "3 b md5",
                "4 BAD the name holds a backslash that escapes nothing known",
                "5 BAD the digest has 31 hexadecimal digits, and MD5 has 32",
            ],
        ),
        (
            format!("MD5 (a) = {MD5}\nWHAT (b) = {MD5}\nSHA1 (a) = {SHA1}\nSHA1 (c) = {MD5}\n"),
            vec![
                "1 a md5",
                "2 BAD the algorithm 'WHAT' is not known",
                "3 a sha1",
                "4 BAD the digest has 32 hexadecimal digits, and SHA-1 has 40",
            ],
        ),
        (
            "a 12345678\nb 1234567\n c\t12345678 \nd  1234567g\n".to_owned(),
            vec![
                "1 a crc32",
                "2 BAD this is not an SFV line (name, space, eight hexadecimal digits)",
                "3  c crc32",
                "4 BAD the digest is not hexadecimal",
            ],
        ),
        (
            format!(
                "%%%% HASHDEEP-1.0\n%%%% size,md5,whirlpool,filename\n# x\n3,{MD5},00,a,b\nx,{MD5},00,c\n{MD5}\n"
            ),
            vec![
                "4 a,b md5 3",
                "5 BAD the size is not a whole number",
                "6 BAD it has 1 fields, and the header names 4",
            ],
        ),
        (
            format!(
                "path,size,md5\r\n\"a\r\nb\",1,{MD5}\r\nc,2\r\n\"d\"x,1,{MD5}\r\n\"e\"\"\",,{MD5}\r\nf,1,\r\n"
            ),
            vec![
                "2 a\\r\\nb md5 1",
                "4 BAD it has 2 fields, and the header names 3",
                "5 BAD its quotes do not match",
                "6 e\" md5",
                "7 BAD there is no digest of an algorithm that is known here",
            ],
        ),
        (
            format!(
                "[\n{{\"path\": \"a\", \"size\": 1, \"md5\": \"{MD5}\"}},\n{{\"path\": \"b\",\n{{\"path\": \"c\\u000a\", \"md5\": \"{MD5}\"}},\nfoo\n{{\"path\": \"d}}\n{{\"path_hex\": \"65ff\", \"path\": \"e?\", \"md5\": \"{MD5}\"}}\n]\n"
            ),
            vec![
                "2 a md5 1",
                "3 BAD this is not a JSON object of a file: EOF while parsing a value",
                "4 c\\n md5",
                "5 BAD this is not a JSON object of a file: expected ident",
                "6 BAD this is not a JSON object of a file: control character (\\u0000-\\u001F) found while parsing a string",
                "7 e\\xff md5",
            ],
        ),
    ] {
        // A name of any bytes is one on Unix only.
        if cfg!(unix) || !list.contains("65ff") {
            assert_eq!(items(list.as_bytes(), "x"), expected, "{list}");
        }
    }
}

#[test]
fn a_quote_that_is_never_closed_costs_one_line() {
    let list = format!("path,md5\n\"a,{MD5}\nb,{MD5}\nc,{MD5}\n");
    assert_eq!(
        items(list.as_bytes(), "x"),
        ["2 BAD its quotes do not match", "3 b md5", "4 c md5"]
    );
}

#[test]
fn a_json_list_that_was_cut_off_says_so() {
    let list = format!("[\n{{\"path\": \"a\", \"md5\": \"{MD5}\"}},\n");
    assert_eq!(
        items(list.as_bytes(), "x"),
        ["2 a md5".to_owned(), format!("3 BAD {}", LineError::CutOff)]
    );
}

#[test]
fn text_of_windows_programs_is_read() {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    for big in [false, true] {
        let sfv = utf16("; größe\r\nв €.bin 12345678\r\n", big);
        assert_eq!(items(&sfv, "x"), ["2 в €.bin crc32"]);
        let gnu = utf16(&format!("{MD5} *ä\r\n{MD5} *b"), big);
        assert_eq!(items(&gnu, "x"), ["1 ä md5", "2 b md5"]);
    }
    let old = b"caf\xe9.bin 12345678\r\n";
    let expected = if cfg!(windows) { "café" } else { "caf\\xe9" };
    assert_eq!(items(old, "x"), [format!("1 {expected}.bin crc32")]);
}

#[test]
fn lines_may_end_in_nul_or_as_on_an_old_macintosh() {
    let zero = format!("{MD5}  a\nb\0{MD5} *#c\\\0");
    let reader = open(zero.as_bytes(), "x").expect("a list");
    assert!(reader.recognised().zero);
    let backslash = if cfg!(windows) { "\\" } else { "\\\\" };
    assert_eq!(
        spelt(reader),
        ["1 a\\nb md5".to_owned(), format!("2 #c{backslash} md5")]
    );
    let old = format!("# x\r{MD5}  a\r\r{MD5}  b\r");
    assert_eq!(items(old.as_bytes(), "x"), ["2 a md5", "4 b md5"]);
}

#[test]
fn gnu_lists_may_hold_tagged_lines_as_sha256sum_has_it() {
    let list = format!("{MD5}  a\nSHA1 (b) = {SHA1}\n{MD5}  c\n");
    assert_eq!(
        items(list.as_bytes(), "x"),
        ["1 a md5", "2 b sha1", "3 c md5"]
    );
}

#[test]
fn what_is_no_list_is_described() {
    for (content, words) in [
        (&b""[..], "it is empty"),
        (b"\n\n", "empty lines only"),
        (b"\x7fELF\x02\x01\x01\0\0", "binary data"),
        (b"Dear reader,\nhello\n", "it begins with 'Dear reader,'"),
    ] {
        let error = open(content, "letter").err().expect("it is no list");
        let text = error.to_string();
        assert!(text.starts_with("letter: not a checksum file"), "{text}");
        assert!(text.contains(words), "{text}");
        assert!(text.contains("hashdeep"), "{text}");
    }
    let missing = ListReader::open(Path::new("/nowhere/at all"), &Expected::default());
    assert!(matches!(missing.err(), Some(ReadError::Open { .. })));
}

#[test]
fn a_format_that_is_asked_for_is_not_second_guessed() {
    let expected = Expected {
        format: Some(Format::BSD),
        ..Expected::default()
    };
    let list = format!("{MD5}  a\n");
    let reader = ListReader::new(list.as_bytes(), Path::new("x"), &expected).expect("a list");
    assert_eq!(
        spelt(reader),
        ["1 BAD this is not a tagged line (ALGORITHM (name) = digest)"]
    );
}

#[test]
fn an_unreadable_disk_ends_the_list_with_an_error() {
    struct Failing(usize);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let line = format!("{MD5}  a\n");
            if self.0 == 0 {
                return Err(io::Error::other("the disk is gone"));
            }
            self.0 -= 1;
            // One line a read, behind the three bytes of a mark that are asked for first.
            let n = line.len().min(buffer.len());
            buffer[..n].copy_from_slice(&line.as_bytes()[..n]);
            Ok(n)
        }
    }
    let lines = 5000;
    let list = ListReader::new(Failing(lines), Path::new("x"), &Expected::default());
    let items: Vec<_> = list.expect("a list").collect();
    let (last, before) = items.split_last().expect("something came");
    assert!(
        matches!(last, Err(ReadError::Read { source, .. }) if source.to_string().contains("gone"))
    );
    assert!(before.iter().all(Result::is_ok));
    assert!(before.len() > 1000);
}

#[test]
fn the_position_is_the_end_of_what_was_given() {
    let line = format!("{MD5}  name\n");
    let list = [b"\xef\xbb\xbf".as_slice(), line.repeat(5000).as_bytes()].concat();
    let mut reader = open(&list, "x").expect("a list");
    let mut expected = 3;
    assert_eq!(reader.position(), 3);
    while let Some(item) = reader.next() {
        assert!(item.is_ok());
        expected += line.len() as u64;
        assert_eq!(reader.position(), expected);
    }
}

#[test]
fn a_reader_can_be_handed_to_another_thread() {
    let list = format!("{MD5}  a\n");
    let reader = open(list.as_bytes(), "x").expect("a list");
    let count = std::thread::scope(|scope| scope.spawn(|| reader.count()).join());
    assert_eq!(count.expect("the thread ends well"), 1);
}

#[test]
fn a_bag_s_manifest_is_told_by_its_name() {
    let list = format!(
        "{MD5}  data/100%25 a%0Ab%0d %41\r\n{MD5} data/b\n{} *data/c\n\\{MD5}  data/d\n",
        MD5.to_uppercase()
    );
    let reader = open(list.as_bytes(), "bag/manifest-md5.txt").expect("a list");
    assert_eq!(reader.recognised().format.name(), "bagit");
    assert_eq!(
        spelt(reader),
        [
            "1 data/100% a\\nb\\r %41 md5",
            "2 data/b md5",
            "3 data/c md5",
            "4 BAD the digest is not hexadecimal"
        ]
    );
    let tags = format!("{SHA256} bagit.txt\n{SHA256} manifest-sha256.txt\n");
    assert_eq!(
        format_of(tags.as_bytes(), "tagmanifest-sha256.txt"),
        "bagit"
    );
    assert_eq!(format_of(tags.as_bytes(), "SHA256SUMS"), "gnu");
}

#[test]
fn a_bag_s_manifest_lists_only_what_is_in_data() {
    let bagit: Format = "bagit".parse().expect("it is known");
    for carried in ["data/a", "data/a\nb", "data/ü/%"] {
        assert!(bagit.check_path(Path::new(carried)).is_ok(), "{carried}");
    }
    for refused in [
        "a",
        "data",
        "data/",
        "/data/a",
        "database/a",
        "./data/a",
        "data/../a",
    ] {
        let error = bagit.check_path(Path::new(refused));
        assert!(error.is_err(), "{refused}");
    }
}

#[test]
fn tagged_digests_may_be_in_base64() {
    let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let list = format!(
        "SHA256 (a) = {empty}\nSHA256 (b) = {SHA256}\nSHA256 (c) = {}\n",
        &empty[4..]
    );
    let mut reader = open(list.as_bytes(), "x").expect("a list");
    let digest = |item: Option<Result<Item, ReadError>>| match item {
        Some(Ok(Item::Listed(file))) => file.digests,
        other => panic!("{other:?}"),
    };
    assert_eq!(digest(reader.next()), digest(reader.next()));
    assert!(matches!(
        reader.next(),
        Some(Ok(Item::Bad(BadLine {
            line: 3,
            why: LineError::NotHex,
            ..
        })))
    ));
}
