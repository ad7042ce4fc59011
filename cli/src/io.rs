//! Files: what is read, and what is written where. Nothing else in iamx opens one.

pub(crate) mod catalog;
pub(crate) mod manifest;
pub(crate) mod output;
pub(crate) mod read;
pub(crate) mod workspace;
pub(crate) mod write;
