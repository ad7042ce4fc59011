//! Files: what is read, and what is written where. Nothing else in iamx opens one, or looks at the clock.

pub(crate) mod catalog;
pub(crate) mod clock;
pub(crate) mod depfile;
pub(crate) mod manifest;
pub(crate) mod output;
pub(crate) mod read;
pub(crate) mod stamp;
pub(crate) mod workspace;
pub(crate) mod write;
