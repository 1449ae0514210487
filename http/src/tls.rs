//! Trust in far sides: this machine's authorities, which are read once for all connections of the process.

use std::sync::OnceLock;

use latchel_sync_core::{Error, ErrorKind, Result};
use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt;

/// Settings of a connection over TLS that trusts whom this machine trusts.
///
/// # Errors
///
/// [`ErrorKind::Config`] if this machine's authorities cannot be read.
pub(crate) fn trusting() -> Result<ClientConfig> {
    static READ: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(read) = READ.get() {
        return Ok(read.clone());
    }
    let mut config = ClientConfig::with_platform_verifier().map_err(|error| {
        let what = "the authorities that this machine trusts cannot be read";
        Error::new(ErrorKind::Config, what).with_source(error)
    })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(READ.get_or_init(|| config).clone())
}
