//! Options, and what is said about them and about names.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use super::bench::{Bench, Call, PROGRAMS, Random, Whose, hex, printed, version};

#[test]
fn names_in_messages_are_quoted_as_the_original_quotes_them() {
    let bench = Bench::new();
    let mut names: Vec<Vec<u8>> = (1..=255u8)
        .filter(|byte| *byte != b'/')
        .flat_map(|byte| [vec![byte], vec![b'x', byte, b'y'], vec![byte, b'\'']])
        .collect();
    let pieces: [&[u8]; 16] = [
        b"'",
        b"\"",
        b"\n",
        b"\\",
        b" ",
        b"#",
        b"~",
        b"{",
        b"}",
        b"a",
        b"b",
        b":",
        b"\xff",
        "ö".as_bytes(),
        "日本".as_bytes(),
        b"\x1b[31m",
    ];
    let mut random = Random(7);
    for _ in 0..400 {
        let length = 1 + random.below(6);
        names.push(
            (0..length)
                .flat_map(|_| random.pick(&pieces).to_vec())
                .collect(),
        );
    }
    for locale in ["C", "C.UTF-8"] {
        // All at once, all missing: one process for hundreds of names.
        let mut call = Call::new("md5sum", ["--"]).env("LC_ALL", locale);
        call.arguments
            .extend(names.iter().cloned().map(OsString::from_vec));
        bench.same(&call);
        for word in names.iter().skip(600).take(60) {
            let mut call = Call::new("cksum", ["-a", "blake2b", "-l"]).env("LC_ALL", locale);
            call.arguments.push(OsString::from_vec(word.clone()));
            bench.same(&call);
        }
    }
    // Each alone is refused, so that the name is in the message of getopt.
    for name in names.iter().skip(500) {
        let argument = OsString::from_vec([b"--", &name[..]].concat());
        bench.same(&Call::new("sha1sum", [argument]));
    }
}

const OPTIONS: [&str; 29] = [
    "--tag",
    "--text",
    "--binary",
    "-b",
    "-t",
    "-c",
    "-z",
    "-w",
    "--zero",
    "--check",
    "--quiet",
    "--status",
    "--strict",
    "--warn",
    "--ignore-missing",
    "--st",
    "--ta",
    "--te",
    "--bi",
    "--ch",
    "--q",
    "--w",
    "--i",
    "--foo",
    "--tag=1",
    "-x",
    "-cz",
    "--",
    "-",
];

#[test]
fn any_two_options_together_are_taken_or_refused_as_the_original_does() {
    let bench = Bench::new();
    let digest = hex("sha256sum", &[], b"hi\n");
    bench.tree.file(
        "list",
        format!("{digest}  a\n{digest}  b\nbad\n{digest}  nope\n").as_bytes(),
    );
    for one in OPTIONS {
        for two in OPTIONS {
            bench.same_as("sha256sum", [one, two, "list"]);
        }
    }
}

#[test]
fn wrong_usage_is_refused_in_the_words_of_the_original() {
    let bench = Bench::new();
    for name in PROGRAMS {
        for line in [
            "--foo a",
            "--foo=bar",
            "-x",
            "-wx",
            "--quiet=3 a",
            "--help=1",
            "--he=",
            "--s a",
            "--st=1",
            "a --quiet",
            "--status a",
            "--strict a",
            "-w a",
            "--ignore-missing a",
            "-c -z a",
            "-z -c a",
            "-c --status --foo",
            "--strict --ignore-missing --warn a",
            "--quiet --strict a",
            "--strict --status --quiet a",
            "--version=x",
            "-h",
            "-V",
            "-q",
        ] {
            bench.same(&Call::words(name, line));
        }
        if name != "cksum" {
            // The list of what `--` and nothing more may be is longer for our `cksum`.
            bench.same_as(name, ["--="]);
            bench.same_as(name, ["--tag", "-t"]);
            bench.same_as(name, ["-c", "--tag", "-b"]);
            bench.same_as(name, ["-bct", "--tag"]);
            bench.same_as(name, ["--t"]);
        }
    }
    for line in [
        "-l",
        "--length",
        "-l 9 a",
        "-l 9 --foo",
        "--foo -l 9",
        "-l 9 -l 8 a",
        "-l 520 a",
        "-l x a",
        "-l 8k a",
        "-l -8 a",
        "-l +8 a",
        "-l 0x10 a",
        "-l 010 a",
        "-l 18446744073709551615 a",
        "-l 18446744073709551616 a",
        "--le 8 a",
        "--length=16 a",
        "-l8 a",
        "-cl 9",
        // A letter that `cksum` of 9.1 has not.
        "-l 520 --tag -t",
    ] {
        bench.same(&Call::words("b2sum", line));
        if !line.ends_with("-t") {
            bench.same(&Call::words("cksum", &format!("-a blake2b {line}")));
        }
    }
    bench.same_as("b2sum", ["-l", "", "a"]);
    bench.same_as("b2sum", ["-l", " 8", "a"]);
    bench.same_as("b2sum", ["-l", "8 ", "a"]);
    for line in [
        "-a",
        "--algorithm",
        "-a md5 -a sha1 a",
        "-l 9 a",
        "-l 0 a",
        "-a md5 -l 0 a",
        "--debug=1",
        "--al md5 a",
    ] {
        bench.same(&Call::words("cksum", line));
    }
    for posix in ["a --tag", "--tag a", "a -- b", "-- --tag", "- --tag"] {
        bench.same(&Call::words("sha1sum", posix).env("POSIXLY_CORRECT", ""));
    }
}

#[test]
fn messages_that_list_algorithms_list_ours() {
    let bench = Bench::new();
    let newer = [("crc32b", (9, 6)), ("sha2", (9, 8)), ("sha3", (9, 8))];
    for word in ["foo", "m", "", "MD5", "sha", "blake2", "x'y"] {
        let call = Call::new("cksum", ["-a", word, "a"]);
        let theirs = bench.deed(Whose::Theirs, &call);
        let mut ours = bench.deed(Whose::Ours, &call);
        let mut text = String::from_utf8(ours.stderr).unwrap();
        for (name, since) in newer {
            let line = format!("  - '{name}'\n");
            assert!(text.contains(&line), "{text}");
            if version() < since {
                text = text.replace(&line, "");
            }
        }
        ours.stderr = text.into_bytes();
        assert!(
            ours == theirs,
            "coreutils {:?}\n{theirs:?}\n=== ours\n{ours:?}",
            version()
        );
    }
    for (line, message) in [
        (
            "-l 8 a",
            "cksum: --length is only supported with --algorithm blake2b, sha2, or sha3\n",
        ),
        (
            "-a md5 -l 8 a",
            "cksum: --length is only supported with --algorithm blake2b, sha2, or sha3\n",
        ),
        (
            "-a crc -c a",
            "cksum: --check is not supported with --algorithm={bsd,sysv,crc,crc32b}\n",
        ),
        (
            "-c -a sysv a",
            "cksum: --check is not supported with --algorithm={bsd,sysv,crc,crc32b}\n",
        ),
    ] {
        let deed = bench.deed(Whose::Ours, &Call::words("cksum", line));
        assert_eq!(String::from_utf8(deed.stderr).unwrap(), message);
        assert_eq!((deed.stdout.len(), deed.status), (0, (Some(1), None)));
    }
}

#[test]
fn help_names_every_option_that_the_original_has() {
    let bench = Bench::new();
    for name in PROGRAMS {
        let call = Call::words(name, "--help --foo");
        let theirs = String::from_utf8(bench.deed(Whose::Theirs, &call).stdout).unwrap();
        let ours = String::from_utf8(printed(&bench, &call)).unwrap();
        let named = theirs
            .split(|c: char| !(c.is_ascii_lowercase() || c == '-'))
            .filter(|word| word.starts_with("--") && word.len() > 2);
        for option in named {
            assert!(ours.contains(option), "{name} --help lacks {option}");
        }
        assert!(printed(&bench, &Call::words(name, "--version")).starts_with(name.as_bytes()));
    }
}
