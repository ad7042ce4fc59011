//! Doing something again whenever the files of a workspace change.

use std::{
    path::Path,
    sync::mpsc::{self, Receiver},
    time::Duration,
};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::{commands::Outcome, error::Error, io::workspace::Places, terminal::Terminal};

/// What follows a change within this time belongs to it: an editor that saves several files, a branch that is checked out.
const SETTLING: Duration = Duration::from_millis(50);

/// Runs `run` for the workspace of `path` now and after each change, until the process is interrupted.
pub(crate) fn repeat(
    path: &Path,
    terminal: &mut Terminal,
    mut run: impl FnMut(&mut Terminal) -> Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    loop {
        // Before the run, so that no change is missed.
        let watch = Watch::over(Places::of(path)?)?;
        if let Err(error) = run(terminal) {
            terminal.error(&error);
        }
        terminal.say("watching for changes; Ctrl-C ends it");
        watch.wait()?;
    }
}

struct Watch {
    places: Places,
    events: Receiver<notify::Result<Event>>,
    /// Watches until it is dropped.
    _watcher: RecommendedWatcher,
}

impl Watch {
    fn over(places: Places) -> Result<Self, Error> {
        let (sender, events) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(sender).map_err(|error| watching(&error))?;
        // One by one: the output folder, which may be the largest, isn't watched.
        for folder in &places.folders {
            watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|error| watching(&error))?;
        }
        Ok(Self { places, events, _watcher: watcher })
    }

    fn wait(&self) -> Result<(), Error> {
        loop {
            let event = self.events.recv().map_err(|error| Error::Watching { reason: error.to_string() })?;
            if self.concerns(&event.map_err(|error| watching(&error))?) {
                break;
            }
        }
        while self.events.recv_timeout(SETTLING).is_ok() {}
        Ok(())
    }

    fn concerns(&self, event: &Event) -> bool {
        // Where events were lost anything may have changed.
        event.need_rescan()
            || !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| self.places.concerns(path))
    }
}

fn watching(error: &notify::Error) -> Error {
    Error::Watching { reason: error.to_string() }
}
