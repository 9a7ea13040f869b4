//! Where ours is meant to differ from coreutils 9.1, and by which names it is called.

use std::path::Path;
use std::process::Command;

use end_to_end::program;

use super::bench::{Bench, Call, Whose, hex, printed, version};

/// Options that 9.1 lacks are held against values that are published, and against the originals
/// where these are new enough.
#[test]
fn options_of_later_versions_do_what_those_do() {
    let bench = Bench::new();
    bench.tree.file("abc", b"abc");
    bench.tree.file("digits", b"123456789");
    let base64 = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let sha3 = "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532";
    let cases: [((u32, u32), &str, String); 11] = [
        ((9, 6), "-a crc32b digits", "3421780262 9 digits\n".into()),
        (
            (9, 2),
            "-a sha256 --base64 abc",
            format!("SHA256 (abc) = {base64}\n"),
        ),
        (
            (9, 2),
            "-a sha256 --base64 --untagged abc",
            format!("{base64}  abc\n"),
        ),
        (
            (9, 2),
            "-a sha256 --base64 --untagged -b abc",
            format!("{base64} *abc\n"),
        ),
        (
            (9, 2),
            "-a md5 --base64 abc",
            "MD5 (abc) = kAFQmDzST7DWlj99KOF/cg==\n".into(),
        ),
        (
            (9, 8),
            "-a sha2 -l 256 abc",
            format!("SHA256 (abc) = {sha256}\n"),
        ),
        (
            (9, 8),
            "-a sha3 -l 256 abc",
            format!("SHA3-256 (abc) = {sha3}\n"),
        ),
        (
            (9, 8),
            "-a sha3 --length=256 --untagged abc",
            format!("{sha3}  abc\n"),
        ),
        ((9, 2), "-a md5 --raw empty", String::new()),
        ((9, 2), "-a crc -b digits", "930766865 9 digits\n".into()),
        (
            (9, 2),
            "-a sha256 --untagged -t abc",
            format!("{sha256}  abc\n"),
        ),
    ];
    for (since, line, expected) in cases {
        let call = Call::words("cksum", line);
        let ours = printed(&bench, &call);
        if line.contains("--raw") {
            assert_eq!(
                ours,
                0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e_u128.to_be_bytes()
            );
        } else {
            assert_eq!(String::from_utf8(ours).unwrap(), expected, "{call}");
        }
        if version() >= since {
            bench.same(&call);
        }
    }
    for (line, raw) in [
        ("-a crc --raw digits", &[0x37, 0x7a, 0x60, 0x11][..]),
        ("-a sysv --raw a", &[0, 219]),
        ("-a bsd --raw a", &[0x80, 0x58]),
    ] {
        assert_eq!(printed(&bench, &Call::words("cksum", line)), raw, "{line}");
    }
    for (list, line) in [
        (format!("SHA256 (abc) = {base64}\n"), "-c"),
        (format!("{base64}  abc\n"), "-c -a sha256"),
        (format!("SHA3-256 (abc) = {sha3}\n"), "-c"),
        (
            format!("{sha3}  abc\nSHA3-256 (abc) = {sha3}\n"),
            "-c -a sha3",
        ),
        (
            format!("{sha256}  abc\nSHA256 (abc) = {sha256}\n"),
            "-c -a sha2",
        ),
    ] {
        let text = printed(&bench, &Call::words("cksum", line).stdin(list.clone()));
        assert_eq!(
            text,
            b"abc: OK\n".repeat(list.lines().count()),
            "{line} {list}"
        );
    }
    for (line, message) in [
        (
            "--raw --base64 a",
            "cksum: --base64 and --raw are mutually exclusive\nTry 'cksum --help' for more information.\n",
        ),
        (
            "--raw a b",
            "cksum: the --raw option is not supported with multiple files\n",
        ),
        (
            "-a md5 -t a",
            "cksum: --text mode is only supported with --untagged\nTry 'cksum --help' for more information.\n",
        ),
        (
            "-a sha3 a",
            "cksum: --algorithm=sha3 requires specifying --length 224, 256, 384, or 512\n",
        ),
        (
            "-a sha2 -l 8 a",
            "cksum: invalid length: '8'\ncksum: digest length for 'SHA2' must be 224, 256, 384, or 512\n",
        ),
    ] {
        let deed = bench.deed(Whose::Ours, &Call::words("cksum", line));
        assert_eq!(String::from_utf8(deed.stderr).unwrap(), message);
        assert_eq!(
            (deed.stdout.len(), deed.status),
            (0, (Some(1), None)),
            "{line}"
        );
    }
}

#[test]
fn where_the_original_is_wrong_ours_is_not() {
    let bench = Bench::new();
    // 9.1 prints the CRC of nothing for a folder and succeeds; 9.4 mended it.
    let deed = bench.deed(Whose::Ours, &Call::words("cksum", "folder a"));
    assert_eq!(deed.stderr, b"cksum: folder: Is a directory\n");
    assert_eq!(
        (deed.stdout, deed.status),
        (b"1479881546 3 a\n".to_vec(), (Some(1), None))
    );
    // 9.1 takes a SHA-256 of which one byte is there, and compares that byte.
    let one = &hex("sha256sum", &[], b"hi\n")[..2];
    let list = format!("SHA256-8 (a) = {one}\n");
    let deed = bench.deed(Whose::Ours, &Call::words("cksum", "-c").stdin(list));
    assert_eq!((deed.stdout.len(), deed.status), (0, (Some(1), None)));
}

#[test]
fn any_path_and_the_ending_exe_lead_to_the_same_program() {
    let bench = Bench::new();
    let expected = printed(&bench, &Call::words("sha256sum", "a"));
    let folder = bench.names.path();
    let windows = folder.join("sha256sum.exe");
    std::os::unix::fs::symlink(program(), &windows).expect("a link");
    let call = |path: &Path| {
        let output = Command::new(path)
            .arg("a")
            .current_dir(bench.tree.path())
            .output();
        output.expect("it runs").stdout
    };
    assert_eq!(call(&windows), expected);
    assert_eq!(call(&folder.join("sha256sum")), expected);
    // Messages have the name as it was called.
    let path = folder.join("sha256sum");
    let output = Command::new(&path).arg("nope").output().expect("it runs");
    let message = format!("{}: nope: No such file or directory\n", path.display());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), message);
}
