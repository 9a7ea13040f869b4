//! What a manager has: objects by their numbers. Each has a lock of its own, which is held for no
//! longer than a change takes and never while anything is read from or written to a connection.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::dict::Table;
use super::list::Row;
use super::lock::Latch;
use super::protocol::{Answer, Items, Kind, Maker, Op, Request, broken};
use super::queue::Line;
use super::talk::Talk;
use super::value::Cell;
use crate::process::os;

#[derive(Default)]
pub(super) struct Store {
    objects: RwLock<HashMap<u64, Arc<Entry>>>,
    made: AtomicU64,
}

pub(super) struct Entry {
    types: String,
    object: Object,
}

enum Object {
    Dict(Table),
    List(Row),
    Value(Cell),
    Lock(Latch),
    Queue(Line),
}

impl Store {
    /// An error ends the connection: it did not make sense, or nobody is there to hear the
    /// answer.
    pub(super) fn serve(
        &self,
        request: Request,
        items: Items<'_>,
        talk: &mut Talk,
    ) -> io::Result<()> {
        let Request { object, op } = request;
        let op = match op {
            Op::Create(maker) => return self.create(maker, items, talk),
            Op::Usage => return talk.answer(&Answer::Used(os::processor_time())),
            op => op,
        };
        let entry = self.find(object)?;
        match (op, &entry.object) {
            (Op::Open { types }, _) if types == entry.types => talk.answer(&Answer::Done),
            (Op::Open { .. }, _) => talk.answer(&Answer::OtherTypes(entry.types.clone())),
            (Op::Dict(op), Object::Dict(table)) => table.serve(op, items, talk),
            (Op::List(op), Object::List(row)) => row.serve(op, items, talk),
            (Op::Value(op), Object::Value(cell)) => cell.serve(op, items, talk),
            (Op::Lock(op), Object::Lock(latch)) => latch.serve(op, &entry, talk),
            (Op::Queue(op), Object::Queue(line)) => line.serve(op, items, talk),
            _ => Err(broken("the object is of another kind")),
        }
    }

    fn create(&self, maker: Maker, mut items: Items<'_>, talk: &mut Talk) -> io::Result<()> {
        let object = match maker.kind {
            Kind::Dict => Object::Dict(Table::default()),
            Kind::List => Object::List(Row::default()),
            Kind::Value => Object::Value(Cell::new(items.one()?)),
            Kind::Lock => Object::Lock(Latch::default()),
            Kind::Queue { most } => Object::Queue(Line::new(most)),
        };
        let entry = Arc::new(Entry {
            types: maker.types,
            object,
        });
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.objects
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, entry);
        talk.answer(&Answer::Number(number))
    }

    fn find(&self, object: u64) -> io::Result<Arc<Entry>> {
        self.objects
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&object)
            .cloned()
            .ok_or_else(|| broken("there is no such object"))
    }
}

impl Entry {
    /// A connection that held this has ended.
    pub(super) fn forget(&self, connection: u64) {
        if let Object::Lock(latch) = &self.object {
            latch.forget(connection);
        }
    }
}
