use std::fmt;
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
