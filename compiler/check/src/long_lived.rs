//! Access keys: credentials that last until somebody takes them away.
//!
//! See [alternatives to access keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds-programmatic-access.html).

use iamx_diagnostic::{Diagnostic, checks};

use crate::rules::World;

/// Seconds after which a key is as good as never replaced.
const YEAR: u64 = 366 * 86_400;

pub(crate) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for user in &world.program.users {
        let Some(key) = user.access_key else { continue };
        let diagnostic = if user.console {
            Diagnostic::new(
                &checks::USER_ACCESS_KEY,
                user.identity.span,
                format!("`{}` signs in and has an access key too", user.identity.name),
            )
            .note("the key lies in a file and works without MFA for as long as it exists")
            .help("let people call AWS with the sessions of their sign-in, `aws login`")
        } else {
            let message = format!("`{}` has an access key and no sign-in, as a program would", user.identity.name);
            Diagnostic::new(&checks::USER_INSTEAD_OF_ROLE, user.identity.span, message)
                .note("a role gives programs in AWS, and outside by OIDC or IAM Roles Anywhere, credentials that end by themselves")
                .help("make it a role that trusts what runs the program")
        };
        diagnostics.push(diagnostic);
        if key.rotate.is_none_or(|seconds| seconds > YEAR) {
            let message = match key.rotate {
                None => format!("nothing says when the access key of `{}` is replaced", user.identity.name),
                Some(_) => format!("the access key of `{}` may become older than a year", user.identity.name),
            };
            diagnostics.push(
                Diagnostic::new(&checks::KEY_NOT_ROTATED, user.identity.span, message)
                    .help("write `access-key rotate 90d`"),
            );
        }
    }
}
