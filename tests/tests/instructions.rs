//! Whatever instructions digests are calculated with, they are what coreutils' programs say, of made-up trees
//! and of a real one.
#![cfg(any(target_os = "linux", windows))]

use std::path::Path;

use end_to_end::{ORIGINALS, Tree, reference, run, stderr_of};
use workers::instructions::available;

/// Each kind that this processor has, and what is chosen by itself.
fn kinds() -> Vec<Option<&'static str>> {
    let kinds = available();
    println!("tried: {kinds:?}");
    let names = kinds.into_iter().map(|kind| Some(kind.name()));
    names.chain([None]).collect()
}

fn list(kind: Option<&str>, way: &str, algorithm: &str, folder: &Path) -> Vec<u8> {
    let mut arguments = vec!["hash", "--run-on", way, "-a", algorithm];
    if let Some(kind) = kind {
        arguments.extend(["--instructions", kind]);
    }
    arguments.push(folder.to_str().expect("a path that is text"));
    let output = run(arguments);
    assert!(output.status.success(), "{kind:?}: {}", stderr_of(&output));
    output.stdout
}

fn hold(folder: &Path, ways: &[&str]) {
    let originals = [&[("sha256", "sha256sum")], ORIGINALS].concat();
    for (algorithm, program) in originals {
        let expected = reference(program, folder);
        for kind in kinds() {
            for way in ways {
                assert!(
                    list(kind, way, algorithm, folder) == expected,
                    "{algorithm} with {kind:?} on {way} differs from {program}"
                );
            }
        }
    }
}

#[test]
fn every_kind_of_instructions_prints_what_coreutils_print_of_every_size() {
    let tree = Tree::hostile();
    // Where reading changes its ways: in one read, by parts beside others, alone and ahead.
    for (index, size) in [131_071, 131_072, 131_073, 4_194_304, 4_200_000, 17_000_000]
        .into_iter()
        .enumerate()
    {
        for copy in 0..3 {
            let size = size + 7 * copy;
            let bytes: Vec<u8> = (0..size).map(|at| (at * 31 / 7 + index) as u8).collect();
            tree.file(format!("large/{index}-{copy}"), &bytes);
        }
    }
    hold(tree.path(), &["processes", "threads"]);
}

#[test]
fn every_kind_of_instructions_prints_what_coreutils_print_of_a_real_tree() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../workers");
    hold(&sources, &["threads"]);
}

#[test]
fn several_algorithms_at_once_are_what_each_is_alone() {
    let tree = Tree::hostile();
    let names = [
        "md5", "sha256", "sha512", "blake3", "crc32", "sha1", "sha3-256",
    ];
    let folder = tree.path().to_str().expect("a path that is text");
    let mut together = vec!["hash", "--format", "bsd"];
    names.iter().for_each(|name| together.extend(["-a", name]));
    together.push(folder);
    let together = run(together);
    let mut lines: Vec<&[u8]> = together
        .stdout
        .split_inclusive(|&byte| byte == b'\n')
        .collect();
    lines.sort_unstable();
    let alone = names.map(|name| run(["hash", "--format", "bsd", "-a", name, folder]).stdout);
    let alone = alone.concat();
    let mut expected: Vec<&[u8]> = alone.split_inclusive(|&byte| byte == b'\n').collect();
    expected.sort_unstable();
    assert!(lines == expected, "{}", stderr_of(&together));
}
