//! Several messages in one piece of memory.

/// Messages that were taken together.
///
/// Kept and used again, it saves the memory that each message would take.
///
/// ```
/// use workers::shared::{Batch, Queue};
///
/// let queue = Queue::new(1024)?;
/// queue.put(b"one")?;
/// queue.put(b"two")?;
/// let mut batch = Batch::new();
/// assert_eq!(queue.get_batch(&mut batch, 100, None)?, 2);
/// assert!(batch.iter().eq([b"one", b"two"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    /// Where each message ends.
    ends: Vec<usize>,
}

impl Batch {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The messages, in the order in which they were put.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.ends.len()).map(|index| {
            let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.bytes[begin..self.ends[index]]
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds what `take` appends as one message, unless it fails.
    pub(super) fn add<R, E>(
        &mut self,
        take: impl FnOnce(&mut Vec<u8>) -> Result<R, E>,
    ) -> Result<R, E> {
        let taken = take(&mut self.bytes)?;
        self.ends.push(self.bytes.len());
        Ok(taken)
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}
