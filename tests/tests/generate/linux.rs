//! The shells and mandoc, which are Linux's.

use std::path::Path;
use std::process::{Command, Output};

use end_to_end::{run, stderr_of};

use super::{completions, options_in};

/// Runs a program that the tests need, to its end.
fn tool(name: &str, arguments: &[&str]) -> Output {
    Command::new(name)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{name} is needed for this test: {error}"))
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a temporary folder's name is text")
}

#[test]
fn shells_find_no_mistake_in_their_scripts() {
    let folder = tempfile::tempdir().expect("a folder");
    for shell in ["bash", "zsh", "fish"] {
        let script = folder.path().join(shell);
        std::fs::write(&script, completions(shell)).expect("the script is written");
        let output = tool(shell, &["-n", path(&script)]);
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
    }
}

/// What bash offers for the last of these words.
fn bash_offers(words: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("thawsum");
    std::fs::write(&script, completions("bash")).expect("the script is written");
    let ask = r#"source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _thawsum thawsum "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let mut arguments = vec!["-c", ask, "bash", path(&script)];
    arguments.extend(words);
    let output = tool("bash", &arguments);
    text(&output).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_subcommands_options_and_names() {
    assert_eq!(bash_offers(&["thawsum", "ha"]), ["hash"]);
    assert_eq!(bash_offers(&["thawsum", "wor"]), [""]);
    assert_eq!(
        bash_offers(&["thawsum", "hash", "--fol"]),
        ["--follow-links"]
    );
    assert_eq!(
        bash_offers(&["thawsum", "hash", "-a", "blake3"]),
        ["blake3"]
    );
    assert_eq!(
        bash_offers(&["thawsum", "check", "--format", "h"]),
        ["hashdeep"]
    );
    assert_eq!(
        bash_offers(&["thawsum", "sum", "--ig"]),
        ["--ignore-missing"]
    );
    assert_eq!(bash_offers(&["thawsum", "sum", "-a", "sy"]), ["sysv"]);
    // Nothing of its own for a path: bash then offers files.
    assert_eq!(bash_offers(&["thawsum", "/et"]), [""]);
    assert!(completions("bash").contains("-o default thawsum"));
}

#[test]
fn fish_completes_subcommands_options_and_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("thawsum.fish");
    std::fs::write(&script, completions("fish")).expect("the script is written");
    let offers = |line: &str| {
        let ask = format!("source {}; complete -C '{line}'", path(&script));
        let output = Command::new("fish")
            .args(["--no-config", "-c", &ask])
            .env("HOME", folder.path())
            .output()
            .unwrap_or_else(|error| panic!("fish is needed for this test: {error}"));
        text(&output)
            .lines()
            .filter_map(|line| line.split('\t').next())
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    assert_eq!(offers("thawsum ha"), ["hash"]);
    assert_eq!(offers("thawsum sum --ig"), ["--ignore-missing"]);
    assert_eq!(offers("thawsum hash -a blake3"), ["blake3"]);
}

/// What zsh makes of a line and the Tab key, in a terminal of its own.
fn zsh_completes(line: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("_thawsum"), completions("zsh")).expect("it is written");
    std::fs::create_dir(folder.path().join("Zoo")).expect("a folder");
    // The shell in the terminal says when it is ready and prints the line that it is left with
    // between two marks; what its editor draws in between is of no interest.
    let ask = r#"zmodload zsh/zpty
        zpty shell zsh -f -i
        until_mark() { zpty -r shell reply "*$1*" }
        zpty -w shell "cd ${(q)1}; fpath=(${(q)1} \$fpath); autoload -U compinit; compinit -u -D"
        zpty -w shell 'show() { print -r -- "<<$BUFFER>>"; }; zle -N show; bindkey "^X" show'
        zpty -w shell 'print rea""dy'
        until_mark ready
        zpty -w -n shell "$2"$'\t\x18'
        until_mark '>>'
        print -r -- "${${reply##*<<}%%>>*}"
        zpty -d shell"#;
    let output = tool("zsh", &["-f", "-c", ask, "zsh", path(folder.path()), line]);
    text(&output).trim().to_owned()
}

#[test]
fn zsh_completes_subcommands_paths_and_names() {
    assert_eq!(zsh_completes("thawsum ha"), "thawsum hash");
    assert_eq!(zsh_completes("thawsum Z"), "thawsum Zoo/");
    assert_eq!(zsh_completes("thawsum hash Z"), "thawsum hash Zoo/");
    assert_eq!(
        zsh_completes("thawsum hash -a blake3"),
        "thawsum hash -a blake3"
    );
    assert_eq!(
        zsh_completes("thawsum sum --ig"),
        "thawsum sum --ignore-missing"
    );
}

#[test]
fn man_reads_every_page_and_finds_every_option_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(["generate", "man", path(folder.path())]);
    assert!(output.status.success(), "{}", stderr_of(&output));
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    names.sort();
    let expected = [
        "thawsum-check.1",
        "thawsum-compare.1",
        "thawsum-convert.1",
        "thawsum-duplicates.1",
        "thawsum-hash.1",
        "thawsum-lab.1",
        "thawsum-sum.1",
        "thawsum.1",
    ];
    assert_eq!(names, expected);
    for name in &names {
        let page = folder.path().join(name);
        let lint = tool("mandoc", &["-Tlint", "-W", "error", path(&page)]);
        assert!(
            lint.status.success(),
            "{}",
            String::from_utf8_lossy(&lint.stdout)
        );
        let shown = text(&tool("mandoc", &["-Tascii", path(&page)])).replace('\u{8}', "");
        for section in ["NAME", "SYNOPSIS", "OPTIONS", "EXIT STATUS", "SEE ALSO"] {
            // Printed bold, each letter twice.
            let bold: String = section
                .chars()
                .flat_map(|c| if c == ' ' { vec![c] } else { vec![c, c] })
                .collect();
            assert!(shown.contains(&bold), "{name}: {section}");
        }
        let source = std::fs::read_to_string(&page)
            .expect("the page")
            .replace('\\', "");
        let subcommand = name.trim_start_matches("thawsum").trim_end_matches(".1");
        let help = match subcommand.strip_prefix('-') {
            Some(subcommand) => run([subcommand, "--help"]),
            None => run(["--help"]),
        };
        for option in options_in(&help.stdout) {
            assert!(source.contains(&format!("--{option}")), "{name}: {option}");
        }
        assert!(!source.contains("picture"), "{name}");
    }
}
