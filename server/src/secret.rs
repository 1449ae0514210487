use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// A secret as the configuration gives it: the text itself, `{ env = "NAME" }` or `{ file = "PATH" }`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(SecretSource);

#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "a secret is a text, { env = \"NAME\" } or { file = \"PATH\" }")]
enum SecretSource {
    Text(SecretString),
    Variable(Variable),
    File(File),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variable {
    env: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    file: PathBuf,
}

impl Secret {
    /// The secret; a file is looked for beside `folder`.
    ///
    /// # Errors
    ///
    /// In a sentence that does not hold it.
    pub fn read(&self, folder: &Path) -> Result<SecretString, String> {
        let text: SecretString = match &self.0 {
            SecretSource::Text(text) => text.clone(),
            SecretSource::Variable(Variable { env }) => {
                std::env::var(env).map_err(|_| format!("the environment variable {env} is not set"))?.into()
            }
            SecretSource::File(File { file }) => {
                let text = std::fs::read_to_string(folder.join(file));
                text.map_err(|error| format!("{}: {error}", file.display()))?.into()
            }
        };
        match text.expose_secret().trim() {
            "" => Err("the secret is empty".to_owned()),
            text => Ok(text.to_owned().into()),
        }
    }
}

/// The file, of those in which this secret stands, that everybody on this machine may read; `None` if there is none. `given_in`
/// is the file that gives the secret, in whose folder others are looked for.
pub fn read_by_everybody(secret: &Secret, given_in: &Path) -> Option<PathBuf> {
    let file = match &secret.0 {
        SecretSource::Text(_) => given_in.to_owned(),
        SecretSource::Variable(_) => return None,
        SecretSource::File(File { file }) => given_in.parent().unwrap_or(Path::new("")).join(file),
    };
    let mode = std::fs::metadata(&file).ok()?.permissions().mode();
    (mode & 0o004 != 0).then_some(file)
}

impl From<SecretString> for Secret {
    fn from(text: SecretString) -> Self {
        Self(SecretSource::Text(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
