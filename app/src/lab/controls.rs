//! What can be set about an experiment, and what was chosen.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::format;

/// One thing that can be set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control {
    /// As it is written on the command line.
    pub(crate) name: &'static str,
    /// As it stands in the window.
    pub(crate) label: &'static str,
    /// What a number counts: "ms", or nothing.
    pub(crate) unit: &'static str,
    pub(crate) allowed: Allowed,
}

/// What a control can be set to, and is set to if nobody does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Allowed {
    Number {
        least: u64,
        most: u64,
        default: u64,
    },
    /// By number, from 0; as the command line writes them.
    #[allow(
        dead_code,
        reason = "a face for experiments, of which each uses its part"
    )]
    Choice {
        choices: &'static [&'static str],
        default: usize,
    },
    /// None unless one is chosen: then the experiment makes one.
    Folder,
}

impl Control {
    pub(crate) const fn number(
        name: &'static str,
        label: &'static str,
        unit: &'static str,
        (least, most): (u64, u64),
        default: u64,
    ) -> Self {
        Self {
            name,
            label,
            unit,
            allowed: Allowed::Number {
                least,
                most,
                default,
            },
        }
    }

    #[allow(
        dead_code,
        reason = "a face for experiments, of which each uses its part"
    )]
    pub(crate) const fn choice(
        name: &'static str,
        label: &'static str,
        choices: &'static [&'static str],
        default: usize,
    ) -> Self {
        Self {
            name,
            label,
            unit: "",
            allowed: Allowed::Choice { choices, default },
        }
    }

    pub(crate) const fn folder(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            unit: "",
            allowed: Allowed::Folder,
        }
    }

    fn default(&self) -> u64 {
        match self.allowed {
            Allowed::Number { default, .. } => default,
            Allowed::Choice { default, .. } => default as u64,
            Allowed::Folder => 0,
        }
    }

    fn parse(&self, text: &str) -> Option<u64> {
        match self.allowed {
            Allowed::Number { least, most, .. } => {
                whole_number(text).filter(|number| (least..=most).contains(number))
            }
            Allowed::Choice { choices, .. } => choices
                .iter()
                .position(|choice| *choice == text)
                .map(|index| index as u64),
            // Whether it is there is seen when it is read.
            Allowed::Folder => Some(0),
        }
    }
}

/// What may be chosen, in words.
impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { least, most, .. } => {
                let (least, most) = (format::count(*least), format::count(*most));
                write!(f, "a whole number from {least} to {most}")
            }
            Self::Choice { choices, .. } => f.write_str(&choices.join(", ")),
            Self::Folder => f.write_str("a folder; without one, a folder is made and removed"),
        }
    }
}

/// A whole number as people write large ones: 1000000, 1,000,000, 1_000_000, 1e6.
pub(crate) fn whole_number(text: &str) -> Option<u64> {
    let digits = text.trim().replace(['_', ','], "");
    if let Ok(number) = digits.parse() {
        return Some(number);
    }
    let (mantissa, exponent) = digits.split_once(['e', 'E'])?;
    let factor = 10_u64.checked_pow(exponent.parse().ok()?)?;
    mantissa.parse::<u64>().ok()?.checked_mul(factor)
}

/// Why a choice is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadChoice {
    #[error("'{0}' is no setting: write --set control=value")]
    NoValue(String),
    #[error("{experiment} has no control '{control}'; {known}")]
    Unknown {
        experiment: &'static str,
        control: String,
        known: String,
    },
    #[error("{control} cannot be '{value}'; it can be {allowed}")]
    NotAllowed {
        control: &'static str,
        value: String,
        allowed: String,
    },
}

/// What every control of an experiment is set to.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    controls: &'static [Control],
    values: Vec<u64>,
    /// What each control that is a folder is set to; empty: nothing.
    folders: Vec<PathBuf>,
}

impl Chosen {
    pub(crate) fn defaults(controls: &'static [Control]) -> Self {
        Self {
            controls,
            values: controls.iter().map(Control::default).collect(),
            folders: vec![PathBuf::new(); controls.len()],
        }
    }

    pub(crate) fn controls(&self) -> &'static [Control] {
        self.controls
    }

    /// Sets what `setting` says, as in `tasks=20`.
    pub(crate) fn set(&mut self, experiment: &'static str, setting: &str) -> Result<(), BadChoice> {
        let (name, value) = setting
            .split_once('=')
            .ok_or_else(|| BadChoice::NoValue(setting.to_owned()))?;
        let index = self
            .controls
            .iter()
            .position(|control| control.name == name)
            .ok_or_else(|| BadChoice::Unknown {
                experiment,
                control: name.to_owned(),
                known: known(self.controls),
            })?;
        let control = &self.controls[index];
        self.values[index] = control.parse(value).ok_or_else(|| BadChoice::NotAllowed {
            control: control.name,
            value: value.to_owned(),
            allowed: control.allowed.to_string(),
        })?;
        if matches!(control.allowed, Allowed::Folder) {
            self.folders[index] = PathBuf::from(value);
        }
        Ok(())
    }

    /// Sets a control by its place; what is not allowed becomes what is nearest to it.
    pub(crate) fn set_at(&mut self, index: usize, value: u64) {
        if let (Some(control), Some(place)) = (self.controls.get(index), self.values.get_mut(index))
        {
            *place = match control.allowed {
                Allowed::Number { least, most, .. } => value.clamp(least, most),
                Allowed::Choice { choices, .. } => value.min(choices.len().max(1) as u64 - 1),
                Allowed::Folder => 0,
            };
        }
    }

    /// Sets a control that is a folder by its place; empty: none.
    pub(crate) fn set_folder_at(&mut self, index: usize, folder: PathBuf) {
        if let Some(place) = self.folders.get_mut(index) {
            *place = folder;
        }
    }

    /// The folder that a control is set to, if it is one and one was chosen.
    pub(crate) fn folder(&self, control: &Control) -> Option<&Path> {
        let mut both = self.controls.iter().zip(&self.folders);
        let (_, folder) = both.find(|(own, _)| own.name == control.name)?;
        (!folder.as_os_str().is_empty()).then_some(folder)
    }

    /// Whether a folder was chosen.
    pub(crate) fn has_folder(&self) -> bool {
        self.controls.iter().any(|one| self.folder(one).is_some())
    }

    /// What a control is set to: the number, or which choice it is. Of a control that is not the
    /// experiment's, the default.
    pub(crate) fn get(&self, control: &Control) -> u64 {
        self.controls
            .iter()
            .zip(&self.values)
            .find(|(own, _)| own.name == control.name)
            .map_or_else(|| control.default(), |(_, value)| *value)
    }

    /// What is not as it is by itself, as the command line would say it.
    pub(crate) fn arguments(&self) -> Vec<String> {
        self.controls
            .iter()
            .zip(&self.values)
            .filter_map(|(control, value)| {
                let text = match control.allowed {
                    Allowed::Folder => workers::shown(self.folder(control)?).to_string(),
                    _ if control.default() == *value => return None,
                    _ => text(control, *value),
                };
                Some(format!("{}={text}", control.name))
            })
            .collect()
    }

    pub(crate) fn json(&self) -> Value {
        self.controls
            .iter()
            .zip(&self.values)
            .map(|(control, value)| {
                let value = match control.allowed {
                    Allowed::Number { .. } => json!(value),
                    Allowed::Choice { .. } => json!(text(control, *value)),
                    Allowed::Folder => json!(
                        self.folder(control)
                            .map(|folder| workers::shown(folder).to_string())
                    ),
                };
                (control.name.to_owned(), value)
            })
            .collect::<Map<_, _>>()
            .into()
    }
}

fn text(control: &Control, value: u64) -> String {
    match control.allowed {
        Allowed::Number { .. } => value.to_string(),
        Allowed::Choice { choices, .. } => usize::try_from(value)
            .ok()
            .and_then(|index| choices.get(index))
            .map_or_else(String::new, |choice| (*choice).to_owned()),
        Allowed::Folder => String::new(),
    }
}

fn known(controls: &[Control]) -> String {
    if controls.is_empty() {
        return "it has none".to_owned();
    }
    let names: Vec<&str> = controls.iter().map(|control| control.name).collect();
    format!("it has {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASKS: Control = Control::number("tasks", "Tasks", "", (1, 1_000_000), 20);
    const WAY: Control = Control::choice("way", "Way", &["threads", "processes"], 1);
    static BOTH: [Control; 2] = [TASKS, WAY];

    #[test]
    fn what_is_set_is_chosen_and_the_rest_is_as_it_is_by_itself() {
        let mut chosen = Chosen::defaults(&BOTH);
        assert_eq!((chosen.get(&TASKS), chosen.get(&WAY)), (20, 1));
        for (text, value) in [("7", 7), ("1e3", 1000), ("10_000", 10_000)] {
            chosen
                .set("demo", &format!("tasks={text}"))
                .expect("a number");
            assert_eq!(chosen.get(&TASKS), value);
        }
        assert_eq!(chosen.arguments(), ["tasks=10000"]);
        chosen.set("demo", "way=threads").expect("a choice");
        assert_eq!(chosen.json(), json!({"tasks": 10_000, "way": "threads"}));
    }

    #[test]
    fn a_folder_is_none_until_one_is_chosen() {
        static FOLDER: [Control; 1] = [Control::folder("folder", "Folder")];
        let mut chosen = Chosen::defaults(&FOLDER);
        assert_eq!(chosen.folder(&FOLDER[0]), None);
        assert_eq!(chosen.json(), json!({"folder": null}));
        chosen.set("demo", "folder=a=b").expect("a folder");
        assert_eq!(chosen.folder(&FOLDER[0]), Some(Path::new("a=b")));
        assert_eq!(chosen.arguments(), ["folder=a=b"]);
        chosen.set_folder_at(0, PathBuf::new());
        assert_eq!(chosen.arguments(), Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_chosen_is_named_with_what_can() {
        let mut chosen = Chosen::defaults(&BOTH);
        for (setting, words) in [
            ("tasks", "'tasks' is no setting: write --set control=value"),
            ("n=1", "demo has no control 'n'; it has tasks, way"),
            (
                "tasks=0",
                "tasks cannot be '0'; it can be a whole number from 1 to 1,000,000",
            ),
            (
                "tasks=1e99",
                "tasks cannot be '1e99'; it can be a whole number from 1 to 1,000,000",
            ),
            (
                "way=fibres",
                "way cannot be 'fibres'; it can be threads, processes",
            ),
        ] {
            let error = chosen.set("demo", setting).expect_err("no choice");
            assert_eq!(error.to_string(), words);
        }
        assert_eq!(chosen.arguments(), Vec::<String>::new());
    }
}
