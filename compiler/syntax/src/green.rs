//! The green tree of a file, made in parts.
//!
//! rowan finds nodes and tokens that it has made before in a table. Over a large file the table outgrows the
//! processor's cache and costs more than it saves, so each part of a file has its own.

use std::ops::{Deref, DerefMut};

use rowan::{GreenNode, GreenNodeBuilder, GreenToken, Language, NodeOrToken};

use crate::{Iamx, SyntaxKind};

/// So many bytes of text make a part.
const PART: usize = 256 * 1024;

/// Makes the tree of a file: a rowan builder that stands in the file's node.
pub(crate) struct GreenFile {
    builder: GreenNodeBuilder<'static>,
    /// The children of the file's node that earlier parts gave.
    done: Vec<NodeOrToken<GreenNode, GreenToken>>,
    part_starts: usize,
}

impl GreenFile {
    pub(crate) fn new() -> Self {
        Self { builder: file_builder(), done: Vec::new(), part_starts: 0 }
    }

    /// Says that no node but the file's is open, `offset` bytes into the text.
    pub(crate) fn item_border(&mut self, offset: usize) {
        if offset - self.part_starts > PART {
            self.part_starts = offset;
            let part = std::mem::replace(&mut self.builder, file_builder());
            self.done.extend(children(&finish(part)));
        }
    }

    pub(crate) fn finish(mut self) -> GreenNode {
        let last = finish(self.builder);
        if self.done.is_empty() {
            return last;
        }
        self.done.extend(children(&last));
        GreenNode::new(Iamx::kind_to_raw(SyntaxKind::FILE), self.done)
    }
}

impl Deref for GreenFile {
    type Target = GreenNodeBuilder<'static>;

    fn deref(&self) -> &Self::Target {
        &self.builder
    }
}

impl DerefMut for GreenFile {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.builder
    }
}

fn file_builder() -> GreenNodeBuilder<'static> {
    let mut builder = GreenNodeBuilder::new();
    builder.start_node(Iamx::kind_to_raw(SyntaxKind::FILE));
    builder
}

fn finish(mut builder: GreenNodeBuilder<'_>) -> GreenNode {
    builder.finish_node();
    builder.finish()
}

fn children(file: &GreenNode) -> impl Iterator<Item = NodeOrToken<GreenNode, GreenToken>> {
    file.children().map(NodeOrToken::to_owned)
}
