//! Files that people put secrets into.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Writes a file that only its owner may read, whoever could read it before: people put secrets into it.
pub(crate) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, OWNER);
    let mut file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(OWNER))?;
    file.write_all(text.as_bytes())
}

/// Mode of a file that only its owner may read and write.
#[cfg(unix)]
const OWNER: u32 = 0o600;
