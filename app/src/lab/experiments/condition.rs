//! A condition: waiting until what a lock protects is as it is wanted. Once as it is meant to be
//! used; once by those who go on when they are woken, without looking; and once by one who waits
//! without having looked, after the signal: he waits for ever, in a child process that is killed.
#![expect(
    clippy::disallowed_methods,
    reason = "threads and child processes of the experiment, which are to wait"
)]

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use workers::shared::{self, LockedValue};

use crate::lab::Experiment;
use crate::lab::children::Heard;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::stop::Stopped;
use crate::lab::team;
use crate::lab::trace::{Kind, LaneRecorder, SeriesRecorder};
use crate::lab::vigil::{self, Killed};

const BUYERS: Control = Control::number("buyers", "Buyers", "", (1, 32), 4);
const WANT: Control = Control::number("want", "Each wants", "pieces", (1, 20), 3);
const PAUSE: Control = Control::number("pause", "Between deliveries", "ms", (0, 1_000), 50);
const WATCH: Control = Control::number("watch", "Who hangs is watched", "ms", (50, 10_000), 800);

/// A wait is interrupted so often, to hear of a stop.
const TURN: Duration = Duration::from_millis(100);

pub(crate) struct Condition;

impl Experiment for Condition {
    fn name(&self) -> &'static str {
        "condition"
    }

    fn title(&self) -> &'static str {
        "Condition"
    }

    fn sentences(&self) -> &'static str {
        "Buyers wait until there is enough for them, and every delivery wakes them to look again. Who does not look before he waits can miss the only signal and wait for ever, so that happens in a child process, which is killed: that is the point."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "Being woken means 'look again', not 'there is enough': most wake-ups are in vain, and it does not matter.",
            "Those who go on without looking find too little.",
            "The signal came before the wait. A signal is not kept: what must be kept is what it is about, and who waits must look at that.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[BUYERS, WANT, PAUSE, WATCH]
    }

    fn picture_title(&self) -> &'static str {
        "Who waited until when, and what there was"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Wait, "waits"),
            (Kind::Work, "looks, takes or signals"),
            (Kind::Stuck, "waits for ever"),
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let careful = sell(lab, "look again", Care::LooksAgain)?;
        let hasty = sell(lab, "go on when woken", Care::GoesOn)?;
        let looked = after_the_signal(lab)?;
        let killed = lost(lab)?;

        let mut table = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("buyers", Unit::Count),
            Column::new("got all they wanted", Unit::Count),
            Column::new("found too little", Unit::Count),
            Column::new("woken", Unit::Count),
            Column::new("in vain", Unit::Count),
        ])
        .titled("Waiting for a delivery");
        for (name, sold) in [("look again", &careful), ("go on when woken", &hasty)] {
            table.row([
                Cell::text(name),
                Cell::count(sold.served + sold.too_little),
                Cell::count(sold.served),
                Cell::count(sold.too_little),
                Cell::count(sold.woken),
                Cell::count(sold.in_vain),
            ]);
        }
        let mut after = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("what became of it", Unit::Words),
            Column::new("waited", Unit::Seconds),
        ])
        .titled("Waiting after the only signal");
        after.row([
            Cell::text("looks first"),
            Cell::text(if looked.is_some() { "went on" } else { "hung" }),
            looked.map_or(Cell::Nothing, Cell::time),
        ]);
        after.row([
            Cell::text("waits without looking"),
            Cell::text(killed.words()),
            Cell::time(killed.watched),
        ]);
        let buyers = lab.get(&BUYERS);
        let mut outcome = Outcome {
            tables: vec![table, after],
            ..Outcome::default()
        };
        outcome.fact("served", careful.served);
        outcome.fact("woken", careful.woken);
        outcome.fact("woken_in_vain", careful.in_vain);
        outcome.fact("left", careful.left);
        outcome.fact("hasty_found_too_little", hasty.too_little);
        outcome.fact("lost_wake_up_hung", killed.hung);
        outcome.fact("lost_wake_up_end", killed.status.to_string());
        outcome.check(
            format!("all {buyers} who look again got what they wanted, and nothing is left"),
            careful.served == buyers && careful.too_little == 0 && careful.left == 0,
        );
        outcome.check(
            "who looks first does not wait for a signal that has been",
            looked.is_some(),
        );
        outcome.check(
            "who waits without looking, after the only signal, waits until he is killed",
            killed.hung,
        );
        Ok(outcome)
    }

    fn parts(&self) -> &'static [Role] {
        &[
            Role {
                name: "looks",
                run: |part, _| wait_late(part, true),
            },
            Role {
                name: "waits",
                run: |part, _| wait_late(part, false),
            },
        ]
    }
}

/// What a buyer does when he is woken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// Looks whether there is enough, and waits again if not: `while`.
    LooksAgain,
    /// Takes it for granted: `if`.
    GoesOn,
}

struct Shop {
    inside: Mutex<Inside>,
    delivered: Condvar,
    stock: SeriesRecorder,
}

#[derive(Default)]
struct Inside {
    pieces: u64,
    /// Tells a wake-up by a delivery from one without a reason, which the system allows itself.
    deliveries: u64,
    waiting: u64,
}

#[derive(Default)]
struct Sold {
    served: u64,
    too_little: u64,
    woken: u64,
    in_vain: u64,
    left: u64,
}

impl Shop {
    fn enter(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn deliver(&self) {
        let mut inside = self.enter();
        inside.pieces += 1;
        inside.deliveries += 1;
        self.stock.set(inside.pieces as f64);
        drop(inside);
        self.delivered.notify_all();
    }

    fn buy(&self, lab: &Lab, want: u64, care: Care, lane: &LaneRecorder) -> Result<Sold, Stopped> {
        let mut sold = Sold::default();
        let mut inside = self.enter();
        // The supplier begins when all wait, so that nobody is served before he had to.
        inside.waiting += 1;
        lane.begin(Kind::Wait);
        while inside.pieces < want {
            let before = inside.deliveries;
            while inside.deliveries == before {
                lab.checkpoint()?;
                let woken = self.delivered.wait_timeout(inside, TURN);
                inside = woken.unwrap_or_else(PoisonError::into_inner).0;
            }
            sold.woken += 1;
            if inside.pieces < want {
                sold.in_vain += 1;
            }
            if care == Care::GoesOn {
                break;
            }
            lane.begin(Kind::Work);
            lane.begin(Kind::Wait);
        }
        lane.begin(Kind::Work);
        match inside.pieces.checked_sub(want) {
            Some(left) => {
                inside.pieces = left;
                self.stock.set(left as f64);
                sold.served = 1;
            }
            None => sold.too_little = 1,
        }
        drop(inside);
        lane.end();
        Ok(sold)
    }
}

fn sell(lab: &Lab, group: &str, care: Care) -> Result<Sold, Failure> {
    let (buyers, want) = (lab.get(&BUYERS), lab.get(&WANT));
    let shop = Shop {
        inside: Mutex::default(),
        delivered: Condvar::new(),
        stock: lab.trace().series(&format!("in stock, {group}"), None),
    };
    shop.stock.set(0.0);
    let supplier = lab.trace().lane(group, "supplier");
    let mut all = std::thread::scope(|scope| {
        let mut started = Vec::new();
        for number in 1..=buyers {
            let name = format!("buyer {number}");
            let lane = lab.trace().lane(group, &name);
            let shop = &shop;
            started.push(team::start(scope, &name, move || {
                shop.buy(lab, want, care, &lane)
            }));
        }
        // Buyers who were started are served even if others could not be.
        let here = started.iter().filter(|buyer| buyer.is_ok()).count() as u64;
        while shop.enter().waiting < here {
            lab.sleep(Duration::from_millis(1))?;
        }
        for _ in 0..here * want {
            // Those who went on with too little want no more.
            if started.iter().flatten().all(|buyer| buyer.is_finished()) {
                break;
            }
            lab.sleep(Duration::from_millis(lab.get(&PAUSE)))?;
            supplier.begin(Kind::Work);
            shop.deliver();
            supplier.end();
        }
        let mut all = Sold::default();
        for buyer in started {
            let sold = team::finish(buyer?)?;
            all.served += sold.served;
            all.too_little += sold.too_little;
            all.woken += sold.woken;
            all.in_vain += sold.in_vain;
        }
        Ok::<_, Failure>(all)
    })?;
    all.left = shop.enter().pieces;
    Ok(all)
}

/// The one who looks first: how long he waited, if he went on.
fn after_the_signal(lab: &Lab) -> Result<Option<Duration>, Failure> {
    let part = lab.children().start("looks", &Json::Null)?;
    part.word(vigil::PATIENCE)?;
    match part.hear(vigil::PATIENCE)? {
        Some(Heard::Done(waited)) => {
            let seconds = waited.as_f64().unwrap_or_default();
            Ok(Duration::try_from_secs_f64(seconds).ok())
        }
        Some(other) => Err(other.failure("looks")),
        None => Ok(None),
    }
}

/// The one who does not, until he is killed.
fn lost(lab: &Lab) -> Result<Killed, Failure> {
    let part = lab.children().start("waits", &Json::Null)?;
    part.word(vigil::PATIENCE)?;
    let watch = Duration::from_millis(lab.get(&WATCH));
    let killed = vigil::watch_and_kill(&part, watch)?;
    lab.trace().mark("killed");
    Ok(killed)
}

/// In a child process: first the signal, then the wait.
///
/// The condition is the one for processes, though two threads use it. That of the standard library
/// may wake without a signal, and what is to hang would then go on now and then.
fn wait_late(part: &PartSide, looks: bool) -> Result<Json, String> {
    let opened = || Ok((LockedValue::new(0_u8)?, shared::Condition::new()?));
    let (ready, condition) = opened().map_err(|error: shared::SharedError| error.to_string())?;
    let group = if looks {
        "after the signal, looks"
    } else {
        "after the signal, does not look"
    };
    let signaller = part.trace().lane(group, "signals");
    let waiter = part.trace().lane(group, "waits");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            signaller.begin(Kind::Work);
            *ready.acquire().into_guard() = 1;
            condition.notify_all();
            signaller.end();
        });
    });
    part.trace().mark("the only signal, and nobody waits");
    let begun = Instant::now();
    part.say(json!("waits"));
    let held = ready.acquire().into_guard();
    if looks {
        waiter.begin(Kind::Work);
        drop(condition.wait_while(held, |ready| *ready == 0));
    } else {
        waiter.begin(Kind::Stuck);
        drop(condition.wait(held));
    }
    waiter.end();
    Ok(json!(begun.elapsed().as_secs_f64()))
}
