//! What the packages of three systems install for file managers: that the systems' own tools read
//! it, that it names what the program accepts, and that all three know the same checksum files.
#![cfg(target_os = "linux")]

#[path = "packaging/linux.rs"]
mod linux;
#[path = "packaging/macos.rs"]
mod macos;
#[path = "packaging/windows.rs"]
mod windows;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use workers::Algorithm;
use workers::manifest::Format;

/// A file of `packaging`.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../packaging")
        .join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs a program that the tests need, to its end.
fn tool(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} is needed for this test: {error}"))
}

/// What a tool said that found nothing wrong.
fn approved(command: &mut Command) -> String {
    let output = tool(command);
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// Every extension that a list is saved under. Not those of CSV and JSON: few such files are
/// lists, and no package should take them from their programs.
fn extensions() -> BTreeSet<String> {
    let all = Algorithm::ALL.iter().map(|&one| vec![one]);
    let lists = all.chain([vec![Algorithm::Sha256, Algorithm::Md5]]);
    lists
        .flat_map(|algorithms| {
            Format::ALL
                .iter()
                // A prescribed name, such as BagIt's, is known by the whole of it.
                .filter({
                    let algorithms = algorithms.clone();
                    move |format| format.file_name(&algorithms).is_none()
                })
                .map(move |format| format.extension(&algorithms))
        })
        .filter(|extension| extension != "csv" && extension != "json")
        .collect()
}

/// The extensions that the shared MIME database is told of.
fn extensions_on_linux() -> BTreeSet<String> {
    read("linux/thawsum-mime.xml")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("<glob pattern=\"*."))
        .filter_map(|rest| rest.strip_suffix("\"/>"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_extension_that_a_list_is_saved_under_is_known() {
    let known = extensions_on_linux();
    let unknown: Vec<String> = extensions().difference(&known).cloned().collect();
    assert_eq!(unknown, [""; 0]);
}
