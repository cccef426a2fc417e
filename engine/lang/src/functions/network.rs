//! Networks: addresses and prefixes, IPv4 and IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hotswap_value::{Number, Type};
use num_bigint::BigInt;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    signature::{Outcome, STRINGS, function, takes},
};
use crate::Val;

const PREFIX: Parameter = takes("prefix", Shape::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "cidrhost",
        "The address of a host in a network; negative numbers count from the end",
        &[PREFIX, takes("hostnum", Shape::Number)],
        Shape::String,
        cidrhost,
    ),
    function("cidrnetmask", "The mask of an IPv4 network", &[PREFIX], Shape::String, cidrnetmask),
    function(
        "cidrsubnet",
        "A network within a network: its prefix is longer by some bits, which say its number",
        &[PREFIX, takes("newbits", Shape::Number), takes("netnum", Shape::Number)],
        Shape::String,
        cidrsubnet,
    ),
    function(
        "cidrsubnets",
        "Networks within a network, one after the other, each with its prefix longer by some bits",
        &[PREFIX],
        STRINGS,
        cidrsubnets,
    )
    .and(&takes("newbits", Shape::Number)),
];

/// A network: the address without its host part, and how many bits that leaves.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    /// 32 or 128.
    bits: u32,
    prefix: u32,
}

impl Network {
    /// Reads `10.0.0.0/8`. Leading zeros of IPv4 parts are taken as decimal, as Terraform always did.
    fn read(call: &Call) -> Result<Self, FunctionError> {
        let text = call.text(0);
        Self::parse(text).ok_or_else(|| FunctionError::at(0, format!("must be a network such as 10.0.0.0/8 or fd00::/8, not {text:?}")))
    }

    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let (address, bits) = match address.contains(':') {
            true => (u128::from(address.parse::<Ipv6Addr>().ok()?), 128),
            false => (u128::from(u32::from(ipv4(address)?)), 32),
        };
        let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse::<u32>().ok().filter(|prefix| digits && *prefix <= bits)?;
        let mut network = Self { address, bits, prefix };
        network.address &= !network.host_mask();
        Some(network)
    }

    /// The bits of the host part, set.
    fn host_mask(&self) -> u128 {
        low_bits(self.bits - self.prefix)
    }

    fn last(&self) -> u128 {
        self.address | self.host_mask()
    }

    fn ip(&self, address: u128) -> IpAddr {
        match self.bits {
            32 => Ipv4Addr::from(address as u32).into(),
            _ => Ipv6Addr::from(address).into(),
        }
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", written(self.ip(self.address)), self.prefix)
    }
}

fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut parts = text.split('.').map(|part| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u8>().ok().filter(|_| digits)
    });
    let mut next = || parts.next().flatten();
    let octets = [next()?, next()?, next()?, next()?];
    parts.next().is_none().then(|| octets.into())
}

/// An IPv6 address never in the form that ends like an IPv4 one, unless it is one inside.
fn written(ip: IpAddr) -> String {
    match ip {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() && v6.to_string().contains('.') => {
            let segments = v6.segments();
            match (segments[6], segments[7]) {
                (0, low) => format!("::{low:x}"),
                (high, low) => format!("::{high:x}:{low:x}"),
            }
        }
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| v6.to_string(), |v4| v4.to_string()),
        ip => ip.to_string(),
    }
}

fn low_bits(count: u32) -> u128 {
    1_u128.checked_shl(count).map_or(u128::MAX, |bit| bit - 1)
}

/// An argument that must be a whole number, of any size.
fn whole(call: &Call, index: usize) -> Result<BigInt, FunctionError> {
    let number: &Number = call.number(index)?;
    if !number.is_integer() {
        return Err(FunctionError::at(index, format!("must be a whole number, not {number}")));
    }
    Ok(number.as_decimal().with_scale(0).as_bigint_and_scale().0.into_owned())
}

fn cidrhost(call: &Call) -> Outcome {
    let network = Network::read(call)?;
    let number = whole(call, 1)?;
    let outside = || {
        FunctionError::at(1, format!("must be the number of a host that a prefix of {} bits has room for, {number} isn't", network.prefix))
    };
    let magnitude = u128::try_from(number.magnitude()).map_err(|_| outside())?;
    let offset = if number < BigInt::from(0) {
        network.host_mask().checked_sub(magnitude - 1).ok_or_else(outside)?
    } else {
        Some(magnitude).filter(|number| *number <= network.host_mask()).ok_or_else(outside)?
    };
    Ok(written(network.ip(network.address | offset)).into())
}

fn cidrnetmask(call: &Call) -> Outcome {
    let network = Network::read(call)?;
    if network.bits != 32 {
        return Err(FunctionError::at(0, "must be an IPv4 network: those of IPv6 have no masks"));
    }
    Ok(Ipv4Addr::from(!network.host_mask() as u32).to_string().into())
}

fn cidrsubnet(call: &Call) -> Outcome {
    let network = Network::read(call)?;
    let added = call.integer(1)?;
    let added = u32::try_from(added).map_err(|_| FunctionError::at(1, format!("must not be negative, it is {added}")))?;
    if added > network.bits - network.prefix {
        let room = network.bits - network.prefix;
        return Err(FunctionError::at(
            1,
            format!("must be at most {room}, all that a prefix of {} bits leaves; it is {added}", network.prefix),
        ));
    }
    let number = whole(call, 2)?;
    let fits = u128::try_from(&number).ok().filter(|number| *number <= low_bits(added));
    let number = fits.ok_or_else(|| {
        FunctionError::at(2, format!("must be from 0 to {}, all that {added} bits can say; it is {number}", low_bits(added)))
    })?;
    let prefix = network.prefix + added;
    let address = network.address | number.checked_shl(network.bits - prefix).unwrap_or(0);
    Ok(Network { address, prefix, ..network }.to_string().into())
}

fn cidrsubnets(call: &Call) -> Outcome {
    let network = Network::read(call)?;
    let mut networks: Vec<Val> = Vec::new();
    // `None` once the last address is taken.
    let mut next = Some(network.address);
    for (index, _) in call.from(1) {
        let added = call.integer(index)?;
        let added = u32::try_from(added).ok().filter(|added| (1..=32).contains(added));
        let added = added.ok_or_else(|| FunctionError::at(index, "must each be from 1 to 32"))?;
        let prefix = network.prefix + added;
        if prefix > network.bits {
            return Err(FunctionError::at(index, format!("must not make prefixes longer than {} bits, {prefix} is", network.bits)));
        }
        let size = low_bits(network.bits - prefix);
        let full = || FunctionError::at(index, format!("must fit into the network: there is no room left for a prefix of {prefix} bits"));
        // Networks begin where a multiple of their size does.
        let start = next.ok_or_else(full)?.checked_add(size).ok_or_else(full)? & !size;
        if start > network.last() || start < network.address {
            return Err(full());
        }
        networks.push(Network { address: start, prefix, ..network }.to_string().into());
        next = (start | size).checked_add(1);
    }
    Ok(Val::list(Type::String, networks))
}
