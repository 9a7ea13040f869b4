//! Windows: progress on the window's button in the taskbar, through COM's `ITaskbarList3`. There is no
//! notification: Windows shows those of installed applications with an identity of their own, and the
//! button flashes without one (`attention.rs`).
//!
//! A thread of its own talks to the taskbar, which is another process and may be slow.
#![expect(
    clippy::disallowed_methods,
    reason = "the thread that talks to the taskbar waits for what there is to say"
)]
#![expect(unsafe_code, reason = "COM")]

use crossbeam_channel::{Receiver, Sender, unbounded};
use windows::Win32::Foundation::HWND;
use windows::Win32::System::Com::{
    CLSCTX_INPROC_SERVER, COINIT_APARTMENTTHREADED, CoCreateInstance, CoInitializeEx,
};
use windows::Win32::UI::Shell::{ITaskbarList3, TBPF_NOPROGRESS, TBPF_NORMAL, TaskbarList};
use winit::raw_window_handle::RawWindowHandle;

use super::Note;

/// The way to the thread.
pub(crate) struct Desktop {
    percents: Sender<Option<u8>>,
}

impl Desktop {
    /// Starts the thread; `None` if the system gives none, or the window is not one of its own.
    pub(crate) fn start(window: Option<RawWindowHandle>) -> Option<Self> {
        let Some(RawWindowHandle::Win32(window)) = window else {
            return None;
        };
        let window = window.hwnd.get();
        // Not bounded: a job has a hundred steps of progress.
        let (percents, inbox) = unbounded();
        std::thread::Builder::new()
            .name("desktop".to_owned())
            .spawn(move || serve(window, &inbox))
            .ok()?;
        Some(Self { percents })
    }

    pub(crate) fn notify(&self, _note: Note) {}

    /// Shows how far the job is; `None`: there is none.
    pub(crate) fn progress(&self, percent: Option<u8>) {
        // The thread ends before the window where there is no taskbar.
        let _ = self.percents.send(percent);
    }
}

fn serve(window: isize, inbox: &Receiver<Option<u8>>) {
    let Ok(taskbar) = taskbar() else {
        return;
    };
    let window = HWND(window as *mut _);
    while let Ok(percent) = inbox.recv() {
        // A taskbar that is not there now may be later.
        let _ = show(&taskbar, window, percent);
    }
}

fn taskbar() -> windows::core::Result<ITaskbarList3> {
    // SAFETY: this thread has not initialised COM and uses it in this file alone. What is created is
    // used on this thread alone, as its apartment asks, and released before the thread ends. COM stays
    // initialised until then, so that nothing outlives it.
    unsafe {
        CoInitializeEx(None, COINIT_APARTMENTTHREADED).ok()?;
        let taskbar: ITaskbarList3 = CoCreateInstance(&TaskbarList, None, CLSCTX_INPROC_SERVER)?;
        taskbar.HrInit()?;
        Ok(taskbar)
    }
}

fn show(taskbar: &ITaskbarList3, window: HWND, percent: Option<u8>) -> windows::core::Result<()> {
    // SAFETY: the interface is alive, and on its thread. A window that is gone meanwhile is an error,
    // not a dangling pointer: a handle is a number that the system looks up.
    unsafe {
        match percent {
            Some(percent) => {
                taskbar.SetProgressState(window, TBPF_NORMAL)?;
                taskbar.SetProgressValue(window, u64::from(percent), 100)
            }
            None => taskbar.SetProgressState(window, TBPF_NOPROGRESS),
        }
    }
}
