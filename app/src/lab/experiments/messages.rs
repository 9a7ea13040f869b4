//! How many messages, locks and numbers a second: the table that the `processing` package for
//! Python had in 2006, measured here, with Python beside it.
#![expect(
    clippy::disallowed_methods,
    reason = "a child process of the experiment, which waits for its other side"
)]

mod floors;
mod managed;
mod python;
mod rows;
mod side;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::process::usage::CpuClock;
use workers::shared::{Event, Token};

use crate::lab::Experiment;
use crate::lab::children::Part;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::trace::{Kind, Nanos};
use floors::Floors;
use python::Python;
use rows::{Past, Row, Work};
use side::{Made, Offer, Waiting};

const TIME: Control = Control::number("time", "Each at least", "ms", (5, 5_000), 100);

const SIDE: &str = "side";
/// A side that has not answered by then is taken to hang.
const PATIENCE: Duration = Duration::from_secs(120);
/// So many to begin with; then more, until it takes long enough.
const FIRST: u64 = 64;
/// What is wanted of each row, times Python.
const WANTED: f64 = 10.0;

pub(crate) struct Messages;

impl Experiment for Messages {
    fn name(&self) -> &'static str {
        "messages"
    }

    fn title(&self) -> &'static str {
        "Messages"
    }

    fn sentences(&self) -> &'static str {
        "How many messages a queue or a pipe carries in a second, and how often a lock is acquired, between threads and between processes. Each row stands beside what the processing package for Python did in 2006, and what Python does on this machine."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "What nobody has to wait for costs some nanoseconds; each wait that sleeps costs a call of the system and a wake-up.",
            "Looking again and again is often faster than sleeping, and pays with a whole core that does nothing else: see the second table.",
            "Memory that is shared needs no messages at all: a read from it is a read.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[TIME]
    }

    fn picture_title(&self) -> &'static str {
        "What was measured when"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "Thawsum, waiting asleep"),
            (Kind::Other, "Thawsum, looking again and again"),
            (Kind::Hold, "Python"),
        ]
    }

    fn parts(&self) -> &'static [Role] {
        &[
            Role {
                name: SIDE,
                run: take_orders,
            },
            Role {
                name: python::PART,
                run: python::run,
            },
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let time = Duration::from_millis(lab.get(&TIME));
        let mut pair = Pair::start(lab)?;
        let floors = pair.floors()?;
        let mut measured = Vec::new();
        for row in rows::ALL {
            measured.push(match row.work {
                Ok(work) => Some(Both {
                    asleep: pair.rate(lab, row, work, Waiting::Asleep, time)?,
                    spinning: match work.waits() {
                        true => Some(pair.rate(lab, row, work, Waiting::Spinning, time)?),
                        false => None,
                    },
                }),
                Err(_) => None,
            });
        }
        let sums = pair.sums_hold;
        drop(pair);
        let python = python::measure(lab, time)?;
        Ok(outcome(&measured, &python, &floors, sums))
    }
}

/// One rate of this program.
#[derive(Clone, Copy)]
struct Rate {
    count: u64,
    wall: Duration,
    /// Processor time of both sides; unknown where the system does not tell.
    cpu: Option<Duration>,
}

impl Rate {
    fn per_second(&self) -> f64 {
        self.count as f64 / self.wall.as_secs_f64().max(1e-9)
    }

    fn each(&self) -> f64 {
        self.wall.as_secs_f64() / self.count as f64
    }

    /// Processor seconds.
    fn cpu_each(&self) -> Option<f64> {
        Some(self.cpu?.as_secs_f64() / self.count as f64)
    }
}

struct Both {
    asleep: Rate,
    /// Where somebody waits.
    spinning: Option<Rate>,
}

fn outcome(
    measured: &[Option<Both>],
    python: &Result<Python, String>,
    floors: &Floors,
    sums_hold: bool,
) -> Outcome {
    let (name, missing) = match python {
        Ok(python) => (format!("Python {}", python.version), None),
        Err(reason) => ("Python".to_owned(), Some(reason)),
    };
    let mut rates = Table::new(vec![
        Column::new("", Unit::Words),
        Column::historic("2006, Windows", Unit::PerSecond, rows::WINDOWS),
        Column::historic("2006, Linux", Unit::PerSecond, rows::LINUX),
        Column::new(&name, Unit::PerSecond),
        Column::new("Thawsum", Unit::PerSecond),
        Column::new("against Python", Unit::Times),
    ]);
    let mut costs = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new(format!("{name}, processor time each"), Unit::Seconds),
        Column::new("asleep, processor time each", Unit::Seconds),
        Column::new("looking again and again", Unit::PerSecond),
        Column::new("and its processor time each", Unit::Seconds),
        Column::new("and against Python", Unit::Times),
    ])
    .titled("What it costs: waiting asleep, or looking again and again");
    let mut reasons = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("why it is not ten times Python", Unit::Words),
    ])
    .titled("What stands in the way");
    let mut facts = Vec::new();
    let mut all_explained = true;
    for (row, both) in rows::ALL.iter().zip(measured) {
        let title = format!("{} {}", row.group, row.name);
        let own = both.as_ref().map(|both| both.asleep);
        let spinning = both.as_ref().and_then(|both| both.spinning);
        let theirs = python.as_ref().ok().and_then(|python| python.rate(row.key));
        let times = own
            .zip(theirs)
            .map(|(own, theirs)| own.per_second() / theirs.rate);
        let spinning_times = spinning
            .zip(theirs)
            .map(|(spinning, theirs)| spinning.per_second() / theirs.rate);
        let reason = match (own, theirs) {
            (None, _) => row.work.err().map(str::to_owned),
            (Some(_), None) if python.is_ok() => Some("Python has no such call.".to_owned()),
            (Some(own), Some(theirs)) if times < Some(WANTED) => Some(floors.reason(
                row.floor,
                own.each(),
                1.0 / theirs.rate,
                spinning.map(|spinning| spinning.each()),
            )),
            _ => None,
        };
        all_explained &= times >= Some(WANTED) || reason.is_some() || theirs.is_none();
        let cell = |number: Option<f64>| number.map_or(Cell::Nothing, Cell::Number);
        rates.row([
            Cell::text(&title),
            past(row.windows),
            past(row.linux),
            cell(theirs.map(|theirs| theirs.rate)),
            cell(own.map(|own| own.per_second())),
            cell(times),
        ]);
        costs.row([
            Cell::text(&title),
            cell(theirs.map(|theirs| theirs.cpu)),
            cell(own.and_then(|own| own.cpu_each())),
            cell(spinning.map(|spinning| spinning.per_second())),
            cell(spinning.and_then(|spinning| spinning.cpu_each())),
            cell(spinning_times),
        ]);
        facts.push(json!({
            "name": row.key,
            "thawsum": own.map(|own| own.per_second()),
            "thawsum_cpu_seconds": own.and_then(|own| own.cpu_each()),
            "spinning": spinning.map(|spinning| spinning.per_second()),
            "spinning_cpu_seconds": spinning.and_then(|spinning| spinning.cpu_each()),
            "python": theirs.map(|theirs| theirs.rate),
            "python_cpu_seconds": theirs.map(|theirs| theirs.cpu),
            "times": times,
            "spinning_times": spinning_times,
            "reason": &reason,
        }));
        if let Some(reason) = reason {
            reasons.row([Cell::text(title), Cell::text(reason)]);
        }
    }
    if let Some(missing) = missing {
        reasons.row([Cell::text("Python"), Cell::text(missing)]);
    }
    let mut outcome = Outcome {
        tables: vec![rates, costs, reasons],
        ..Outcome::default()
    };
    outcome.fact("rows", facts);
    outcome.fact(
        "python",
        python.as_ref().ok().map(|python| python.version.clone()),
    );
    outcome.fact("floors_seconds", json!(floors));
    outcome.check(
        "what two processes added under a lock is the sum of both",
        sums_hold,
    );
    outcome.check(
        "every row is ten times as fast as Python's, or says what stands in the way",
        all_explained,
    );
    outcome
}

fn past(past: Past) -> Cell {
    match past {
        Past::Rate(rate) => Cell::Number(rate),
        Past::Between(words) => Cell::text(words),
        Past::Nothing => Cell::Nothing,
    }
}

/// What a side is told.
#[derive(Serialize, Deserialize)]
enum Order {
    Floors,
    /// Make what both need; the first side's.
    Prepare {
        work: Work,
        waiting: Waiting,
        count: u64,
    },
    /// Open what the first has made, and begin with it.
    Join {
        offer: Offer,
        begin: Token<Event>,
        waiting: Waiting,
        count: u64,
    },
    /// Begin; the first side's.
    Go,
    Sum,
}

/// What a side answers.
#[derive(Serialize, Deserialize)]
enum Answer {
    Floors(Floors),
    Ready(Option<(Offer, Token<Event>)>),
    Done {
        from: Nanos,
        to: Nanos,
        cpu: Option<Duration>,
    },
    /// What both added.
    Sum(Option<u64>),
}

/// Two child processes, so that what is measured is theirs alone.
struct Pair {
    first: Part,
    second: Part,
    sums_hold: bool,
}

impl Pair {
    fn start(lab: &Lab) -> Result<Self, Failure> {
        Ok(Self {
            first: lab.children().start(SIDE, &Json::Null)?,
            second: lab.children().start(SIDE, &Json::Null)?,
            sums_hold: true,
        })
    }

    fn floors(&mut self) -> Result<Floors, Failure> {
        self.first.tell(json!(Order::Floors))?;
        match self.first.answer(PATIENCE)? {
            Answer::Floors(floors) => Ok(floors),
            other => Err(unexpected(&other)),
        }
    }

    /// Does more and more of it until that takes long enough.
    fn rate(
        &mut self,
        lab: &Lab,
        row: &Row,
        work: Work,
        waiting: Waiting,
        time: Duration,
    ) -> Result<Rate, Failure> {
        let lane = lab.trace().lane(row.group, row.name);
        lane.begin(match waiting {
            Waiting::Asleep => Kind::Work,
            Waiting::Spinning => Kind::Other,
        });
        let mut count = FIRST;
        loop {
            lab.checkpoint()?;
            let rate = self.measure(work, waiting, count)?;
            if rate.wall >= time {
                return Ok(rate);
            }
            let factor = 1.2 * time.as_secs_f64() / rate.wall.as_secs_f64().max(1e-6);
            // Even, for those who share it.
            count = (count as f64 * factor.clamp(2.0, 16.0) / 2.0) as u64 * 2;
        }
    }

    fn measure(&mut self, work: Work, waiting: Waiting, count: u64) -> Result<Rate, Failure> {
        self.first.tell(json!(Order::Prepare {
            work,
            waiting,
            count,
        }))?;
        let offer = match self.first.answer(PATIENCE)? {
            Answer::Ready(offer) => offer,
            other => return Err(unexpected(&other)),
        };
        if let Some((offer, begin)) = offer {
            self.second.tell(json!(Order::Join {
                offer,
                begin,
                waiting,
                count,
            }))?;
            match self.second.answer(PATIENCE)? {
                Answer::Ready(_) => {}
                other => return Err(unexpected(&other)),
            }
        }
        self.first.tell(json!(Order::Go))?;
        let (mut from, mut to, mut cpu) = done(&self.first)?;
        if work.has_two_processes() {
            let (other_from, other_to, other_cpu) = done(&self.second)?;
            from = from.min(other_from);
            to = to.max(other_to);
            cpu = cpu.zip(other_cpu).map(|(one, other)| one + other);
            self.first.tell(json!(Order::Sum))?;
            match self.first.answer(PATIENCE)? {
                Answer::Sum(None) => {}
                Answer::Sum(Some(sum)) => self.sums_hold &= sum == count,
                other => return Err(unexpected(&other)),
            }
        }
        Ok(Rate {
            count,
            wall: Duration::from_nanos(to.saturating_sub(from)),
            cpu,
        })
    }
}

fn done(part: &Part) -> Result<(Nanos, Nanos, Option<Duration>), Failure> {
    match part.answer(PATIENCE)? {
        Answer::Done { from, to, cpu } => Ok((from, to, cpu)),
        other => Err(unexpected(&other)),
    }
}

fn unexpected(answer: &Answer) -> Failure {
    Failure::Nonsense {
        part: SIDE,
        answer: json!(answer).to_string(),
    }
}

/// A side, in a child process: does what it is told until it is ended.
fn take_orders(part: &PartSide, _: &Json) -> Result<Json, String> {
    // What the first side has made stays until the next is made: the other may still need it.
    let mut prepared: Option<(Work, Waiting, u64, Made, Event)> = None;
    loop {
        match Order::deserialize(part.hear()).map_err(|error| error.to_string())? {
            Order::Floors => {
                let floors = Floors::measure().map_err(|error| error.to_string())?;
                part.say(json!(Answer::Floors(floors)));
            }
            Order::Prepare {
                work,
                waiting,
                count,
            } => {
                let (made, offer) = side::make(work, waiting).map_err(|error| error.to_string())?;
                let begin = Event::new().map_err(|error| error.to_string())?;
                let token = begin.token();
                prepared = Some((work, waiting, count, made, begin));
                part.say(json!(Answer::Ready(offer.map(|offer| (offer, token)))));
            }
            Order::Go => {
                let (work, waiting, count, made, begin) =
                    prepared.as_ref().ok_or("nothing was prepared")?;
                timed(part, made, || {
                    begin.set();
                    side::first(*work, *waiting, made, *count)
                })?;
            }
            Order::Join {
                offer,
                begin,
                waiting,
                count,
            } => {
                let made = offer.open().map_err(|error| error.to_string())?;
                let begin = begin.open().map_err(|error| error.to_string())?;
                part.say(json!(Answer::Ready(None)));
                begin.wait();
                timed(part, &made, || side::second(&made, waiting, count))?;
            }
            Order::Sum => {
                let sum = prepared.as_ref().and_then(|(.., made, _)| side::sum(made));
                part.say(json!(Answer::Sum(sum)));
            }
        }
    }
}

fn timed(
    part: &PartSide,
    made: &Made,
    work: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let beside = side::beside(made);
    let clock = CpuClock::start();
    let from = part.trace().now();
    work()?;
    let to = part.trace().now();
    let own = clock.elapsed();
    let cpu = match beside {
        None => own,
        // Unknown if either is.
        Some(before) => side::beside(made)
            .flatten()
            .zip(before)
            .zip(own)
            .map(|((after, before), own)| own + after.saturating_sub(before)),
    };
    part.say(json!(Answer::Done { from, to, cpu }));
    Ok(())
}
