//! Addresses: private ones never reach AWS as a request's source, and a CIDR block says more than its network's bits.
//!
//! See [`aws:SourceIp`](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip).

use std::net::IpAddr;

use iamx_diagnostic::{Applicability, Check, Diagnostic, checks};
use iamx_policy::{BaseOperator, ConditionEntry, Sourced, Statement};

use crate::{rules::Seen, written};

pub(crate) fn check(seen: &Seen<'_>, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &statement.conditions.entries {
        if !matches!(entry.operator.base, BaseOperator::IpAddress | BaseOperator::NotIpAddress) {
            continue;
        }
        for value in &entry.values {
            diagnostics.extend(host_bits(seen, value));
        }
        if entry.is_of("aws:SourceIp") {
            diagnostics.extend(private(entry));
        }
    }
}

/// A block of addresses: those that share their first `bits` bits with `address`.
#[derive(Clone, Copy)]
struct Block {
    address: IpAddr,
    bits: u32,
}

impl Block {
    fn read(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
        (bits <= most).then_some(Self { address, bits })
    }

    /// The block's first address: what is behind the block's bits is zero.
    fn first(self) -> IpAddr {
        match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                IpAddr::V4((u32::from(address) & mask).into())
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                IpAddr::V6((u128::from(address) & mask).into())
            }
        }
    }

    /// The numbers of its first and its last address.
    fn range(self) -> (u128, u128) {
        let (first, size) = match self.first() {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        (first, first | u128::MAX.checked_shr(128 - (size - self.bits)).unwrap_or(0))
    }

    /// Whether no address of the block is public: [RFC 1918](https://www.rfc-editor.org/rfc/rfc1918),
    /// [RFC 4193](https://www.rfc-editor.org/rfc/rfc4193), loopback and link-local ones.
    fn is_private(self) -> bool {
        const PRIVATE: [&str; 8] = [
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
            "::1/128",
        ];
        PRIVATE.iter().filter_map(|block| Self::read(block)).any(|block| {
            self.bits >= block.bits
                && self.address.is_ipv4() == block.address.is_ipv4()
                && Self { address: self.address, bits: block.bits }.first() == block.first()
        })
    }
}

/// Whether each address of one version is in one of the blocks.
pub(crate) fn hold_every_address<'a>(blocks: impl Iterator<Item = &'a str>) -> bool {
    let blocks: Vec<Block> = blocks.filter_map(Block::read).collect();
    [true, false].into_iter().any(|of_v4| {
        let of_version = blocks.iter().filter(|block| block.address.is_ipv4() == of_v4);
        let mut ranges: Vec<(u128, u128)> = of_version.map(|block| block.range()).collect();
        ranges.sort_unstable();
        let last_of_all = if of_v4 { u128::from(u32::MAX) } else { u128::MAX };
        // The first address that none of the blocks so far holds.
        let mut next = 0;
        for (first, last) in ranges {
            if first > next {
                return false;
            }
            if last >= last_of_all {
                return true;
            }
            next = next.max(last + 1);
        }
        false
    })
}

fn host_bits(seen: &Seen<'_>, value: &Sourced<String>) -> Option<Diagnostic> {
    let block = Block::read(&value.value)?;
    let first = block.first();
    if first == block.address {
        return None;
    }
    let better = format!("{first}/{}", block.bits);
    let message = format!("`{}` is an address inside the block `{better}`", value.value);
    let diagnostic = Diagnostic::new(&checks::IMPROVE_IP_RANGE, value.span, message)
        .note(format!("the first {} bits count; those behind them say nothing", block.bits))
        .help(format!("write `{better}` if the block is meant, `{}` if the address is", block.address));
    Some(if written::is_literal(seen.world.sources, value) {
        diagnostic.fix(format!("write `{better}`"), value.span, format!("\"{better}\""), Applicability::Safe)
    } else {
        diagnostic
    })
}

/// Whether the condition asks for addresses that are all private, which is told.
pub(crate) fn is_never(entry: &ConditionEntry) -> bool {
    entry.operator.base == BaseOperator::IpAddress && entry.values.iter().all(is_private)
}

fn is_private(value: &Sourced<String>) -> bool {
    Block::read(&value.value).is_some_and(Block::is_private)
}

fn private(entry: &ConditionEntry) -> Option<Diagnostic> {
    let first = entry.values.iter().find(|value| is_private(value))?;
    let all = entry.values.iter().all(is_private);
    let negated = entry.operator.base.is_negated();
    // With `IfExists` the statement still matches requests that carry no address.
    if all && entry.operator.if_exists && !negated {
        return None;
    }
    let (check, message): (&'static Check, _) = match (all, negated) {
        (true, false) => (&checks::PRIVATE_IP_ADDRESS, "no request comes from a private address: this is never true"),
        (true, true) => (
            &checks::PRIVATE_NOT_IP_ADDRESS,
            "no request comes from a private address: that it comes from elsewhere is always true",
        ),
        (false, false) => (&checks::PRIVATE_IP_ADDRESS_SUBSET, "no request comes from this private address"),
        (false, true) => (
            &checks::PRIVATE_NOT_IP_ADDRESS_SUBSET,
            "no request comes from this private address: to leave it out says nothing",
        ),
    };
    let span = if all { entry.span } else { first.span };
    let mut diagnostic = Diagnostic::new(check, span, message)
        .note("`aws:SourceIp` is the public address that the request comes from; through a VPC endpoint it is absent")
        .help("`aws:VpcSourceIp`, with `aws:SourceVpc`, is the address inside a VPC");
    if !all {
        for other in entry.values.iter().filter(|value| is_private(value) && value.span != first.span) {
            diagnostic = diagnostic.related(other.span, "nor from this one");
        }
    }
    Some(diagnostic)
}

#[cfg(test)]
mod tests {
    use super::{Block, hold_every_address};

    #[test]
    fn blocks_within_private_ranges_are_private() {
        let private = |text: &str| Block::read(text).unwrap().is_private();
        for text in ["10.1.2.3", "10.0.0.0/8", "172.31.0.0/16", "192.168.1.0/24", "fd12::/48", "127.0.0.1"] {
            assert!(private(text), "{text}");
        }
        for text in ["0.0.0.0/0", "8.0.0.0/6", "172.32.0.0/16", "203.0.113.0/24", "2001:db8::/32", "::/0"] {
            assert!(!private(text), "{text}");
        }
    }

    #[test]
    fn blocks_hold_every_address_where_nothing_is_between_them() {
        for all in [
            &["0.0.0.0/0"][..],
            &["::/0"],
            &["128.0.0.0/1", "0.0.0.0/1"],
            &["0.0.0.0/1", "10.0.0.0/8", "128.0.0.0/2", "192.0.0.0/2"],
            &["8000::/1", "10.0.0.0/8", "::/1"],
        ] {
            assert!(hold_every_address(all.iter().copied()), "{all:?}");
        }
        for some in
            [&[][..], &["0.0.0.0/1"], &["0.0.0.0/1", "128.0.0.0/2"], &["0.0.0.0/1", "8000::/1"], &["0.0.0.0/32"]]
        {
            assert!(!hold_every_address(some.iter().copied()), "{some:?}");
        }
    }

    #[test]
    fn the_first_address_has_no_bits_behind_the_block() {
        let first = |text: &str| Block::read(text).unwrap().first().to_string();
        assert_eq!(first("203.0.113.9/24"), "203.0.113.0");
        assert_eq!(first("203.0.113.9/0"), "0.0.0.0");
        assert_eq!(first("203.0.113.9"), "203.0.113.9");
        assert_eq!(first("2001:db8::9/32"), "2001:db8::");
    }
}
