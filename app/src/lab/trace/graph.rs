//! The wait-for graph: who holds which lock, who waits for which, and whether that closes.

use serde::{Deserialize, Serialize};

use super::Nanos;

/// One arrow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Edge {
    pub(crate) who: String,
    pub(crate) lock: String,
    pub(crate) tie: Tie,
    pub(crate) since: Nanos,
}

/// What somebody has to do with a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tie {
    Holds,
    WaitsFor,
}

/// Who holds what and who waits for what, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Graph {
    pub(crate) edges: Vec<Edge>,
    /// Since when it is known that it is closed.
    pub(crate) closed: Option<Nanos>,
}

impl Graph {
    /// `who` waits for, or has got, `lock`.
    pub(crate) fn tie(&mut self, who: &str, lock: &str, tie: Tie, since: Nanos) {
        self.untie(who, lock);
        self.edges.push(Edge {
            who: who.to_owned(),
            lock: lock.to_owned(),
            tie,
            since,
        });
    }

    /// `who` has no more to do with `lock`.
    pub(crate) fn untie(&mut self, who: &str, lock: &str) {
        self.edges
            .retain(|edge| edge.who != who || edge.lock != lock);
    }

    /// Somebody who waits for a lock whose holder waits, and so on, until it is him again: all of
    /// them, each once, in that order. Every lock has one holder.
    pub(crate) fn cycle(&self) -> Option<Vec<&str>> {
        let waits = |who: &str| {
            let edge = |edge: &&Edge| edge.who == who && edge.tie == Tie::WaitsFor;
            self.edges.iter().find(edge).map(|edge| edge.lock.as_str())
        };
        let holder = |lock: &str| {
            let edge = |edge: &&Edge| edge.lock == lock && edge.tie == Tie::Holds;
            self.edges.iter().find(edge).map(|edge| edge.who.as_str())
        };
        self.edges.iter().find_map(|start| {
            let mut path = vec![start.who.as_str()];
            loop {
                let next = holder(waits(path[path.len() - 1])?)?;
                if next == path[0] {
                    return Some(path);
                }
                if path.contains(&next) {
                    return None;
                }
                path.push(next);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_closes_when_the_second_of_two_waits_for_the_first() {
        let mut graph = Graph::default();
        graph.tie("f1", "x", Tie::Holds, 1);
        graph.tie("f2", "y", Tie::Holds, 2);
        graph.tie("f1", "y", Tie::WaitsFor, 3);
        assert_eq!(graph.cycle(), None);
        graph.tie("f2", "x", Tie::WaitsFor, 4);
        assert_eq!(graph.cycle(), Some(vec!["f1", "f2"]));
        graph.untie("f2", "y");
        assert_eq!(graph.cycle(), None);
    }

    #[test]
    fn one_who_waits_for_himself_is_a_circle_and_one_who_waits_for_a_circle_is_none() {
        let mut graph = Graph::default();
        graph.tie("late", "x", Tie::WaitsFor, 0);
        graph.tie("f", "x", Tie::Holds, 1);
        graph.tie("f", "z", Tie::WaitsFor, 2);
        assert_eq!(graph.cycle(), None);
        graph.tie("f", "z", Tie::Holds, 2);
        graph.tie("g", "x", Tie::WaitsFor, 2);
        assert_eq!(graph.cycle(), None);
        let mut own = Graph::default();
        own.edges.push(Edge {
            who: "f".into(),
            lock: "x".into(),
            tie: Tie::Holds,
            since: 0,
        });
        own.edges.push(Edge {
            who: "f".into(),
            lock: "x".into(),
            tie: Tie::WaitsFor,
            since: 1,
        });
        assert_eq!(own.cycle(), Some(vec!["f"]));
    }
}
