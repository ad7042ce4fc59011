//! What is being done, said on a terminal while it takes longer than a second.

use std::{
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::JoinHandle,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes less isn't spoken of.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(120);

/// A line on standard error that says what is being done, gone when the work ends.
pub(crate) struct Progress {
    bar: ProgressBar,
    timer: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// A line that is `shown`, or never.
    pub(crate) fn new(shown: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        let timer = shown.then(|| {
            let (done, waits) = mpsc::channel();
            let bar = bar.clone();
            let thread = std::thread::spawn(move || {
                if waits.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(TICK);
                }
            });
            (done, thread)
        });
        Self { bar, timer }
    }

    /// Says what is done from now on.
    pub(crate) fn now(&self, what: impl Into<std::borrow::Cow<'static, str>>) {
        self.bar.set_message(what);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.timer.take() {
            drop(done);
            // It waits for nothing else.
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}
