//! Producers and consumers over a bounded queue: first what it answers when it is full or empty,
//! then many tasks through it, and `join`, which waits until the last of them is done.

mod edges;
mod flow;
mod tasks;

use std::time::Duration;

use serde_json::json;

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::Role;
use crate::lab::trace::Kind;

use edges::Edges;
use flow::Flow;

const PRODUCERS: Control = Control::number("producers", "Producers", "", (1, 16), 3);
const CONSUMERS: Control = Control::number("consumers", "Consumers", "", (1, 16), 2);
const TASKS: Control = Control::number("tasks", "Tasks each", "", (1, 1_000), 60);
const ROOM: Control = Control::number("room", "Queue holds", "", (1, 256), 8);
const PAUSE: Control = Control::number("pause", "Producer pauses", "ms", (0, 1_000), 5);
const KEEP: Control = Control::number("keep", "Consumer keeps", "ms", (0, 1_000), 10);
const LIMIT: Control = Control::number("limit", "Time limit", "ms", (1, 2_000), 50);

pub(crate) struct Queue;

impl Experiment for Queue {
    fn name(&self) -> &'static str {
        "queue"
    }

    fn title(&self) -> &'static str {
        "Queue"
    }

    fn sentences(&self) -> &'static str {
        "Producers put tasks into a queue that holds only so many, and consumers take them out. When it is full the producers wait, when it is empty the consumers do, and so the faster side goes at the pace of the slower."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "The depth never passes the line: a queue without that line grows until the memory is full.",
            "Make the consumers faster than the producers, and the waiting changes sides.",
            "'join' comes back when the last task is done, not when the last one is taken.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[PRODUCERS, CONSUMERS, TASKS, ROOM, PAUSE, KEEP, LIMIT]
    }

    fn picture_title(&self) -> &'static str {
        "Who waited when, and how full it was"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "has a task in hand"),
            (Kind::Other, "pauses before the next"),
            (Kind::Wait, "waits for room or for a task"),
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let limit = Duration::from_millis(lab.get(&LIMIT));
        let edges = [
            edges::of_threads(lab, limit)?,
            edges::of_processes(lab, limit)?,
        ];
        let flows = [flow::of_threads(lab)?, flow::of_processes(lab)?];
        Ok(outcome(lab, limit, &edges, &flows))
    }

    fn parts(&self) -> &'static [Role] {
        &[
            Role {
                name: "neighbour",
                run: edges::neighbour,
            },
            Role {
                name: "producer",
                run: flow::producer,
            },
            Role {
                name: "consumer",
                run: flow::consumer,
            },
        ]
    }
}

fn outcome(lab: &Lab, limit: Duration, edges: &[Edges; 2], flows: &[Flow; 2]) -> Outcome {
    let room = lab.get(&ROOM);
    let put = lab.get(&PRODUCERS) * lab.get(&TASKS);
    let mut outcome = Outcome {
        tables: vec![through(flows), at_the_edges(edges)],
        ..Outcome::default()
    };
    outcome.fact("put", put);
    for (who, flow, edges) in [
        ("threads", &flows[0], &edges[0]),
        ("processes", &flows[1], &edges[1]),
    ] {
        outcome.check(
            format!("{who}: every task was taken once"),
            flow.each_once(lab.get(&PRODUCERS), lab.get(&TASKS)),
        );
        outcome.check(
            format!("{who}: nobody got a producer's tasks in another order than they were put"),
            flow.in_order(),
        );
        outcome.check(
            format!("{who}: 'join' came back after the last task was done"),
            flow.done_at_join == put,
        );
        outcome.check(
            format!("{who}: never more than {room} were in the queue"),
            flow.deepest <= room,
        );
        outcome.check(
            format!("{who}: without waiting, a full queue says so, and an empty one too"),
            edges.put.refused && edges.get.refused,
        );
        outcome.check(
            format!("{who}: a time limit is waited for, and no less"),
            [&edges.put, &edges.get]
                .iter()
                .all(|edge| edge.timed_out && edge.within >= limit),
        );
        outcome.check(
            format!("{who}: who waits goes on when the other side has made that possible"),
            edges.put.followed && edges.get.followed,
        );
    }
    let both = |figure: fn(&Flow) -> u64| json!([figure(&flows[0]), figure(&flows[1])]);
    outcome.fact("taken", both(|flow| flow.taken()));
    outcome.fact("done_at_join", both(|flow| flow.done_at_join));
    outcome.fact("deepest", both(|flow| flow.deepest));
    outcome.fact("found_full", both(|flow| flow.found_full));
    outcome.fact("found_empty", both(|flow| flow.found_empty()));
    outcome
}

fn through(flows: &[Flow; 2]) -> Table {
    let mut table = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("tasks", Unit::Count),
        Column::new("deepest", Unit::Count),
        Column::new("found it full", Unit::Count),
        Column::new("waited for room", Unit::Seconds),
        Column::new("found it empty", Unit::Count),
        Column::new("waited for tasks", Unit::Seconds),
        Column::new("took", Unit::Seconds),
    ])
    .titled("Through the queue");
    for (name, flow) in ["threads", "processes"].into_iter().zip(flows) {
        table.row([
            Cell::text(name),
            Cell::count(flow.taken()),
            Cell::count(flow.deepest),
            Cell::count(flow.found_full),
            Cell::time(flow.waited_for_room),
            Cell::count(flow.found_empty()),
            Cell::time(flow.waited_for_tasks()),
            Cell::time(flow.took),
        ]);
    }
    table
}

fn at_the_edges(edges: &[Edges; 2]) -> Table {
    let mut table = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("threads hear", Unit::Words),
        Column::new("after", Unit::Seconds),
        Column::new("processes hear", Unit::Words),
        Column::new("after", Unit::Seconds),
    ])
    .titled("When it is full or empty");
    let pairs = [
        (
            "put into a full queue",
            "full",
            "there is room",
            [&edges[0].put, &edges[1].put],
        ),
        (
            "get from an empty queue",
            "empty",
            "there is one",
            [&edges[0].get, &edges[1].get],
        ),
    ];
    for (what, refusal, success, both) in pairs {
        let word = |was: bool, yes: &str| Cell::text(if was { yes } else { "something else" });
        let mut row = |how: &str, cells: [(Cell, Duration); 2]| {
            let [(first, first_took), (second, second_took)] = cells;
            table.row([
                Cell::text(format!("{what}, {how}")),
                first,
                Cell::time(first_took),
                second,
                Cell::time(second_took),
            ]);
        };
        row(
            "without waiting",
            both.map(|edge| (word(edge.refused, refusal), edge.at_once)),
        );
        row(
            "with a time limit",
            both.map(|edge| (word(edge.timed_out, refusal), edge.within)),
        );
        row(
            "waiting",
            both.map(|edge| (word(edge.followed, success), edge.waited)),
        );
    }
    table
}
