//! Policies that are lists of permissions, as Lambda's: each permission allows one principal one action under one value of each
//! of a few condition keys. A statement becomes as many as it takes; what such a permission can't say is an error.
//!
//! See [AddPermission](https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html).

use iamx_catalog::{PolicyStatements, ResourcePolicyForm};
use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{
    BaseOperator, ConditionBlock, ConditionEntry, Effect, Element, Operator, Principal, PrincipalElement, Statement,
};
use iamx_text::Span;

use crate::lowerer::Lowerer;

/// Each permission is a statement of its own; no policy of 20 KB holds so many.
const MAX_PERMISSIONS: usize = 200;

impl Lowerer<'_> {
    /// `statements` as permissions, in a policy that is a list of them; as they are in any other.
    pub(crate) fn permissions(
        &mut self,
        form: &ResourcePolicyForm,
        statements: Vec<Statement>,
    ) -> Option<Vec<Statement>> {
        let PolicyStatements::Permissions(keys) = form.statements else { return Some(statements) };
        let mut permissions = Vec::new();
        for statement in statements {
            permissions.append(&mut self.permissions_of(form, keys, &statement)?);
        }
        Some(permissions)
    }

    fn permissions_of(
        &mut self,
        form: &ResourcePolicyForm,
        keys: &[&str],
        statement: &Statement,
    ) -> Option<Vec<Statement>> {
        self.only_what_a_permission_says(form, keys, statement)?;
        let principals = statement.principal.as_ref().map(|element| element.principals.clone()).unwrap_or_default();
        let blocks = one_value_each(&statement.conditions);
        let count = statement.actions.patterns.len().saturating_mul(principals.len()).saturating_mul(blocks.len());
        if count > MAX_PERMISSIONS {
            let message = format!("this takes {count} permissions, more than the policy has room for");
            self.error(&checks::EXPANSION_TOO_LARGE, statement.span, message);
            return None;
        }
        let mut permissions = Vec::new();
        for action in &statement.actions.patterns {
            for principal in &principals {
                for conditions in &blocks {
                    permissions.push(Statement {
                        actions: Element::of(vec![action.clone()]),
                        principal: Some(PrincipalElement { negated: false, principals: vec![principal.clone()] }),
                        conditions: conditions.clone(),
                        ..statement.clone()
                    });
                }
            }
        }
        Some(permissions)
    }

    fn only_what_a_permission_says(
        &mut self,
        form: &ResourcePolicyForm,
        keys: &[&str],
        statement: &Statement,
    ) -> Option<()> {
        let first = |statement: &Statement| statement.actions.patterns.first().map_or(statement.span, |one| one.span);
        if statement.effect == Effect::Deny {
            return self.no_permission(form, statement.span, "a permission of this service only allows");
        }
        if statement.actions.negated {
            return self.no_permission(form, first(statement), "a permission of this service names its action");
        }
        let pattern = |name: &str| name.contains('?') || (name.contains('*') && name != "*");
        if let Some(action) = statement.actions.patterns.iter().find(|action| pattern(&action.value.name)) {
            let message =
                format!("a permission of this service takes one action or all, and `{}` is a pattern", action.value);
            return self.no_permission(form, action.span, message);
        }
        if let Some(resources) = &statement.resources
            && (resources.negated || resources.patterns.len() != 1)
        {
            let span = resources.patterns.first().map_or(statement.span, |one| one.span);
            return self.no_permission(form, span, "a permission of this service is about the resource that has it");
        }
        for entry in &statement.conditions.entries {
            if !keys.iter().any(|key| key.eq_ignore_ascii_case(&entry.key)) {
                let message = format!("a permission of this service can't ask for `{}`", entry.key);
                self.report(
                    Diagnostic::new(&checks::UNSUPPORTED_PERMISSION, entry.span, message)
                        .note(format!(
                            "it asks for {}",
                            crate::resources::quoted(&keys.iter().map(ToString::to_string).collect::<Vec<_>>())
                        ))
                        .note(format!("see {}", form.page)),
                );
                return None;
            }
            if permission_operator(entry).is_none() {
                let message =
                    format!("a permission of this service can't compare `{}` with {}", entry.key, entry.operator);
                return self.no_permission(form, entry.span, message);
            }
        }
        if let Some(element) = &statement.principal
            && let Some(other) = element.principals.iter().find(|one| !can_be_permitted(&one.value))
        {
            return self.no_permission(form, other.span, "a permission of this service can't name this principal");
        }
        Some(())
    }

    fn no_permission(&mut self, form: &ResourcePolicyForm, span: Span, message: impl Into<String>) -> Option<()> {
        self.report(
            Diagnostic::new(&checks::UNSUPPORTED_PERMISSION, span, message)
                .note(format!("its policy is a list of permissions; see {}", form.page)),
        );
        None
    }
}

/// The block for each choice of one value a key: a permission takes one, and the values of a key are alternatives.
fn one_value_each(block: &ConditionBlock) -> Vec<ConditionBlock> {
    let mut blocks = vec![ConditionBlock::default()];
    for entry in &block.entries {
        let operator = permission_operator(entry).unwrap_or(entry.operator);
        let mut next = Vec::new();
        for before in &blocks {
            for value in &entry.values {
                let mut after = before.clone();
                after.entries.push(ConditionEntry { operator, values: vec![value.clone()], ..entry.clone() });
                next.push(after);
            }
        }
        if next.len() > MAX_PERMISSIONS {
            return next;
        }
        blocks = next;
    }
    blocks
}

/// Whether a permission of the service can ask what the comparison does.
pub(crate) fn permission_asks(keys: &[&str], entry: &ConditionEntry) -> bool {
    keys.iter().any(|key| key.eq_ignore_ascii_case(&entry.key)) && permission_operator(entry).is_some()
}

/// The operator that the service compares a key with; `None` where the entry compares otherwise. `ArnEquals` and `ArnLike` are
/// the same.
///
/// See [ARN operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN).
fn permission_operator(entry: &ConditionEntry) -> Option<Operator> {
    let plain = entry.operator.qualifier.is_none() && !entry.operator.if_exists;
    let base = match entry.operator.base {
        BaseOperator::ArnEquals | BaseOperator::ArnLike => BaseOperator::ArnLike,
        BaseOperator::StringEquals => BaseOperator::StringEquals,
        BaseOperator::Bool if entry.values.iter().all(|value| value.value == "true") => BaseOperator::Bool,
        _ => return None,
    };
    plain.then(|| Operator::plain(base))
}

/// A service, an account, a user, a role, or everyone; no session.
fn can_be_permitted(principal: &Principal) -> bool {
    match principal {
        Principal::Everyone | Principal::Service(_) => true,
        Principal::Aws(arn) => !arn.contains(":assumed-role/") && !arn.contains(":federated-user/"),
        Principal::Federated(_) | Principal::CanonicalUser(_) => false,
    }
}
