//! Items that are made several times: in several accounts, and for each of a list.

use super::{
    at, declares,
    statements::{Holder, block},
    world::{Home, Several, World},
};

impl World {
    /// Where items of several accounts are made: how it is written, and the accounts.
    fn scope_of_accounts(&mut self) -> Option<(String, Vec<usize>)> {
        let all: Vec<usize> = (0..self.accounts.len()).collect();
        let inside: Vec<usize> = all.iter().copied().filter(|index| self.accounts[*index].in_organization).collect();
        match self.random.below(4) {
            0 if inside.len() > 1 => {
                let organization = self.organization.as_ref().map(|one| at(&one.name))?;
                let left_out = self.random.pick(&inside);
                let kept = inside.into_iter().filter(|index| *index != left_out).collect();
                Some((format!("organization {organization} except [{}]", at(&self.accounts[left_out].name)), kept))
            }
            1 => {
                let units: Vec<(String, Vec<usize>)> = self.organization.as_ref()?.accounts_of_units();
                let units: Vec<_> = units.into_iter().filter(|(_, accounts)| !accounts.is_empty()).collect();
                if units.is_empty() {
                    return None;
                }
                let (name, accounts) = units[self.random.below(units.len())].clone();
                Some((format!("ou {}", at(&name)), accounts))
            }
            _ if all.len() > 1 => {
                let some = self.random.some(&all, 3);
                let names: Vec<String> = some.iter().map(|index| at(&self.accounts[*index].name)).collect();
                Some((self.listed(&names), some))
            }
            _ => None,
        }
    }

    /// Buckets and roles of several accounts.
    pub(super) fn items_of_several_accounts(&mut self) {
        for _ in 0..self.random.below(3) {
            let Some((scope, accounts)) = self.scope_of_accounts() else { continue };
            let name = self.name(&["inbox", "each-"]);
            let head = format!("resource {}: s3.bucket(\"{name}-${{account.name}}\")", declares(&name));
            let body = self.random.pick(&["", " {}", " { deny s3:* to * unless aws:SecureTransport }"]);
            self.item(Home::Nowhere, &head, vec![format!("in {scope}")], body);
            self.several_buckets.push(Several { name, accounts, has_policy: !body.is_empty() });
        }
        for _ in 0..self.random.below(3) {
            let Some((scope, accounts)) = self.scope_of_accounts() else { continue };
            let name = self.name(&["Everywhere", "per-account-"]);
            self.several_roles.push((Several { name, accounts, has_policy: false }, scope));
        }
    }

    /// What stands for an item of several accounts.
    pub(super) fn several(&mut self, item: &Several) -> String {
        let name = at(&item.name);
        match self.random.below(4) {
            0 => {
                let account = self.random.pick(&item.accounts);
                format!("{}.{name}", at(&self.accounts[account].name))
            }
            1 => {
                let some = self.random.some(&item.accounts, 2);
                let names: Vec<String> = some.iter().map(|index| at(&self.accounts[*index].name)).collect();
                format!("{name} in [{}]", names.join(", "))
            }
            2 if item.accounts.iter().all(|index| self.accounts[*index].in_organization) => match &self.organization {
                Some(organization) => format!("{name} in organization {}", at(&organization.name)),
                None => name,
            },
            _ => name,
        }
    }

    /// The items of roles of several accounts, and those that `for` repeats.
    pub(super) fn repeated_items(&mut self) {
        for (role, scope) in self.several_roles.clone() {
            let mut members = vec!["trust service ec2".to_owned()];
            let holder = Holder { has_account: true, several_accounts: true, home: None };
            members.extend(self.statements(holder, 2));
            let named = if self.random.one_in(2) { "-${account.name}" } else { "" };
            let headers = vec![format!("in {scope}"), format!("named \"{}{named}\"", role.name)];
            let after = format!(" {}", block(&members));
            self.item(Home::Nowhere, &format!("role {}", declares(&role.name)), headers, &after);
        }
        if self.random.one_in(3) {
            self.for_item();
        }
    }

    fn for_item(&mut self) {
        let (role, home) = (self.name(&["Team", "for-each-"]), self.any_home());
        let list = match self.text_lists.first().cloned() {
            Some(list) if self.random.one_in(2) => at(&list),
            _ => self.listed(&["\"data\"".to_owned(), "\"web\"".to_owned()]),
        };
        let account = home.map(|index| format!(" in {}", at(&self.accounts[index].name))).unwrap_or_default();
        let mut members = vec![
            "trust service ec2".to_owned(),
            "allow s3:GetObject on s3.bucket(\"acme-${each-one}\").object(\"*\") when aws:PrincipalTag/team == each-one"
                .to_owned(),
        ];
        let holder = Holder { has_account: home.is_some(), several_accounts: false, home };
        members.extend(self.statements(holder, 1));
        let item = format!("role {}{account} named \"{role}-${{each-one}}\" {}", declares(&role), block(&members));
        // Without a home its account is that of its module, whichever that is.
        let place = if home.is_none() { Home::In(None) } else { Home::Nowhere };
        self.item(place, &format!("for each-one in {list} {}", block(&[item])), Vec::new(), "");
        if home.is_some() {
            let which = self.random.pick(&["[\"data\"]", "[\"web\"]", ""]);
            let text = format!("let {} = role {}{which}", declares(&self.name(&["picked", "of-for"])), at(&role));
            self.item(Home::Nowhere, &text, Vec::new(), "");
            let bucket = self.name(&["shared", "for-bucket"]);
            let head = format!("resource {}: s3.bucket(\"{bucket}\")", declares(&bucket));
            let body = format!(" {{\n  allow s3:GetObject to role {}{which}\n}}", at(&role));
            self.item(Home::In(home), &head, Vec::new(), &body);
        }
    }
}
