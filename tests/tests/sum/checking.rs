//! Lists that are checked.

use std::fmt::Write as _;

use super::bench::{Bench, Call, PROGRAMS, Random, hex};

/// Options of checking, in every mixture that a script may use.
const CHECKS: [&str; 12] = [
    "",
    "--quiet",
    "--status",
    "--strict",
    "-w",
    "--ignore-missing",
    "--strict -w",
    "--quiet --ignore-missing",
    "--status --ignore-missing",
    "--status -w",
    "-w --status",
    "--ignore-missing --strict --quiet",
];

#[test]
fn lists_are_checked_as_the_original_checks_them() {
    let bench = Bench::new();
    let a = hex("sha256sum", &[], b"hi\n");
    let b = hex("sha256sum", &[], b"yo\n");
    let upper = a.to_uppercase();
    let short = &a[1..];
    let lists = [
        format!("{a}  a\n"),
        format!("{upper}  a\n{a} *b\n{b} *b\n"),
        format!("{a} a\n{a} b\n"),
        format!("{a} a\n{a}  a\n{a} *a\n"),
        format!("{a}  a\n{a} a\n"),
        format!("{a} *a\r\n{b}  b\r\n\r\n# comment\r\n"),
        format!("  \t{a}  a\n \n"),
        format!("{a}  a\nbad\n"),
        format!("{a}  a\nbad\nbad\n{a}  nope\n{b}  b\n{a}  b\n"),
        format!("{a}  nope\n{a}  b\n{a}  folder\n{a}  a/b\n{a}  locked\n"),
        format!("{a}  nope\n"),
        format!("{a}  nope\n{a}  nope2\n{a}  b\n{a}  b\nx\nx\n"),
        format!("{a}  b\n"),
        "bad\n".to_owned(),
        String::new(),
        "\n\n# nothing\n".to_owned(),
        format!("{a}  a"),
        format!("{a}  a\r"),
        format!("{a}  a\r\r\n"),
        format!("{short}  a\n{a}0  a\n{short}g  a\n{a}a\n{a}\n{a} \n{a}  \n{a}   \n"),
        format!("{a}\ta\n{a}\t a\n{a} \ta\n"),
        format!(
            "\\{b}  new\\nline\n\\{a}  back\\\\slash\n\\{a}  carriage\\rreturn\n{a}  back\\slash\n"
        ),
        format!("\\{a}  a\\tb\n\\{a}  a\\\n\\ {a}  a\n \\{a}  a\n"),
        format!("{a}  a\0b\n{a}\0  a\n\0\n\\{a}  a\0\n"),
        format!("{a}  carriage\rreturn\n{a}  sp ace\n{a}  it's\n{a}  größe\n{a}  *a\n{a}   a\n"),
        format!("SHA256 (a) = {a}\nSHA256(a)= {a}\nSHA256 (a)={upper}\nSHA256 (a) \t= \t{a}\r\n"),
        format!(
            "SHA256  (a) = {a}\nSHA256\t(a) = {a}\nsha256 (a) = {a}\nSHA256 (a) = {a} \nSHA256 (a) {a}\n"
        ),
        format!(
            "SHA256 (a) = b) = {a}\nSHA256 ((a)) = {a}\nSHA256 () = {a}\nSHA256 (a = {a}\nSHA256 a) = {a}\n"
        ),
        format!("\\SHA256 (new\\nline) = {b}\n\\SHA256 (a\\x) = {a}\n\\ SHA256 (a) = {a}\n"),
        format!("SHA256-256 (a) = {a}\nSHA1 (a) = {a}\nSHA256 (a)\nSHA256\n"),
        format!("{a}  -\n{a}  a\n"),
        format!("{a}  empty\n{a}  /dev/null\n{a}  /proc/self/mem\n"),
    ];
    for list in lists {
        bench.tree.file("list", list.as_bytes());
        for options in CHECKS {
            bench.same(&Call::words("sha256sum", &format!("-c {options} list")).stdin("hi\n"));
            bench
                .same(&Call::words("cksum", &format!("-c {options} -a sha256 list")).stdin("hi\n"));
        }
        bench.same(&Call::words("sha256sum", "-c").stdin(list.clone()));
        bench.same(&Call::words("sha256sum", "--check -w - list").stdin(list.clone()));
        bench.same(&Call::words("cksum", "-c -w list").stdin("hi\n"));
        bench.same(&Call::words("cksum", "-c --tag -a sha256").stdin(list.clone()));
        bench.same(&Call::words("sha1sum", "-wc list"));
    }
}

#[test]
fn several_lists_are_checked_one_after_another() {
    let bench = Bench::new();
    let a = hex("md5sum", &[], b"hi\n");
    bench.tree.file("one", format!("{a} a\n").as_bytes());
    bench.tree.file("two", format!("{a}  a\n").as_bytes());
    bench
        .tree
        .file("three", format!("{a}  b\nbad\n").as_bytes());
    for lists in [
        "one two",
        "two one",
        "two nope one",
        "nope",
        "folder",
        "folder two",
        "one three two",
        "two two",
        "three nope",
        "a two",
        "- two",
        "two -",
        "/proc/self/mem two",
        "locked two",
        "-- two",
    ] {
        for options in [
            "",
            "--quiet",
            "--status",
            "--warn",
            "--strict",
            "--ignore-missing",
        ] {
            let call = Call::words("md5sum", &format!("-c {options} {lists}"));
            bench.same(&call.stdin(format!("{a}  a\n{a}  -\n")));
        }
    }
}

#[test]
fn digests_of_several_algorithms_and_lengths_are_told_apart() {
    let bench = Bench::new();
    let mut tagged = String::new();
    let mut untagged = String::new();
    for (tag, name) in [
        ("MD5", "md5sum"),
        ("SHA1", "sha1sum"),
        ("SHA224", "sha224sum"),
        ("SHA384", "sha384sum"),
        ("SHA512", "sha512sum"),
        ("BLAKE2b", "b2sum"),
    ] {
        let digest = hex(name, &[], b"hi\n");
        writeln!(tagged, "{tag} (a) = {digest}\n{tag}(b)= {digest}").unwrap();
        writeln!(untagged, "{digest}  a").unwrap();
    }
    tagged.push_str("CRC (a) = 1479881546\nSYSV (a) = 219\nMD4 (a) = 00\nbad\n");
    for bits in ["8", "16", "128", "256", "384", "512"] {
        let digest = hex("b2sum", &["-l", bits], b"hi\n");
        writeln!(
            tagged,
            "BLAKE2b-{bits} (a) = {digest}\nBLAKE2b-{bits}(a)= {digest}"
        )
        .unwrap();
        writeln!(
            tagged,
            "BLAKE2b-{bits}x (a) = {digest}\nBLAKE2b- {bits}  (a) = {digest}"
        )
        .unwrap();
        writeln!(tagged, "BLAKE2b (a) = {digest}\nBLAKE2b\t(a) = {digest}").unwrap();
        writeln!(untagged, "{digest}  a\n{digest} *b\n{digest}").unwrap();
    }
    let one = hex("b2sum", &["-l", "8"], b"hi\n");
    for bits in [
        "0x8",
        "010",
        "08",
        "+8",
        "-8",
        "0",
        "",
        "12",
        "520",
        "99999999999999999999",
    ] {
        writeln!(tagged, "BLAKE2b-{bits} (a) = {one}").unwrap();
    }
    untagged.push_str("2  a\n2ca  a\n2c \n2c  \n2c *\n2c a\n");
    for (file, content) in [("tagged", tagged), ("untagged", untagged)] {
        bench.tree.file(file, content.as_bytes());
        for options in ["", "-w", "--status", "--quiet"] {
            for name in PROGRAMS {
                bench.same(&Call::words(name, &format!("-c {options} {file}")));
            }
            // Not sha384, as which cksum since 9.2, and ours, takes a SHA-256 for base64.
            for algorithm in [
                "md5", "sha1", "sha224", "sha256", "sha512", "blake2b", "sm3",
            ] {
                bench.same(&Call::words(
                    "cksum",
                    &format!("-c {options} -a {algorithm} {file}"),
                ));
            }
            bench.same(&Call::words(
                "b2sum",
                &format!("-l 128 -c {options} {file}"),
            ));
        }
    }
}

#[test]
fn lists_made_at_random_are_checked_as_the_original_checks_them() {
    const NAMES: [&[u8]; 17] = [
        b"a",
        b"a",
        b"a",
        b"b",
        b"nope",
        b" a",
        b"*a",
        b"folder",
        b"new\\nline",
        b"back\\slash",
        b"back\\\\slash",
        b"sp ace",
        b"",
        b" ",
        b"-",
        b"a\0b",
        b"a)",
    ];
    const ODD: [&[u8]; 16] = [
        b"# c",
        b"",
        b" ",
        b"bad",
        b"\0",
        b"\\",
        b"\\\\",
        b"SHA256",
        b"CRC (a) = 1",
        b"MD5 ()",
        b"BLAKE2b-",
        b"12 ",
        b"12",
        b"12  ",
        b"12 *",
        b"2c  a",
    ];
    let bench = Bench::new();
    let algorithms = [
        ("MD5", "md5sum"),
        ("SHA1", "sha1sum"),
        ("SHA256", "sha256sum"),
        ("SHA512", "sha512sum"),
        ("BLAKE2b", "b2sum"),
    ];
    let digests: Vec<(&str, Vec<String>)> = algorithms
        .iter()
        .map(|(tag, name)| {
            let of = |content: &[u8]| hex(name, &[], content);
            (*tag, vec![of(b"hi\n"), of(b"hi\n"), of(b"yo\n")])
        })
        .collect();
    let mut random = Random(20);
    for _ in 0..500 {
        let mut list = Vec::new();
        for _ in 0..1 + random.below(6) {
            let (tag, of) = &digests[random.below(digests.len())];
            let mut digest = of[random.below(of.len())].clone();
            if random.chance(20) {
                digest.make_ascii_uppercase();
            }
            if random.chance(8) {
                digest.pop();
            }
            if random.chance(5) {
                digest.push('0');
            }
            let name = random.pick(&NAMES);
            let mut line = match random.below(20) {
                0..=9 => {
                    let gap = random.pick(&[&b"  "[..], b" *", b" ", b"\t", b"\t ", b"   ", b""]);
                    [digest.as_bytes(), gap, name].concat()
                }
                10..=17 => {
                    let open = random.pick(&[&b" ("[..], b" (", b"(", b"  (", b" ", b"\t("]);
                    let close = random.pick(&[
                        &b") = "[..],
                        b") = ",
                        b")= ",
                        b")=",
                        b") \t=\t",
                        b")",
                        b" = ",
                    ]);
                    [tag.as_bytes(), open, name, close, digest.as_bytes()].concat()
                }
                _ => random.pick(&ODD).to_vec(),
            };
            if random.chance(25) {
                line.insert(0, b'\\');
            }
            if random.chance(10) {
                line.insert(0, random.pick(b" \t"));
            }
            if random.chance(10) && !line.is_empty() {
                let at = random.below(line.len());
                line[at] = random.pick(b" \t\\()=*\0ab0#\r:");
            }
            list.extend(line);
            list.extend(random.pick(&[&b"\n"[..], b"\n", b"\n", b"\r\n", b"\r\r\n"]));
        }
        if random.chance(20) {
            list.pop();
        }
        let name = random.pick(&["md5sum", "sha256sum", "b2sum", "cksum"]);
        let mut line = format!("-c {}", random.pick(&CHECKS));
        if name == "cksum" && random.chance(50) {
            line.push_str(random.pick(&[" -a md5", " -a sha256", " -a blake2b"]));
        }
        if random.chance(30) {
            bench.same(&Call::words(name, &line).stdin(list));
        } else {
            bench.tree.file("list", &list);
            bench.same(&Call::words(name, &format!("{line} list")).stdin("hi\n"));
        }
    }
}
