//! How a search for duplicates comes about.

use std::time::SystemTime;

use workers::{DuplicatesSpec, Job, Priority};

use super::Session;
use crate::work::{Search, Work};

impl Session {
    pub(super) fn find_duplicates(&mut self) {
        let (way, run_on) = self.in_background();
        let search = Search {
            roots: self.chosen.clone(),
            algorithm: self.settings.algorithms.first(),
            begun: SystemTime::now(),
        };
        let spec = DuplicatesSpec {
            roots: search.roots.clone(),
            selection: self.selection(),
            algorithm: search.algorithm,
            workers: self.workers(),
            priority: Priority::Background,
            file_limit: self.file_limit(),
        };
        let title = self.title(way, Work::Duplicates(search));
        self.launch(title, |sink| Job::duplicates(spec, run_on, sink));
    }
}
