//! A principal of an account that nobody declared: a typo lets a stranger in.

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Principal, Statement};

use crate::rules::Seen;

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let program = seen.world.program;
    let Some(element) = &statement.principal else { return };
    for principal in &element.principals {
        let Principal::Aws(arn) = &principal.value else { continue };
        let Some(id) = arn.split(':').nth(4).filter(|id| id.len() == 12) else { continue };
        if program.accounts.iter().all(|account| account.id != id) {
            diagnostics.push(
                Diagnostic::new(&checks::UNKNOWN_ACCOUNT, principal.span, format!("no account `{id}` is declared"))
                    .note("whoever owns that account decides who of it comes in")
                    .help(format!("if it is meant, declare it: `account partner \"{id}\"`")),
            );
        }
    }
}
