//! `--picture FILE`: when the first job is done, saves a picture of the window, prints the
//! figures of the run as one line of JSON, and ends the program. For screenshots, and for machines that have no display but a virtual one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eframe::egui::{ColorImage, Context, ViewportCommand};
use serde_json::{Value, json};

use crate::job::JobState;
use crate::lab::desk::Result;
use crate::save::{self, Existing};
use crate::session::Session;

pub(crate) struct Picture {
    path: PathBuf,
    /// It is to show this experiment, once it is over, and not a job.
    experiment: Option<usize>,
    stage: Stage,
    saved: Arc<AtomicBool>,
}

enum Stage {
    Waiting,
    /// The job is done; the table and the figures of the run settle.
    Settling(Instant),
    Asked,
}

/// The table is sorted and the run's last beats are counted by then.
const SETTLE: Duration = Duration::from_millis(900);

impl Picture {
    pub(crate) fn new(path: PathBuf, experiment: Option<usize>) -> Self {
        Self {
            path,
            experiment,
            stage: Stage::Waiting,
            saved: Arc::default(),
        }
    }

    pub(crate) fn advance(&mut self, ctx: &Context, session: &Session) {
        match self.stage {
            Stage::Waiting => {
                let is_over = match self.experiment {
                    Some(index) => session.lab.result(index).is_some(),
                    None => matches!(session.job, JobState::Finished(_)),
                };
                if is_over {
                    self.stage = Stage::Settling(Instant::now());
                    ctx.request_repaint_after(SETTLE);
                }
            }
            Stage::Settling(since) if since.elapsed() >= SETTLE => {
                if let Some(result) = self.experiment.and_then(|index| session.lab.result(index)) {
                    println!("{}", figures(result));
                } else if let Some(run) = session.last_run() {
                    // A run is plain data; if it could not be printed, the picture still is.
                    println!("{}", serde_json::to_string(run).unwrap_or_default());
                }
                let (path, saved, again) = (self.path.clone(), self.saved.clone(), ctx.clone());
                let callback =
                    eframe::egui::ScreenshotCallback::new(move |image: Arc<ColorImage>| {
                        match write(&path, &image) {
                            Ok(()) => {
                                eprintln!("thawsum: the picture is {}", workers::shown(&path));
                            }
                            Err(error) => eprintln!("thawsum: {error}"),
                        }
                        saved.store(true, Ordering::Release);
                        again.request_repaint();
                    });
                ctx.send_viewport_cmd(ViewportCommand::Screenshot(callback));
                ctx.request_repaint();
                self.stage = Stage::Asked;
            }
            Stage::Settling(_) => ctx.request_repaint_after(Duration::from_millis(100)),
            Stage::Asked => {
                if self.saved.load(Ordering::Acquire) {
                    ctx.send_viewport_cmd(ViewportCommand::Close);
                }
            }
        }
    }
}

/// What an experiment measured, and how fast the window answered meanwhile.
fn figures(result: &Result) -> Value {
    let ms = |time: Option<Duration>| time.map(|time| time.as_secs_f64() * 1000.0);
    let mut figures = result.record.json();
    figures["window"] = json!({
        "p99_latency_ms": ms(result.p99_answer()),
        "worst_latency_ms": ms(result.slowest_answer()),
    });
    figures
}

fn write(path: &Path, image: &ColorImage) -> std::result::Result<(), save::SaveError> {
    save::whole(path, Existing::Replace, |out| {
        let [width, height] = image.size;
        let side = |pixels: usize| u32::try_from(pixels).map_err(std::io::Error::other);
        let mut encoder = png::Encoder::new(out, side(width)?, side(height)?);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let pixels: Vec<u8> = image
            .pixels
            .iter()
            .flat_map(|pixel| pixel.to_array())
            .collect();
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&pixels)?;
        Ok(())
    })
}
