//! Accounts and the organization's tree.

use super::{
    at, declares,
    world::{ACCOUNT, Account, Home, Organization, World},
};

impl World {
    /// Which accounts there are; none in one of six workspaces.
    pub(super) fn plan_accounts(&mut self) {
        if self.random.one_in(6) {
            return;
        }
        let in_organization = if self.random.one_in(4) { 0 } else { self.random.from_one(5) };
        let others = if in_organization == 0 { 1 + self.random.below(3) } else { self.random.below(3) };
        for index in 0..in_organization + others {
            let name = format!("{ACCOUNT}{}{index}", self.random.pick(&["prod", "dev", "x"]));
            let id = format!("{:012}", 100_000_000_000_u64 + self.random.number() % 800_000_000_000);
            let staged = self.random.one_in(2);
            self.accounts.push(Account { name, id, staged, in_organization: index < in_organization });
        }
        if in_organization > 0 {
            let name = self.name(&["acme", "our-org"]);
            let units =
                (0..self.random.below(4)).map(|_| (self.name(&["Workloads", "Sandbox"]), self.random.one_in(2)));
            let units = units.collect::<Vec<_>>();
            self.organization = Some(Organization { name, units, parents: Vec::new(), accounts: Vec::new() });
        }
    }

    /// The accounts and the tree, with the guardrails that it attaches.
    pub(super) fn organization_items(&mut self) {
        for index in 0..self.accounts.len() {
            if !self.accounts[index].in_organization {
                let text = self.account_text(index, Vec::new());
                self.item(Home::Nowhere, &text, Vec::new(), "");
            }
        }
        let Some(organization) = self.organization.clone() else { return };
        let (scps, rcps) = self.guardrail_names();
        // Each account and OU goes somewhere above.
        let mut nodes: Vec<(Option<usize>, String)> = Vec::new();
        let mut parts: Vec<Vec<String>> = vec![Vec::new(); organization.units.len() + 1];
        let mut depths = vec![0; organization.units.len() + 1];
        for (index, (name, has_id)) in organization.units.iter().enumerate() {
            let parents: Vec<usize> = (0..=index).filter(|parent| depths[*parent] < 4).collect();
            let parent = self.random.pick(&parents);
            depths[index + 1] = depths[parent] + 1;
            let id = if *has_id { format!(" \"ou-ab12-unit{index:04}\"") } else { String::new() };
            if let Some(organization) = &mut self.organization {
                organization.parents.push(parent);
            }
            nodes.push((Some(parent), format!("ou {}{id}", declares(name))));
        }
        for index in 0..self.accounts.len() {
            if self.accounts[index].in_organization {
                let parent = self.random.below(parts.len());
                if let Some(organization) = &mut self.organization {
                    organization.accounts.push((index, parent));
                }
                let attached = self.attached(&scps, &rcps, 2);
                let mut text = self.account_text(index, attached);
                if index == 0 && self.random.one_in(2) {
                    text = format!("management {text}");
                }
                parts[parent].push(text);
            }
        }
        for node in (0..parts.len()).rev() {
            let attached = self.attached(&scps, &rcps, 3);
            let has_scp = scps.iter().any(|name| attached.iter().any(|line| line.contains(&at(name))));
            parts[node].extend(attached);
            if has_scp && self.random.one_in(4) {
                parts[node].push("detach aws \"FullAWSAccess\"".to_owned());
            }
            let mut own = std::mem::take(&mut parts[node]);
            self.random.shuffle(&mut own);
            let body = super::statements::block(&own);
            if node > 0 {
                let (parent, head) = nodes[node - 1].clone();
                parts[parent.unwrap_or(0)].push(format!("{head} {body}"));
            } else {
                let head = format!("organization {} \"o-a1b2c3d4e5\"", declares(&organization.name));
                self.item(Home::Nowhere, &head, Vec::new(), &format!(" {body}"));
            }
        }
        (self.scps, self.rcps) = (scps, rcps);
    }

    fn account_text(&mut self, index: usize, mut parts: Vec<String>) -> String {
        let account = self.accounts[index].clone();
        if account.staged {
            parts.push("tags { stage = \"live\", \"Cost Center\" = \"1\" }".to_owned());
        }
        let body = if parts.is_empty() { String::new() } else { format!(" {}", super::statements::block(&parts)) };
        format!("account {} \"{}\"{body}", declares(&account.name), account.id)
    }

    /// Lines that attach guardrails, few enough for a node.
    fn attached(&mut self, scps: &[String], rcps: &[String], most: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for names in [scps, rcps] {
            if !names.is_empty() && self.random.one_in(3) {
                let references: Vec<&String> = names.iter().collect();
                let some: Vec<String> = self.random.some(&references, most).iter().map(|name| at(name)).collect();
                lines.push(format!("attach {}", some.join(", ")));
            }
        }
        lines
    }
}

impl Organization {
    /// Each OU with the accounts in it and in the OUs in it.
    pub(super) fn accounts_of_units(&self) -> Vec<(String, Vec<usize>)> {
        let is_in = |mut node: usize, unit: usize| {
            while node != unit && node != 0 {
                node = self.parents[node - 1];
            }
            node == unit
        };
        let accounts = |unit: usize| {
            let inside = self.accounts.iter().filter(|(_, node)| is_in(*node, unit));
            inside.map(|(account, _)| *account).collect()
        };
        self.units.iter().enumerate().map(|(index, (name, _))| (name.clone(), accounts(index + 1))).collect()
    }
}
