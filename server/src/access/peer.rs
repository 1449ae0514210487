use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;

use super::identity::FORWARDED_FOR;
use crate::config::ServerConfig;

/// Address that a request comes from, as log-ins are counted by it; of an IPv6 address, the network of one customer. Behind
/// the configured proxy it is the last address that the proxy added; anybody can have written those before it.
pub(crate) fn peer(config: &ServerConfig, parts: &Parts) -> Option<IpAddr> {
    let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    let told = || parts.headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?.rsplit(',').next();
    let by_proxy = config.public_url.is_some() && is_near(connected);
    let told = if by_proxy { told().and_then(|text| text.trim().parse::<IpAddr>().ok()) } else { None };
    Some(network(told.unwrap_or(connected).to_canonical()))
}

/// True if a proxy of one's own may have this address.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
    }
}
