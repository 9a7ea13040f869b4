//! How busy each core is, and this program's share: sampled twice a second while a job runs.
#![expect(
    clippy::disallowed_methods,
    reason = "the sampler has a thread of its own; the window only uses try_lock"
)]

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use sysinfo::{CpuRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System};

pub(crate) const INTERVAL: Duration = Duration::from_millis(500);
/// A minute of samples.
pub(crate) const KEPT: usize = 120;

/// Utilisation in percent.
#[derive(Clone, Default)]
pub(crate) struct Load {
    /// For each core the last minute, oldest first.
    pub(crate) cores: Vec<VecDeque<f32>>,
    /// This program and its workers, in percent of one core.
    pub(crate) own: Option<f32>,
    pub(crate) sampling: bool,
    /// How many samples there have been.
    pub(crate) samples: u64,
}

enum Order {
    Sample(bool),
    Workers(Vec<u32>),
}

pub(crate) struct CoreMeter {
    orders: Sender<Order>,
    shared: Arc<Mutex<Load>>,
    seen: Load,
    sampling: bool,
    workers: Vec<u32>,
}

impl CoreMeter {
    pub(crate) fn start() -> io::Result<Self> {
        let (orders, inbox) = unbounded();
        let shared = Arc::new(Mutex::new(Load::default()));
        let target = shared.clone();
        std::thread::Builder::new()
            .name("cores".to_owned())
            .spawn(move || sample(&inbox, &target))?;
        Ok(Self {
            orders,
            shared,
            seen: Load::default(),
            sampling: false,
            workers: Vec::new(),
        })
    }

    pub(crate) fn sample(&mut self, on: bool) {
        if self.sampling != on {
            self.sampling = on;
            // The thread lives as long as this end.
            let _ = self.orders.send(Order::Sample(on));
        }
    }

    /// Whose processor time counts as this program's, beside its own.
    pub(crate) fn workers(&mut self, pids: Vec<u32>) {
        if self.workers != pids {
            self.workers.clone_from(&pids);
            let _ = self.orders.send(Order::Workers(pids));
        }
    }

    /// Takes over the latest load, unless the sampler is writing at this moment.
    pub(crate) fn refresh(&mut self) {
        if let Ok(shared) = self.shared.try_lock() {
            self.seen.clone_from(&shared);
        }
    }

    pub(crate) fn load(&self) -> &Load {
        &self.seen
    }
}

fn sample(orders: &Receiver<Order>, shared: &Mutex<Load>) {
    let cpu = CpuRefreshKind::nothing().with_usage();
    let Ok(mut system) = System::new_with_specifics(RefreshKind::nothing().with_cpu(cpu)) else {
        // A system that is not known shows no cores; the panel says so.
        return;
    };
    let own = sysinfo::get_current_pid().ok();
    let mut pids: Vec<Pid> = own.into_iter().collect();
    let mut sampling = false;
    loop {
        let order = if sampling {
            orders.recv_timeout(INTERVAL)
        } else {
            orders.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match order {
            Err(RecvTimeoutError::Disconnected) => return,
            Ok(Order::Workers(workers)) => {
                pids = own
                    .into_iter()
                    .chain(workers.into_iter().map(Pid::from_u32))
                    .collect();
            }
            Ok(Order::Sample(on)) => {
                sampling = on;
                // A share is a difference: this is where it starts.
                refresh(&mut system, &pids);
                write(shared, |load| {
                    load.sampling = on;
                    if !on {
                        load.own = None;
                    }
                });
            }
            Err(RecvTimeoutError::Timeout) => {
                refresh(&mut system, &pids);
                let used: f32 = pids
                    .iter()
                    .filter_map(|pid| system.process(*pid))
                    .map(sysinfo::Process::cpu_usage)
                    .sum();
                write(shared, |load| {
                    load.own = Some(used);
                    load.samples += 1;
                    load.cores.resize_with(system.cpus().len(), VecDeque::new);
                    for (history, cpu) in load.cores.iter_mut().zip(system.cpus()) {
                        history.push_back(cpu.usage());
                        while history.len() > KEPT {
                            history.pop_front();
                        }
                    }
                });
            }
        }
    }
}

fn refresh(system: &mut System, pids: &[Pid]) {
    system.refresh_cpu_usage();
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(pids),
        true,
        ProcessRefreshKind::nothing().with_cpu(),
    );
}

fn write(shared: &Mutex<Load>, change: impl FnOnce(&mut Load)) {
    change(&mut shared.lock().unwrap_or_else(PoisonError::into_inner));
}
