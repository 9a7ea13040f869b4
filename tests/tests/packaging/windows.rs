//! What the Windows installer registers: the compiler of installers takes it, and what is made is
//! removed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use super::{approved, extensions_on_linux, file, read};

#[derive(Clone, Debug, PartialEq)]
struct Step {
    /// `WriteRegStr`, `DeleteRegKey`, `DeleteRegValue` or another.
    what: String,
    /// Without `/ifempty` and `SHCTX`.
    operands: Vec<String>,
}

/// The words of a line, without their quotation marks.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '"' | '\'' => rest[1..]
                .split_once(first)
                .expect("a closing quotation mark"),
            _ => rest.split_once(' ').unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

/// The steps of a macro, with every macro that it calls put in its place.
fn steps(source: &str, name: &str, arguments: &[String]) -> Vec<Step> {
    let mut lines = source.lines().map(str::trim);
    let head = lines
        .find(|line| {
            let mut words = line.split(' ');
            words.next() == Some("!macro") && words.next() == Some(name)
        })
        .unwrap_or_else(|| panic!("there is no macro {name}"));
    let parameters = head.split(' ').skip(2);
    let constants: BTreeMap<&str, String> = source
        .lines()
        .filter_map(|line| line.strip_prefix("!define ")?.split_once(' '))
        .map(|(name, value)| (name, value.trim_matches('"').to_owned()))
        .chain(parameters.zip(arguments.iter().cloned()))
        .collect();
    let mut steps_of_it = Vec::new();
    for line in lines.take_while(|line| *line != "!macroend") {
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        let mut line = line.to_owned();
        for (name, value) in &constants {
            line = line.replace(&format!("${{{name}}}"), value);
        }
        let mut words = words(&line);
        let what = words.remove(0);
        if what == "!insertmacro" {
            let called = words.remove(0);
            steps_of_it.extend(steps(source, &called, &words));
        } else {
            words.retain(|word| word != "SHCTX" && word != "/ifempty");
            steps_of_it.push(Step {
                what,
                operands: words,
            });
        }
    }
    steps_of_it
}

fn both() -> (Vec<Step>, Vec<Step>) {
    let source = read("windows/registry.nsh");
    (
        steps(&source, "ThawsumRegister", &[]),
        steps(&source, "ThawsumUnregister", &[]),
    )
}

#[test]
fn everything_that_is_registered_is_removed() {
    let (made, removed) = both();
    let gone = |key: &str, value: &str| {
        removed.iter().any(|step| match step.what.as_str() {
            "DeleteRegKey" => {
                key == step.operands[0] || key.starts_with(&format!("{}\\", step.operands[0]))
            }
            "DeleteRegValue" => step.operands == [key, value],
            _ => false,
        })
    };
    let mut written = 0;
    for step in &made {
        match step.what.as_str() {
            "WriteRegStr" => {
                let [key, value, _] = &step.operands[..] else {
                    panic!("{step:?}");
                };
                assert!(gone(key, value), "{key} {value} is left behind");
                written += 1;
            }
            "CreateShortcut" => assert!(
                removed
                    .iter()
                    .any(|other| other.what == "Delete" && other.operands[0] == step.operands[0]),
                "{step:?} is left behind"
            ),
            "System::Call" => {}
            other => panic!("{other} is not known to this test"),
        }
    }
    assert!(written > 100, "{written}");
}

#[test]
fn nothing_of_other_programs_is_removed() {
    let source = read("windows/registry.nsh");
    let (made, removed) = both();
    for step in removed.iter().filter(|step| step.what == "DeleteRegKey") {
        let key = &step.operands[0];
        // Ours by its name, or an extension's, which goes only when nothing is left in it.
        let ours = key.contains("Thawsum") || key.ends_with("thawsum.exe");
        assert!(ours || key.starts_with("Software\\Classes\\."), "{key}");
    }
    for line in source.lines().filter(|line| line.contains("DeleteRegKey")) {
        assert_eq!(
            line.contains("/ifempty"),
            line.contains("EXTENSION") || line.contains("\"Software\\Thawsum\""),
            "{line}"
        );
    }
    // No program loses an extension that it has.
    for step in made.iter().filter(|step| step.what == "WriteRegStr") {
        let key = &step.operands[0];
        let extension = key.starts_with("Software\\Classes\\.");
        assert!(!extension || key.ends_with("\\OpenWithProgids"), "{key}");
    }
}

#[test]
fn menus_of_files_folders_and_drives_start_the_program_on_a_whole_path() {
    let (made, _) = both();
    let command = |class: &str| {
        let key = format!("Software\\Classes\\{class}\\shell\\Thawsum\\command");
        made.iter()
            .find(|step| step.operands[0] == key)
            .map(|step| step.operands[2].clone())
    };
    let starts = |path: &str| Some(format!("\"$INSTDIR\\thawsum.exe\" \"{path}\""));
    assert_eq!(command("*"), starts("%1"));
    assert_eq!(command("Directory"), starts("%1"));
    assert_eq!(command("Directory\\Background"), starts("%V\\."));
    assert_eq!(command("Drive"), starts("%1\\."));
}

#[test]
fn the_extensions_are_those_that_linux_knows() {
    let (made, _) = both();
    let extensions: BTreeSet<String> = made
        .iter()
        .filter_map(|step| {
            let key = step.operands[0].strip_prefix("Software\\Classes\\.")?;
            Some(key.strip_suffix("\\OpenWithProgids")?.to_owned())
        })
        .collect();
    assert_eq!(extensions, extensions_on_linux());
}

#[test]
fn the_compiler_of_installers_takes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("try.nsi");
    let include = fs::canonicalize(file("windows/registry.nsh")).expect("it is there");
    fs::write(
        &script,
        format!(
            "Unicode true\nTarget amd64-unicode\nName try\nOutFile try.exe\nInstallDir $LOCALAPPDATA\\Thawsum\n\
             RequestExecutionLevel user\n!include \"{}\"\n\
             Section\n!insertmacro ThawsumRegister\nWriteUninstaller $INSTDIR\\gone.exe\nSectionEnd\n\
             Section Uninstall\n!insertmacro ThawsumUnregister\nSectionEnd\n",
            include.display()
        ),
    )
    .expect("the script");
    approved(Command::new("makensis").args(["-WX", "-V2"]).arg(&script));
    assert!(folder.path().join("try.exe").is_file());
}
