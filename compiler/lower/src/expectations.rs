//! `test` and `invariant`: every name in them is looked up and typed. Nothing here decides a request.

mod asked;
mod context;
mod subjects;

use std::collections::BTreeMap;

use iamx_diagnostic::{Diagnostic, checks};
use iamx_policy::{Document, Sourced};
use iamx_syntax::ast::{
    AstNode, ClaimLine, ClaimSubject as SubjectNode, DeclaredKind, InvariantItem, Item, Path, Scope, TestItem,
};

use crate::{
    Asked, Assertion, Claim, ClaimKind, ClaimSubject, Invariant, OrganizationNodeKind, Place, PlacePart, Subject, Test,
    conditions::Formula,
    lowerer::Lowerer,
    scope::Environment,
    statements::{DocumentKind, number_sids},
};

/// Where something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedIn {
    /// A test asks for single requests.
    Test,
    /// An invariant is about all of them.
    Invariant,
}

impl Lowerer<'_> {
    /// Types the tests and invariants, once everything that they can be about is made.
    pub(crate) fn look_at_expectations(&mut self) {
        // What they write out stands in no document.
        let written_out = self.program.written_out.clone();
        for (module, item) in std::mem::take(&mut self.expectations) {
            self.begin_item();
            let environment = Environment::of(module).in_account(self.home_of_module(module));
            match item {
                Item::Test(item) => self.expected_requests(&environment, &item),
                Item::Invariant(item) => self.expected_always(&environment, &item),
                _ => {}
            }
        }
        self.program.written_out = written_out;
    }

    fn expected_requests(&mut self, environment: &Environment, item: &TestItem) {
        let Some(title) = item.title() else { return };
        let Some(name) = self.plain_string(environment.module, &title) else { return };
        let mut given = Vec::new();
        for context in item.given() {
            self.context(environment, &context, None, &mut given);
        }
        let mut assertions = Vec::new();
        for line in item.assertions() {
            if !self.is_damaged(environment.module, line.range()) {
                assertions.extend(self.assertion(environment, &line).unwrap_or_default());
            }
        }
        let span = self.span(environment.module, title.text_range());
        self.program.tests.push(Test { name, given, assertions, span });
    }

    /// A line of a test: one an account of those that ask.
    fn assertion(&mut self, environment: &Environment, line: &iamx_syntax::ast::Assertion) -> Option<Vec<Assertion>> {
        let span = self.span(environment.module, line.range());
        let (allowed, node) = (line.is_allowed()?, line.asked()?);
        let paths: Vec<_> = line.roles().collect();
        let roles: Vec<_> = paths.iter().map(|path| self.one_role(environment, path)).collect();
        let assumed = node.assumed().map(|path| self.roles_at(environment, &path));
        let last = roles.last().copied().flatten().and_then(|role| self.program.roles.get(role));
        let passing = environment.in_account(last.and_then(|role| role.identity.account).or(environment.account()));
        let using = line.using().map(|path| self.session_policy_at(&passing, &path));
        // A provider is that of the role which its callers get first.
        let entered = match (roles.first(), &assumed) {
            (Some(role), _) => *role,
            (None, Some(Some(roles))) => roles.first().copied(),
            _ => None,
        };
        let entrance = entered.and_then(|role| self.program.roles.get(role)).and_then(|role| role.identity.account);
        let entering = environment.in_account(entrance.or(environment.account()));
        let subjects = self.subjects(&entering, &line.subjects()?, AskedIn::Test);
        let claims = subjects.as_deref().and_then(|subjects| self.claims_of_subjects(subjects));
        let (mut brought, mut with) = (Vec::new(), Vec::new());
        if let Some(context) = line.brought() {
            self.context(environment, &context, claims.as_deref(), &mut brought);
        }
        if let Some(context) = line.with() {
            self.context(environment, &context, None, &mut with);
        }
        let roles = roles.into_iter().collect::<Option<Vec<_>>>();
        // What the resources' names need of the callers isn't known where these have a fault.
        let acting = match (roles.as_deref(), &subjects) {
            (Some([.., last]), _) => {
                let account = self.program.roles.get(*last).and_then(|role| role.identity.account);
                BTreeMap::from([(account, subjects.clone().unwrap_or_default())])
            }
            (_, Some(subjects)) => self.by_account(subjects),
            _ => BTreeMap::from([(None, Vec::new())]),
        };
        let mut asked = Vec::new();
        for (account, subjects) in acting {
            let inner = environment.in_account(account.or(environment.account()));
            let what = match &assumed {
                Some(roles) => roles.clone().map(Asked::Assume),
                None => self.asked(&inner, &node, AskedIn::Test),
            };
            asked.push((subjects, what));
        }
        let (roles, session_policy) = (roles?, using.map_or(Some(None), |policy| policy.map(Some))?);
        subjects?;
        let assertion = |(subjects, asked): (_, Option<_>)| {
            Some(Assertion {
                subjects,
                brought: brought.clone(),
                session_policy,
                roles: roles.clone(),
                allowed,
                asked: asked?,
                with: with.clone(),
                span,
            })
        };
        asked.into_iter().map(assertion).collect()
    }

    fn expected_always(&mut self, environment: &Environment, item: &InvariantItem) {
        let Some(title) = item.title() else { return };
        let Some(name) = self.plain_string(environment.module, &title) else { return };
        let mut claims = Vec::new();
        for line in item.claims() {
            if !self.is_damaged(environment.module, line.range()) {
                claims.extend(self.claim(environment, &line));
            }
        }
        let span = self.span(environment.module, title.text_range());
        self.program.invariants.push(Invariant { name, open: item.is_open(), claims, span });
    }

    fn claim(&mut self, environment: &Environment, line: &ClaimLine) -> Option<Claim> {
        let span = self.span(environment.module, line.range());
        let (allowed, node) = (line.is_allowed()?, line.subject()?);
        let subject = self.claim_subject(environment, &node);
        let named = match &subject {
            Some(ClaimSubject::Principals(subjects) | ClaimSubject::NoOne { except: subjects, .. }) => subjects.clone(),
            None => Vec::new(),
        };
        let account = match self.by_account(&named).into_keys().collect::<Vec<_>>().as_slice() {
            [Some(one)] => Some(*one),
            _ => environment.account(),
        };
        let inner = environment.in_account(account);
        let kind = if line.is_escalation() {
            Some(if allowed { ClaimKind::CanEscalate } else { ClaimKind::CannotEscalate })
        } else if let Some(bound) = line.at_most() {
            let errors = self.errors();
            let mut document = Document::default();
            if let Some(body) = bound.body() {
                self.statements(&inner, &body, DocumentKind::Identity, &Formula::ALWAYS, &mut document);
            } else if let Some(policy) = bound.policy() {
                self.include_policy(&inner, &policy, DocumentKind::Identity, &Formula::ALWAYS, &mut document);
            }
            number_sids(&mut document);
            (self.errors() == errors).then_some(ClaimKind::AtMost(document))
        } else {
            line.asked().and_then(|node| {
                let asked = match node.assumed() {
                    Some(path) => Asked::Assume(self.roles_at(environment, &path)?),
                    None => self.asked(&inner, &node, AskedIn::Invariant)?,
                };
                Some(match (allowed, line.is_always()) {
                    (false, _) => ClaimKind::Cannot(asked),
                    (true, false) => ClaimKind::Can(asked),
                    (true, true) => ClaimKind::CanAlways(asked),
                })
            })
        };
        let clauses = self.clauses(environment, line.clauses())?;
        let claims = self.claims_of_subjects(&named);
        let speaking = claims.map_or_else(|| inner.clone(), |prefix| inner.with_claims(&prefix));
        let condition = self.statement_condition(&speaking, &clauses, &Formula::ALWAYS)?;
        let conditions = self.compile(&condition, span)?;
        Some(Claim { subject: subject?, kind: kind?, conditions, span })
    }

    fn claim_subject(&mut self, environment: &Environment, node: &SubjectNode) -> Option<ClaimSubject> {
        if node.is_only() {
            let except = self.subjects(environment, &node.principals()?, AskedIn::Invariant)?;
            return Some(ClaimSubject::NoOne { place: None, except });
        }
        if !node.is_no_one() {
            return self.subjects(environment, &node.principals()?, AskedIn::Invariant).map(ClaimSubject::Principals);
        }
        let place = match node.place() {
            Some(scope) => Some(self.place_of_claim(environment, &scope, node.is_outside())?),
            None => None,
        };
        let except = match node.principals() {
            Some(list) => self.subjects(environment, &list, AskedIn::Invariant)?,
            None => Vec::new(),
        };
        Some(ClaimSubject::NoOne { place, except })
    }

    fn place_of_claim(&mut self, environment: &Environment, scope: &Scope, outside: bool) -> Option<Place> {
        let said = scope.parts();
        // What is wrong with a list. An OU by itself may hold no account.
        if !matches!(said.as_slice(), [one] if one.keyword.is_some()) {
            self.scope_accounts(environment, scope)?;
        }
        let mut parts = Vec::new();
        for part in said {
            parts.push(match part.keyword {
                Some(keyword) => {
                    let declared = self.node_named(environment, &part.path, keyword)?;
                    let organization = self.program.organization.as_ref()?;
                    // An organization's root is declared where the organization is.
                    let at = |node: &crate::OrganizationNode| {
                        node.span == declared && !matches!(node.kind, OrganizationNodeKind::Account(_))
                    };
                    PlacePart::Node(organization.nodes.iter().position(at)?)
                }
                None => PlacePart::Account(self.account_named(environment, &part.path)?),
            });
        }
        Some(Place { outside, parts })
    }

    /// The subjects by the account that they act in, as far as that is one.
    fn by_account(&self, subjects: &[Sourced<Subject>]) -> BTreeMap<Option<usize>, Vec<Sourced<Subject>>> {
        let mut accounts: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for subject in subjects {
            accounts.entry(self.account_of_subject(&subject.value)).or_default().push(subject.clone());
        }
        accounts
    }

    /// The roles that `path` names, by their positions.
    fn roles_at(&mut self, environment: &Environment, path: &Path) -> Option<Vec<usize>> {
        let reference = self.resolve_path(environment, path)?;
        self.made_roles(environment, &reference)
    }

    /// The single role that `path` names.
    fn one_role(&mut self, environment: &Environment, path: &Path) -> Option<usize> {
        let roles = self.roles_at(environment, path)?;
        if let [role] = roles.as_slice() {
            return Some(*role);
        }
        let span = self.span(environment.module, path.range());
        self.report(
            Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                span,
                format!("`{}` is several roles, and one is acted as", path.text()),
            )
            .help("say which, with its account: `prod.Reader`"),
        );
        None
    }

    /// The session policy that `path` names, by its position.
    fn session_policy_at(&mut self, environment: &Environment, path: &Path) -> Option<usize> {
        let reference = self.resolve_path(environment, path)?;
        let (kind, what) = (DeclaredKind::SessionPolicy, "a session policy");
        let policies = self.items_of_kind(environment, &reference, kind, what, reference.span)?;
        if let [policy] = policies.as_slice() {
            return self.entities.get(policy).copied();
        }
        self.report(
            Diagnostic::new(
                &checks::MISMATCHED_TYPE,
                reference.span,
                format!("`{}` is several session policies, and one is passed along", path.text()),
            )
            .help("say which, with its account: `prod.Uploads`"),
        );
        None
    }
}
