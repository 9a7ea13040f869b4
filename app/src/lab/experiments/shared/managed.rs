//! Objects of a manager: a child starts one, and two others change a dictionary and a list of its
//! through proxies, over the local way and over TCP. The child and the manager with it are killed if
//! they hang.

mod sides;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{CHANGES, PAUSE};
use crate::format;
use crate::lab::context::{Failure, Lab};
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use sides::{Asked, Contents, GUARDED, Item, Job, NAMES, Opened, Refusal, UNGUARDED, UPDATED, Way};
pub(super) use sides::{CLIENT, KEEPER};

/// A child that has said nothing by then is taken to hang, and killed. Longer than the most takes.
const PATIENCE: Duration = Duration::from_secs(2_400);

/// All that came about over one way.
struct Came {
    way: Way,
    contents: Contents,
    opened: Vec<Opened>,
    asked: Vec<Asked>,
}

pub(super) fn run(lab: &Lab, outcome: &mut Outcome) -> Result<(), Failure> {
    let came = Way::ALL
        .into_iter()
        .map(|way| over(lab, way))
        .collect::<Result<Vec<_>, _>>()?;
    let wanted = lab.get(&CHANGES) * NAMES.len() as u64;
    tell(&came, wanted, outcome);
    Ok(())
}

fn over(lab: &Lab, way: Way) -> Result<Came, Failure> {
    let mut keeper = lab.children().start(KEEPER.name, &json!(way))?;
    let objects = keeper.word(PATIENCE)?;
    let mut clients = Vec::new();
    for who in 0..NAMES.len() {
        let job = Job {
            way,
            who,
            changes: lab.get(&CHANGES),
            pause: Duration::from_millis(lab.get(&PAUSE)),
        };
        let mut client = lab.children().start(CLIENT.name, &json!(job))?;
        client.tell(objects.clone())?;
        clients.push(client);
    }
    let opened = clients
        .iter()
        .map(|client| client.answer(PATIENCE))
        .collect::<Result<Vec<Opened>, _>>()?;
    // Both are there: now they begin.
    for client in &mut clients {
        client.tell(Json::Null)?;
    }
    let asked = clients
        .iter()
        .map(|client| client.result(PATIENCE))
        .collect::<Result<Vec<Asked>, _>>()?;
    keeper.tell(Json::Null)?;
    Ok(Came {
        way,
        contents: keeper.result(PATIENCE)?,
        opened,
        asked,
    })
}

impl Came {
    fn count(&self, key: &str) -> u64 {
        let found = self.contents.counts.iter().find(|(name, _)| name == key);
        found.map_or(0, |(_, count)| *count)
    }

    /// Whether every item of each is in the list, and once.
    fn has_each_once(&self, wanted: u64) -> bool {
        let changes = wanted / NAMES.len() as u64;
        let all: BTreeSet<Item> = (0..NAMES.len())
            .flat_map(|who| (0..changes).map(move |number| (who, number)))
            .collect();
        let items = &self.contents.items;
        items.len() == all.len() && items.iter().copied().collect::<BTreeSet<_>>() == all
    }

    fn each_question(&self) -> f64 {
        let took: Duration = self.asked.iter().map(|asked| asked.took).sum();
        let questions: u64 = self.asked.iter().map(|asked| asked.questions).sum();
        took.as_secs_f64() / questions as f64
    }
}

fn tell(came: &[Came], wanted: u64, outcome: &mut Outcome) {
    let columns = came
        .iter()
        .map(|came| Column::new(format!("over {}", came.way.words()), Unit::Words));
    let mut table = Table::new(
        [Column::new("", Unit::Words)]
            .into_iter()
            .chain(columns)
            .collect(),
    )
    .titled("What the manager has when two processes have changed it");
    let mut row = |title: &str, cell: &dyn Fn(&Came) -> String| {
        let cells = came.iter().map(|came| Cell::text(cell(came)));
        table.row([Cell::text(title)].into_iter().chain(cells));
    };
    let of = |count: u64| format!("{} of {}", format::count(count), format::count(wanted));
    for key in [GUARDED, UPDATED, UNGUARDED] {
        row(&format!("counted {key}"), &|came| of(came.count(key)));
    }
    row("items in the list", &|came| {
        of(came.contents.items.len() as u64)
    });
    let refusal = |of: fn(&Opened) -> Option<&Refusal>| {
        move |came: &Came| {
            let refusal = came.opened.first().and_then(of);
            refusal.map_or("the token is enough".to_owned(), |refusal| {
                refusal.words.clone()
            })
        }
    };
    row("with a wrong key", &refusal(|opened| opened.wrong.as_ref()));
    row("without a key", &refusal(|opened| opened.without.as_ref()));
    outcome.tables.push(table);

    let mut times = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("questions", Unit::Count),
        Column::new("each", Unit::Seconds),
    ])
    .titled("What asking takes, without waiting for the lock");
    for one in came {
        let questions = one.asked.iter().map(|asked| asked.questions).sum();
        times.row([
            Cell::text(format!("over {}", one.way.words())),
            Cell::count(questions),
            Cell::Number(one.each_question()),
        ]);
    }
    outcome.tables.push(times);

    let facts: Vec<Json> = came
        .iter()
        .map(|came| {
            let refusals = |of: fn(&Opened) -> Option<&Refusal>| -> Vec<&str> {
                let refusals = came.opened.iter().filter_map(of);
                refusals.map(|refusal| refusal.words.as_str()).collect()
            };
            json!({
                "over": came.way.words(),
                "wanted": wanted,
                "under_the_lock": came.count(GUARDED),
                "by_exchange": came.count(UPDATED),
                "without_either": came.count(UNGUARDED),
                "items": came.contents.items.len(),
                "each_once": came.has_each_once(wanted),
                "wrong_key": refusals(|opened| opened.wrong.as_ref()),
                "without_key": refusals(|opened| opened.without.as_ref()),
                "question_seconds": came.each_question(),
            })
        })
        .collect();
    outcome.fact("managed", facts);

    for one in came {
        let way = one.way.words();
        outcome.check(
            format!("over {way}, nothing is lost that was counted under the lock or by exchange"),
            one.count(GUARDED) == wanted && one.count(UPDATED) == wanted,
        );
        outcome.check(
            format!("over {way}, the list has every item of both, once"),
            one.has_each_once(wanted),
        );
        if one.way == Way::Tcp {
            let refused = |refusal: &Option<Refusal>| {
                refusal.as_ref().is_some_and(|refusal| refusal.is_right)
            };
            outcome.check(
                format!("over {way}, nobody is let in without a key or with a wrong one"),
                one.opened
                    .iter()
                    .all(|opened| refused(&opened.wrong) && refused(&opened.without)),
            );
        }
    }
}
