use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use latchel_sync_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret, SecretString};
use tokio::task::spawn_blocking;

use super::secret;

/// The hash of a password in the PHC format: Argon2id with a salt of its own.
///
/// # Errors
///
/// If the system has no random numbers or no memory for it.
pub(super) async fn hash(password: SecretString) -> Result<String> {
    let hashed = spawn_blocking(move || Argon2::default().hash_password(password.expose_secret().as_bytes()));
    let hashed = hashed.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    Ok(hashed.to_string())
}

/// True if `password` is the one with this hash. Without a hash it takes the same time, and is false.
///
/// # Errors
///
/// If it cannot be computed.
pub(super) async fn is_right(password: SecretString, hash: Option<String>) -> Result<bool> {
    let verified = spawn_blocking(move || {
        let nobodys = &*NOBODYS;
        let wanted = hash.as_deref().unwrap_or(nobodys);
        let matches = PasswordHash::new(wanted).is_ok_and(|wanted| {
            Argon2::default().verify_password(password.expose_secret().as_bytes(), &wanted).is_ok()
        });
        matches && hash.is_some()
    });
    verified.await.map_err(|error| failed(&error))
}

/// The hash of a password that nobody has.
static NOBODYS: LazyLock<String> = LazyLock::new(|| {
    let hashed = Argon2::default().hash_password(secret::fresh().as_bytes());
    hashed.map(|hash| hash.to_string()).unwrap_or_default()
});

fn failed(error: &dyn std::error::Error) -> Error {
    Error::new(ErrorKind::Unavailable, "a password could not be hashed").with("cause", error)
}
