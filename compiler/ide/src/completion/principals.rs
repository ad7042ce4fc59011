//! Principals: those of the workspace with the words for their kinds, and AWS's services.

use iamx_lower::{Meaning, NameKind};
use iamx_syntax::ast::DeclaredKind;

use super::{Completion, CompletionKind, Completions, names, place::Cursor};

/// `role Reader`, `account partner`: where the kind is still to be said.
pub(crate) fn with_kinds(cursor: &Cursor<'_>, found: &mut Completions) {
    for (name, meaning) in cursor.index.visible(cursor.file) {
        let Meaning::Declared(span) = meaning else { continue };
        let Some(declared) = cursor.index.declared_at(*span) else { continue };
        let is_principal = matches!(
            declared.kind,
            NameKind::Account
                | NameKind::Organization
                | NameKind::OrganizationalUnit
                | NameKind::Declared(
                    DeclaredKind::Role
                        | DeclaredKind::User
                        | DeclaredKind::Oidc
                        | DeclaredKind::Saml
                        | DeclaredKind::PermissionSet
                )
        );
        if is_principal {
            let label = format!("{} {name}", declared.kind.word());
            let offered = Completion::new(label, names::kind_of(declared.kind), declared.kind.describe(), 2);
            found.items.push(offered.about(names::subject(cursor, declared)));
        }
    }
}

/// Service principals, as the language calls them or, within a string, in full.
pub(crate) fn services(cursor: &Cursor<'_>, in_string: bool, found: &mut Completions) {
    if !in_string && let Some(call) = cursor.token.parent() {
        // `delivery.logs` is one name.
        let start = cursor.range.start() + call.text_range().start() - cursor.token.text_range().start();
        found.range = iamx_text::TextRange::new(start, cursor.range.end());
    }
    for one in cursor.catalog().principals() {
        if one.name.contains("${") {
            continue;
        }
        if in_string {
            found.items.push(Completion::new(one.name.as_str(), CompletionKind::Service, "", 1));
        } else if let Some(short) = one.name.strip_suffix(".amazonaws.com")
            && short.split('.').all(iamx_syntax::is_word)
        {
            found.items.push(Completion::new(short, CompletionKind::Service, one.name.as_str(), 1));
        }
    }
}
