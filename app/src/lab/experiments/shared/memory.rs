//! Memory that two processes share: a number and an array in it that a child changes, beside a copy
//! that was sent to it.
#![expect(
    clippy::disallowed_methods,
    reason = "a child process of the experiment, which waits between its changes"
)]

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::shared::{Array, Token, Value};

use super::{LENGTH, PAUSE};
use crate::lab::children::{Heard, Part};
use crate::lab::context::{Failure, Lab};
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::trace::Kind;

pub(super) const PART: Role = Role {
    name: CHANGER,
    run: changer,
};

const CHANGER: &str = "changer";
/// What the child stores: the number of the manual's example, digit by digit.
#[expect(clippy::approx_constant, reason = "not π, but what others printed")]
const NUMBER: f64 = 3.141_592_7;
/// The parent looks so often, for the picture.
const LOOK: Duration = Duration::from_millis(2);
/// A child that has said nothing by then is taken to hang. Longer than the most takes.
const PATIENCE: Duration = Duration::from_secs(1_200);
/// Of longer arrays, the ends are shown.
const SHOWN: usize = 10;
/// Messages whose way there and back is measured.
const ROUND_TRIPS: u64 = 100;

pub(super) fn run(lab: &Lab) -> Result<Outcome, Failure> {
    let before: Vec<i64> = (0..lab.get(&LENGTH).cast_signed()).collect();
    let wanted: Vec<i64> = before.iter().map(|number| -number).collect();
    let (number, array) = (Value::new(0.0_f64)?, Array::new(&before)?);
    let copy = before.clone();
    let mut part = lab.children().start(
        CHANGER,
        &json!(Given {
            number: number.token(),
            array: array.token(),
            copy: copy.clone(),
            pause: Duration::from_millis(lab.get(&PAUSE)),
        }),
    )?;
    let (done, seen) = watch(lab, &mut part, &number, &array)?;

    let mut table = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("before", Unit::Words),
        Column::new("after, as the child has it", Unit::Words),
        Column::new("after, as the parent has it", Unit::Words),
        Column::historic(
            "in the manual of 2008",
            Unit::Words,
            "the example of the processing package 0.52, R. Oudkerk",
        ),
    ]);
    table.row([
        Cell::text("a number in shared memory"),
        Cell::text("0"),
        Cell::text(done.number.to_string()),
        Cell::text(number.load().to_string()),
        Cell::text("3.1415927"),
    ]);
    table.row([
        Cell::text("an array in shared memory"),
        Cell::text(listed(&before)),
        Cell::text(listed(&done.array)),
        Cell::text(listed(&array.to_vec())),
        Cell::text("0, −1, … −9"),
    ]);
    table.row([
        Cell::text("an array that was sent"),
        Cell::text(listed(&before)),
        Cell::text(listed(&done.copy)),
        Cell::text(listed(&copy)),
        Cell::Nothing,
    ]);
    let mut times = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("times", Unit::Count),
        Column::new("each", Unit::Seconds),
    ])
    .titled("What it takes, without the pauses");
    let changes = before.len() as u64 + 1;
    times.row([
        Cell::text("a change in shared memory"),
        Cell::count(changes),
        Cell::Number(done.changing.as_secs_f64() / changes as f64),
    ]);
    times.row([
        Cell::text("a message to the other and back"),
        Cell::count(ROUND_TRIPS),
        Cell::Number(done.sending.as_secs_f64() / ROUND_TRIPS as f64),
    ]);
    let mut outcome = Outcome {
        tables: vec![table, times],
        ..Outcome::default()
    };
    outcome.fact("number", number.load());
    outcome.fact("array", array.to_vec());
    outcome.fact("copy", copy.clone());
    outcome.fact("copy_in_the_child", done.copy.clone());
    outcome.fact("looks_that_saw_a_change", seen);
    outcome.check(
        "the parent has the number that the child stored",
        number.load().to_bits() == NUMBER.to_bits(),
    );
    outcome.check(
        "the parent has the array as the child changed it",
        array.to_vec() == wanted,
    );
    outcome.check(
        "what was sent is changed in the child and not in the parent",
        done.copy == wanted && copy == before,
    );
    Ok(outcome)
}

/// Some of them, as people write them.
fn listed(numbers: &[i64]) -> String {
    let text = |number: &i64| number.to_string().replace('-', "−");
    match numbers {
        [first @ .., last] if numbers.len() > SHOWN => {
            let first: Vec<String> = first[..SHOWN - 2].iter().map(text).collect();
            format!("{}, … {}", first.join(", "), text(last))
        }
        _ => numbers.iter().map(text).collect::<Vec<_>>().join(", "),
    }
}

#[derive(Serialize, Deserialize)]
struct Given {
    number: Token<Value<f64>>,
    array: Token<Array<i64>>,
    copy: Vec<i64>,
    pause: Duration,
}

/// What the child did.
#[derive(Serialize, Deserialize)]
struct Done {
    /// What it reads in shared memory when it has changed it.
    number: f64,
    array: Vec<i64>,
    /// Its copy, as it left it.
    copy: Vec<i64>,
    /// Time in the changes alone.
    changing: Duration,
    /// Time of [`ROUND_TRIPS`] messages to the parent and back.
    sending: Duration,
}

/// Reads what is shared until the child is done: what that did, and how often something new was
/// read.
fn watch(
    lab: &Lab,
    part: &mut Part,
    number: &Value<f64>,
    array: &Array<i64>,
) -> Result<(Done, u64), Failure> {
    let lane = lab.trace().lane("two processes", "the parent");
    lane.begin(Kind::Wait);
    let numbers = lab
        .trace()
        .series("the number, as the parent reads it", None);
    let sums = lab
        .trace()
        .series("the sum of the array, as the parent reads it", None);
    let (mut last, mut changes) = (None, 0);
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let seen = (number.load(), array.iter().sum::<i64>());
        if last != Some(seen) {
            numbers.set(seen.0);
            sums.set(seen.1 as f64);
            changes += u64::from(last.is_some());
            last = Some(seen);
        }
        match part.hear(LOOK)? {
            None => {}
            Some(Heard::Said(trip)) => part.tell(trip)?,
            Some(Heard::Done(value)) => {
                let done = part.understood(&value)?;
                numbers.set(number.load());
                sums.set(array.iter().sum::<i64>() as f64);
                return Ok((done, changes));
            }
            Some(other) => return Err(other.failure(CHANGER)),
        }
    }
    Err(Failure::Silent {
        part: CHANGER,
        limit: PATIENCE,
    })
}

/// Changes what it shares, and then what it was sent, in the same way.
fn changer(side: &PartSide, given: &Json) -> Result<Json, String> {
    let given = Given::deserialize(given).map_err(|error| error.to_string())?;
    let number = given.number.open().map_err(|error| error.to_string())?;
    let array = given.array.open().map_err(|error| error.to_string())?;
    let lane = side.trace().lane("two processes", "the child");
    let mut changing = Duration::ZERO;
    let mut change = |work: &dyn Fn()| {
        let begun = Instant::now();
        work();
        changing += begun.elapsed();
        std::thread::sleep(given.pause);
    };
    lane.begin(Kind::Work);
    change(&|| number.store(NUMBER));
    for index in 0..array.len() {
        change(&|| {
            array.update(index, |number| -number);
        });
    }
    lane.begin(Kind::Other);
    let mut copy = given.copy;
    for number in &mut copy {
        *number = -*number;
    }
    lane.begin(Kind::Wait);
    let begun = Instant::now();
    for trip in 0..ROUND_TRIPS {
        side.say(json!(trip));
        side.hear();
    }
    let sending = begun.elapsed();
    lane.end();
    Ok(json!(Done {
        number: number.load(),
        array: array.to_vec(),
        copy,
        changing,
        sending,
    }))
}
