use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A new secret that cannot be guessed: 32 random bytes in base64url.
pub(super) fn fresh() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Digest that is stored of such a secret: its SHA-256 in hexadecimal. It needs no salt and no slow hash, because there is
/// nothing to guess.
pub(super) fn digest(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// True if two digests are equal. The time that it takes does not tell where they differ.
pub(super) fn equal(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}
