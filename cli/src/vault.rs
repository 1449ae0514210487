//! Secrets of accounts that the ledger keeps. Each account has a key of its own, with which its secrets are sealed; that key is in the ledger
//! too, sealed with a master key that only the processes' environment has. So a copy of the ledger alone shows no secret.
//!
//! A sealed text is bound to its account and its setting: moved to another place it cannot be opened.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use latchel_sync_ledger::desk::WrappedKey;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::environment::{MASTER_KEY, OLD_MASTER_KEY};

/// Number of bytes of a key.
const KEY: usize = 32;

/// The master keys that this process has.
#[derive(Debug)]
pub(crate) struct MasterKeys {
    /// The one that seals.
    current: Result<MasterKey, String>,
    /// The one of before, which opens until everything is sealed with the new one.
    old: Option<MasterKey>,
}

/// One master key.
pub(crate) struct MasterKey {
    /// Digest by which people tell keys apart.
    id: String,
    key: LessSafeKey,
}

impl MasterKeys {
    /// Those of the environment.
    pub fn of_environment() -> Self {
        let of = |name: &str| std::env::var(name).ok().filter(|text| !text.trim().is_empty());
        let current = of(MASTER_KEY).ok_or_else(|| format!("{MASTER_KEY} is not set"));
        let current = current.and_then(|text| MasterKey::read(&text.into(), MASTER_KEY));
        let old = of(OLD_MASTER_KEY).map(|text| MasterKey::read(&text.into(), OLD_MASTER_KEY));
        match (current, old.transpose()) {
            (current, Ok(old)) => Self { current, old },
            (_, Err(problem)) => Self { current: Err(problem), old: None },
        }
    }

    /// The key that seals.
    pub fn current(&self) -> Result<&MasterKey, String> {
        self.current.as_ref().map_err(Clone::clone)
    }

    /// An account's own key.
    fn unwrap(&self, account: &str, wrapped: &WrappedKey) -> Result<DataKey, String> {
        let current = self.current.as_ref().ok();
        let fits = current.into_iter().chain(&self.old).find(|key| key.id == wrapped.master);
        let Some(master) = fits else {
            let own = self.current()?;
            return Err(format!(
                "its secrets are sealed with the master key {}, and {MASTER_KEY} is {}: give the one of before, or set each secret anew \
                 (`latchel-sync accounts rotate`)",
                wrapped.master, own.id
            ));
        };
        let bytes = open(&master.key, &bound(&[WRAPPED, account]), &wrapped.key);
        bytes.and_then(|bytes| DataKey::of(&bytes)).ok_or_else(|| CHANGED.to_owned())
    }

    /// The same key, sealed with the current master key; `None` if it is already.
    pub fn rewrapped(&self, account: &str, wrapped: &WrappedKey) -> Result<Option<WrappedKey>, String> {
        let current = self.current()?;
        if wrapped.master == current.id {
            return Ok(None);
        }
        self.unwrap(account, wrapped)?.wrapped(account, current).map(Some)
    }
}

impl MasterKey {
    /// Reads a key; `name` is the variable that it is from.
    fn read(text: &SecretString, name: &str) -> Result<Self, String> {
        let bytes = Zeroizing::new(BASE64.decode(text.expose_secret().trim()).unwrap_or_default());
        let key = key(&bytes).ok_or_else(|| {
            format!("{name} is no base64 of {KEY} bytes: `latchel-sync accounts new-master-key` prints one")
        })?;
        let mut id = Context::new(&SHA256);
        id.update(b"latchel-sync master key");
        id.update(&bytes);
        let id = id.finish().as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { id, key })
    }

    /// Digest by which people tell keys apart.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// A new master key, as the environment takes it.
pub(crate) fn new_master_key() -> Result<SecretString, String> {
    Ok(BASE64.encode(random::<KEY>()?.as_slice()).into())
}

/// What opens and seals one account's secrets.
#[derive(Debug, Clone)]
pub(crate) struct Safe {
    keys: Arc<MasterKeys>,
    /// The account's own key; it is made when the first secret is sealed.
    wrapped: Option<WrappedKey>,
}

impl Safe {
    /// The safe to which this key belongs, if there is one yet.
    pub fn of(keys: Arc<MasterKeys>, wrapped: Option<WrappedKey>) -> Self {
        Self { keys, wrapped }
    }

    /// The account's own key, as the ledger keeps it.
    pub fn wrapped(&self) -> Option<&WrappedKey> {
        self.wrapped.as_ref()
    }

    /// Seals a secret of a setting.
    pub fn seal(&mut self, account: &str, setting: &str, secret: &SecretString) -> Result<String, String> {
        let data = match &self.wrapped {
            Some(wrapped) => self.keys.unwrap(account, wrapped)?,
            None => {
                let data = DataKey::of(random::<KEY>()?.as_slice()).ok_or("a key cannot be made")?;
                self.wrapped = Some(data.wrapped(account, self.keys.current()?)?);
                data
            }
        };
        seal(&data.key, &bound(&[SECRET, account, setting]), secret.expose_secret().as_bytes())
    }

    /// Opens a secret of a setting.
    pub fn open(&self, account: &str, setting: &str, sealed: &str) -> Result<SecretString, String> {
        let data = self.keys.unwrap(account, self.wrapped.as_ref().ok_or(CHANGED)?)?;
        let bytes = open(&data.key, &bound(&[SECRET, account, setting]), sealed);
        let text = bytes.and_then(|bytes| Some(std::str::from_utf8(&bytes).ok()?.to_owned()));
        text.map(SecretString::from).ok_or_else(|| CHANGED.to_owned())
    }
}

const CHANGED: &str = "what is sealed was changed, or belongs to another account or setting: set it anew (`latchel-sync accounts rotate`)";
const WRAPPED: &str = "key of an account";
const SECRET: &str = "secret of an account";

/// An account's own key.
struct DataKey {
    key: LessSafeKey,
    bytes: Zeroizing<[u8; KEY]>,
}

impl DataKey {
    fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self { key: key(bytes)?, bytes: Zeroizing::new(bytes.try_into().ok()?) })
    }

    fn wrapped(&self, account: &str, master: &MasterKey) -> Result<WrappedKey, String> {
        let key = seal(&master.key, &bound(&[WRAPPED, account]), self.bytes.as_slice())?;
        Ok(WrappedKey { master: master.id.clone(), key })
    }
}

fn key(bytes: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, bytes).ok().map(LessSafeKey::new)
}

/// The texts as one that no other texts are.
fn bound(texts: &[&str]) -> Vec<u8> {
    texts.iter().flat_map(|text| [&text.len().to_be_bytes(), text.as_bytes()].concat()).collect()
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, String> {
    let mut bytes = Zeroizing::new([0; N]);
    let filled = SystemRandom::new().fill(bytes.as_mut_slice());
    filled.map(|()| bytes).map_err(|_| "this machine has no random numbers".to_owned())
}

/// A random nonce and what is sealed with it, in base64. Under one key there are far fewer texts than random nonces suffice for.
fn seal(key: &LessSafeKey, bound_to: &[u8], text: &[u8]) -> Result<String, String> {
    let nonce = random::<NONCE_LEN>()?;
    let mut sealed = text.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(*nonce), Aad::from(bound_to), &mut sealed)
        .map_err(|_| "it is too long to be sealed".to_owned())?;
    Ok(BASE64.encode([nonce.as_slice(), &sealed].concat()))
}

fn open(key: &LessSafeKey, bound_to: &[u8], sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = BASE64.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut sealed = Zeroizing::new(sealed.to_vec());
    let length = key.open_in_place(nonce, Aad::from(bound_to), &mut sealed).ok()?.len();
    sealed.truncate(length);
    Some(sealed)
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> MasterKey {
        MasterKey::read(&new_master_key().expect("a key"), MASTER_KEY).expect("it is one")
    }

    fn keys(current: MasterKey, old: Option<MasterKey>) -> Arc<MasterKeys> {
        Arc::new(MasterKeys { current: Ok(current), old })
    }

    fn twice() -> (MasterKey, MasterKey) {
        let text = new_master_key().expect("a key");
        let read = || MasterKey::read(&text, MASTER_KEY).expect("it is one");
        (read(), read())
    }

    #[test]
    fn a_secret_is_opened_at_its_own_place_alone() {
        let mut safe = Safe::of(keys(fresh(), None), None);
        let sealed = safe.seal("main", "platform.key", &"s3cret".to_owned().into()).expect("sealed");
        let full = safe.clone();
        let text = |account, setting, sealed: &str| {
            full.open(account, setting, sealed).map(|secret| secret.expose_secret().to_owned())
        };
        assert_eq!(text("main", "platform.key", &sealed).as_deref(), Ok("s3cret"));
        assert!(text("main", "latchel.key", &sealed).is_err(), "another setting");
        assert!(text("other", "platform.key", &sealed).is_err(), "another account");
        let other = if sealed.starts_with('A') { "B" } else { "A" };
        assert!(text("main", "platform.key", &sealed.replacen(&sealed[..1], other, 1)).is_err(), "changed");
        assert!(text("main", "platform.key", "").is_err());
        assert!(!sealed.contains("s3cret") && !format!("{safe:?}").contains("s3cret"));
        let again = safe.seal("main", "platform.key", &"s3cret".to_owned().into()).expect("sealed");
        assert_ne!(sealed, again, "the same secret is not seen to be the same");
    }

    #[test]
    fn the_master_key_is_changed_without_the_secrets() {
        let ((old, same), (new, newer)) = (twice(), twice());
        let mut before = Safe::of(keys(old, None), None);
        let sealed = before.seal("main", "platform.key", &"s3cret".to_owned().into()).expect("sealed");
        let (both, key) = (keys(new, Some(same)), before.wrapped().expect("a key"));
        let during = Safe::of(both.clone(), Some(key.clone()));
        assert!(during.open("main", "platform.key", &sealed).is_ok(), "the old one still opens");
        assert!(both.rewrapped("other", key).is_err(), "it belongs to its account");
        let wrapped = both.rewrapped("main", key).expect("it opens").expect("it is another");
        assert_eq!(both.rewrapped("main", &wrapped), Ok(None));
        let after = Safe::of(keys(newer, None), Some(wrapped));
        assert_eq!(after.open("main", "platform.key", &sealed).expect("it opens").expose_secret(), "s3cret");
        let told = Safe::of(keys(fresh(), None), Some(key.clone())).open("main", "platform.key", &sealed);
        assert!(told.is_err_and(|told| told.contains(MASTER_KEY) && told.contains(&key.master)));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "short", "not base64 at all!", &BASE64.encode([7; 31]), &BASE64.encode([7; 33])] {
            let told = MasterKey::read(&text.to_owned().into(), MASTER_KEY).expect_err("it is none");
            assert!(told.contains("new-master-key") && (text.is_empty() || !told.contains(text)), "{told}");
        }
    }
}
