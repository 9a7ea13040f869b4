//! `thawsum generate`: each shell reads its completions and offers what the command line has, and
//! `man` reads the pages.
#![cfg(any(target_os = "linux", windows))]

#[cfg(target_os = "linux")]
#[path = "generate/linux.rs"]
mod linux;

use end_to_end::{run, stderr_of};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];
const SUBCOMMANDS: [&str; 3] = ["hash", "check", "sum"];

fn completions(shell: &str) -> String {
    let output = run(["generate", "completions", shell]);
    assert!(output.status.success(), "{}", stderr_of(&output));
    String::from_utf8(output.stdout).expect("completions are text")
}

/// The long options that a help text explains: those that begin a line, perhaps after `-x, `.
fn options_in(help: &[u8]) -> Vec<String> {
    let help = String::from_utf8_lossy(help);
    let long = |line: &str| {
        let line = line.trim_start();
        let line = match line.as_bytes() {
            [b'-', letter, b',', b' ', ..] if *letter != b'-' => &line[4..],
            _ => line,
        };
        let name = line.strip_prefix("--")?;
        let end = name.find(|c: char| c != '-' && !c.is_ascii_alphanumeric());
        Some(name[..end.unwrap_or(name.len())].to_owned())
    };
    help.lines().filter_map(long).collect()
}

fn options_of(subcommand: &str) -> Vec<String> {
    let options = options_in(&run([subcommand, "--help"]).stdout);
    assert!(options.len() > 5, "{subcommand}: {options:?}");
    options
}

#[test]
fn every_shell_is_offered_every_subcommand_and_option_and_nothing_hidden() {
    for shell in SHELLS {
        let script = completions(shell);
        for subcommand in SUBCOMMANDS {
            assert!(script.contains(subcommand), "{shell}: {subcommand}");
            for option in options_of(subcommand) {
                assert!(script.contains(&option), "{shell}: {subcommand} --{option}");
            }
        }
        for hidden in ["worker of", "'worker", "picture", "generate"] {
            assert!(!script.contains(hidden), "{shell}: {hidden}");
        }
        // The generators for the other two leave values out.
        if ["bash", "zsh", "fish"].contains(&shell) {
            assert!(script.contains("sha512-256"), "{shell}: no algorithms");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let output = run(["generate", "man", "/nowhere/at/all"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr_of(&output).contains("/nowhere/at/all"));
}
