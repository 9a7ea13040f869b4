//! Taking turns without threads: coroutines under a round-robin scheduler, and one thread that
//! serves many child processes by asking which of their pipes have something to read.

mod pipes;
mod scheduler;

use std::time::Duration;

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::Role;
use crate::lab::trace::Kind;

const FIRST: Control = Control::number("first", "Count from", "", (0, 200), 5);
const SECOND: Control = Control::number("second", "and", "", (0, 200), 10);
const THIRD: Control = Control::number("third", "and", "", (0, 200), 15);
const STEP: Control = Control::number("step", "Each step", "ms", (0, 1_000), 10);
const CHILDREN: Control = Control::number("children", "Children", "", (1, 64), 8);
const MESSAGES: Control = Control::number("messages", "Messages each", "", (1, 1_000), 10);

/// Numbers beyond so many are counted and not written out.
const SHOWN: usize = 60;

pub(crate) struct Coroutines;

impl Experiment for Coroutines {
    fn name(&self) -> &'static str {
        "coroutines"
    }

    fn title(&self) -> &'static str {
        "Coroutines"
    }

    fn sentences(&self) -> &'static str {
        "Three countdowns take turns on one thread: each gives way by itself, after every number. Then one thread serves many child processes, because it asks which of their pipes have something before it reads."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "No two countdowns ever run at once, and nobody needs a lock: a coroutine is interrupted where it says so and nowhere else.",
            "The price: one that never gives way stops all the others. Make a step longer, and all wait longer.",
            "The thread that serves sleeps until some pipe has something. A thread for each child would do no more, and cost more.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[FIRST, SECOND, THIRD, STEP, CHILDREN, MESSAGES]
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "runs"),
            (Kind::Other, "is read"),
            (Kind::Wait, "sleeps until a pipe has something"),
        ]
    }

    fn parts(&self) -> &'static [Role] {
        &[pipes::TALKER]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let starts = [FIRST, SECOND, THIRD].map(|control| lab.get(&control));
        let turns = scheduler::count_down(lab, &starts, Duration::from_millis(lab.get(&STEP)))?;
        let served = pipes::serve(lab, lab.get(&CHILDREN), lab.get(&MESSAGES))?;

        let mut counted = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("turns", Unit::Count),
            Column::new("threads", Unit::Count),
            Column::new("took", Unit::Seconds),
        ]);
        counted.row([
            Cell::text(format!("countdowns from {}", words(&starts))),
            Cell::count(turns.said.len() as u64),
            Cell::count(1),
            Cell::time(turns.took),
        ]);
        let mut polled = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("messages", Unit::Count),
            Column::new("times woken", Unit::Count),
            Column::new("threads", Unit::Count),
            Column::new("took", Unit::Seconds),
        ]);
        polled.row([
            Cell::text(format!("one thread and {} children", served.children)),
            Cell::count(served.messages),
            Cell::count(served.woken),
            Cell::count(1),
            Cell::time(served.took),
        ]);
        let mut outcome = Outcome {
            tables: vec![
                counted.titled("The order: ".to_owned() + &beginning(&turns.said)),
                polled.titled("Many pipes, one thread"),
            ],
            ..Outcome::default()
        };
        outcome.check(
            "the countdowns took turns: every one said its number in each round",
            turns.said == in_rounds(&starts),
        );
        outcome.check(
            "every message of every child arrived, in its order",
            served.messages == served.expected && served.in_order,
        );
        outcome.fact("order", turns.said);
        outcome.fact("messages", served.messages);
        outcome.fact("times_woken", served.woken);
        outcome.fact("children", served.children);
        Ok(outcome)
    }
}

/// What taking turns comes to, found in another way than by taking them.
fn in_rounds(starts: &[u64]) -> Vec<u64> {
    let rounds = starts.iter().copied().max().unwrap_or(0);
    let round = |number: u64| {
        let left = starts.iter().map(move |start| start.saturating_sub(number));
        left.filter(|left| *left > 0)
    };
    (0..rounds).flat_map(round).collect()
}

fn beginning(said: &[u64]) -> String {
    let mut text = words(&said[..said.len().min(SHOWN)]);
    if said.len() > SHOWN {
        text.push_str(" …");
    }
    text
}

fn words(numbers: &[u64]) -> String {
    let words: Vec<String> = numbers.iter().map(u64::to_string).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_go_on_with_those_that_are_left() {
        assert_eq!(in_rounds(&[2, 0, 3]), [2, 3, 1, 2, 1]);
        assert_eq!(in_rounds(&[5, 10, 15])[..6], [5, 10, 15, 4, 9, 14]);
    }
}
