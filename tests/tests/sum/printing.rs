//! What is printed for files.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use super::bench::{Bench, Call, PROGRAMS};

/// The names that `cksum -a` of 9.1 has.
const ALGORITHMS: [&str; 11] = [
    "bsd", "sysv", "crc", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "sm3",
];

const HOSTILE: [&[u8]; 9] = [
    b"new\nline",
    b"back\\slash",
    b"carriage\rreturn",
    b"sp ace",
    b"it's",
    "größe".as_bytes(),
    b"bytes\xff\xfe",
    b"*a",
    b" a",
];

#[test]
fn every_program_prints_what_the_original_prints() {
    let bench = Bench::new();
    let styles = [
        "",
        "-b",
        "-t",
        "--tag",
        "-z",
        "--zero --tag",
        "-b -t",
        "-t -b",
        "--tag -b",
        "-t --tag",
        "-bz",
    ];
    for name in PROGRAMS {
        for style in styles {
            if name == "cksum" && ["-b", "-t"].iter().any(|o| style.contains(o)) {
                // `cksum` of 9.1 knows these letters, but refuses them without a word.
                continue;
            }
            let mut call = Call::words(name, style);
            call.arguments
                .extend(["a", "b", "empty", "big"].map(OsString::from));
            call.arguments
                .extend(HOSTILE.map(|name| OsString::from_vec(name.to_vec())));
            bench.same(&call);
            bench.same(&Call::words(name, style));
            bench.same(&Call::words(name, &format!("{style} -")));
            bench.same(&Call::words(name, &format!("{style} - a -")));
        }
    }
}

#[test]
fn every_algorithm_of_cksum_prints_what_the_original_prints() {
    let bench = Bench::new();
    for algorithm in ALGORITHMS {
        for style in [
            "",
            "--untagged",
            "--tag",
            "-z",
            "-z --untagged",
            "--tag --untagged",
            "--untagged --tag",
        ] {
            for files in ["", "-", "a", "a b empty big", "nope a folder/file"] {
                bench.same(&Call::words(
                    "cksum",
                    &format!("-a {algorithm} {style} {files}"),
                ));
            }
            let mut call = Call::words("cksum", &format!("--algorithm={algorithm} {style}"));
            call.arguments
                .extend(HOSTILE.map(|name| OsString::from_vec(name.to_vec())));
            bench.same(&call);
        }
    }
    for bits in ["0", "8", "16", "120", "256", "504", "512"] {
        for style in ["", "--tag", "-b", "-z"] {
            bench.same(&Call::words(
                "b2sum",
                &format!("-l {bits} {style} a big empty"),
            ));
        }
        for style in ["", "--untagged"] {
            bench.same(&Call::words(
                "cksum",
                &format!("-a blake2b -l {bits} {style} a big empty"),
            ));
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_named_with_the_reason_and_the_others_are_summed() {
    let bench = Bench::new();
    for name in PROGRAMS {
        let options = if name == "cksum" { "-a sm3" } else { "--tag" };
        for files in [
            "nope a",
            "folder a",
            "a folder nope b",
            "a/b",
            "locked a",
            "/proc/self/mem a",
            "./nope",
        ] {
            bench.same(&Call::words(name, &format!("{options} {files}")));
        }
        bench.same_as(name, [""]);
        bench.same_as(name, ["--", "-dash", "--"]);
        bench.same_as(name, ["-dash"]);
    }
}
