//! Which of the processor's instructions may be used, the same option wherever files are hashed.

use clap::Args;
use workers::instructions::{Instructions, allow, available};

use super::named::Named;

#[derive(Clone, Debug, Args)]
pub(super) struct Allowed {
    /// Use these of the processor's instructions alone, separated by commas: one (file by file), sha,
    /// avx512, avx512-256, avx2, neon, portable [default: whichever are fastest]
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        value_parser = names(),
        hide_possible_values = true,
        env = "THAWSUM_INSTRUCTIONS",
        hide_env_values = true
    )]
    instructions: Vec<Instructions>,
}

impl Allowed {
    /// Has the program use those alone, and says which of them it cannot.
    pub(super) fn apply(&self) {
        if self.instructions.is_empty() {
            return;
        }
        let available = available();
        let missing = self
            .instructions
            .iter()
            .filter(|one| !available.contains(one));
        let missing: Vec<&str> = missing.map(|one| one.name()).collect();
        if !missing.is_empty() {
            let there: Vec<&str> = available.iter().map(|one| one.name()).collect();
            eprintln!(
                "thawsum: this processor has no {}, which is left out; there are {}",
                missing.join(" and no "),
                there.join(", ")
            );
        }
        allow(&self.instructions);
    }
}

fn names() -> Named<Instructions> {
    Named {
        parse: |name| {
            let names = || Instructions::ALL.iter().map(|one| one.name());
            let place = names().position(|known| known == name);
            place
                .map(|place| Instructions::ALL[place])
                .ok_or_else(|| format!("there are {}", names().collect::<Vec<_>>().join(", ")))
        },
        names: || Instructions::ALL.iter().map(|one| one.name()).collect(),
    }
}
