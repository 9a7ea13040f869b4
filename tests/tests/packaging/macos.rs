//! The property lists of the application and of the Quick Action, as Python's own reader has them.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use super::{approved, extensions_on_linux, file};

const WORKFLOW: &str = "macos/Checksum with Thawsum.workflow/Contents";

fn plist(name: &str) -> Value {
    let said = approved(
        Command::new("python3")
            .args([
                "-c",
                "import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], 'rb'))))",
            ])
            .arg(file(name)),
    );
    serde_json::from_str(&said).expect("JSON")
}

#[test]
fn the_application_knows_folders_and_the_checksum_files_that_linux_knows() {
    let info = plist("macos/Info.plist");
    assert_eq!(info["CFBundleExecutable"], "thawsum");
    assert_eq!(info["CFBundleShortVersionString"], "@VERSION@");
    assert_eq!(info["CFBundleVersion"], "@VERSION@");
    let declared = &info["UTImportedTypeDeclarations"][0];
    let tags = &declared["UTTypeTagSpecification"];
    let extensions: BTreeSet<String> = tags["public.filename-extension"]
        .as_array()
        .expect("extensions")
        .iter()
        .filter_map(|extension| extension.as_str().map(str::to_owned))
        .collect();
    assert_eq!(extensions, extensions_on_linux());
    let documents = info["CFBundleDocumentTypes"].as_array().expect("types");
    let types: Vec<&Value> = documents
        .iter()
        .map(|document| &document["LSItemContentTypes"][0])
        .collect();
    assert_eq!(
        types,
        [&declared["UTTypeIdentifier"], &Value::from("public.folder")]
    );
    // Finder goes on opening folders.
    assert_eq!(documents[1]["LSHandlerRank"], "Alternate");
}

#[test]
fn the_quick_action_is_offered_on_files_and_folders_in_the_finder() {
    let info = plist(&format!("{WORKFLOW}/Info.plist"));
    let service = &info["NSServices"][0];
    assert_eq!(service["NSMenuItem"]["default"], "Checksum with Thawsum");
    assert_eq!(service["NSMessage"], "runWorkflowAsService");
    assert_eq!(service["NSSendFileTypes"][0], "public.item");
    let workflow = plist(&format!("{WORKFLOW}/document.wflow"));
    let data = &workflow["workflowMetaData"];
    assert_eq!(
        data["workflowTypeIdentifier"],
        "com.apple.Automator.servicesMenu"
    );
    assert_eq!(
        data["serviceInputTypeIdentifier"],
        "com.apple.Automator.fileSystemObject"
    );
    assert_eq!(
        workflow["actions"][0]["action"]["BundleIdentifier"],
        "com.apple.RunShellScript"
    );
}

#[test]
fn the_quick_action_gives_the_application_every_path_as_it_is() {
    let workflow = plist(&format!("{WORKFLOW}/document.wflow"));
    let parameters = &workflow["actions"][0]["action"]["ActionParameters"];
    // 1: paths come as arguments, not on standard input.
    assert_eq!(parameters["inputMethod"], 1);
    let script = parameters["COMMAND_STRING"].as_str().expect("a script");
    let folder = tempfile::tempdir().expect("a folder");
    let open = folder.path().join("open");
    std::fs::write(&open, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n").expect("a stand-in");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    let said = approved(
        Command::new("bash")
            .args(["-c", script, "bash", "/My photos", "/a'b\"c"])
            .env("PATH", format!("{}:/usr/bin:/bin", folder.path().display())),
    );
    let id = plist("macos/Info.plist")["CFBundleIdentifier"].clone();
    let id = id.as_str().expect("an identifier");
    assert_eq!(said, format!("-n\n-b\n{id}\n--args\n/My photos\n/a'b\"c\n"));
}
