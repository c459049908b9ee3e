//! Files and folders that only their owner can read (S18).
//!
//! Modes do not depend on the umask, a planted symbolic link is refused, and a
//! rewrite is whole or not at all. On Windows the profile's access lists do what
//! the modes do elsewhere. Nothing here knows what the files are for.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Creates a folder (0700) and its parents, or tightens one that exists.
///
/// # Errors
/// When it cannot be created, and when it is shared by design, like `/tmp`:
/// taking the rights of others away there would break them.
pub fn ensure_folder(path: &Path) -> io::Result<()> {
    platform::ensure_folder(path)
}

/// Creates an empty file (0600) when it is missing, and tightens it otherwise.
///
/// For files that others write afterwards, like a database: it keeps the mode.
///
/// # Errors
/// As the operating system says; also for a symbolic link.
pub fn ensure_file(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        // Not opened: closing it would take away the locks that SQLite holds on it
        // for this process (POSIX `fcntl`, https://sqlite.org/howtocorrupt.html §2.2).
        Ok(metadata) if metadata.is_file() => platform::tighten_at(path, &metadata),
        _ => platform::tighten(&open_or_create(path)?),
    }
}

/// Opens a file for reading and writing, creating it (0600) when missing.
///
/// # Errors
/// As the operating system says; also for a symbolic link.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    platform::owner_only(&mut options).open(path)
}

/// Creates a file (0600) that must not exist yet.
///
/// # Errors
/// `AlreadyExists` for anything that stands there, a symbolic link as well.
pub fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let file = platform::owner_only(&mut options).open(path)?;
    platform::tighten(&file)?;
    Ok(file)
}

/// Reads a whole file; `None` when it is missing.
///
/// # Errors
/// As the operating system says; also for a symbolic link.
pub fn read(path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut options = OpenOptions::new();
    options.read(true);
    let mut file = match platform::owner_only(&mut options).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    // Reserved at once: a buffer that grows leaves copies that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length + 1));
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Replaces a file (0600) as a whole: a crash leaves the old or the new one.
///
/// # Errors
/// As the operating system says; the old file then stands as it was.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = beside(path, "tmp")?;
    let written = write_synced(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path));
    if let Err(error) = written {
        // The first error is the one that matters; a leftover is only untidy.
        let _ = std::fs::remove_file(&temporary);
        return Err(error);
    }
    platform::sync_folder(path)
}

/// Creates an empty file (0600) in the folder of `path`, with a name of its own that
/// begins as that of `path` and ends in `.part`.
///
/// # Errors
/// As the operating system says.
pub fn create_part(path: &Path) -> io::Result<(File, PathBuf)> {
    let part = beside(path, "part")?;
    Ok((create_new(&part)?, part))
}

/// Gives a file, as a whole, a name in its folder that nothing has yet. Where the
/// file system knows hard links, the old name may stay beside it.
///
/// # Errors
/// `AlreadyExists` for anything that stands there, a symbolic link as well.
pub fn publish(file: &Path, path: &Path) -> io::Result<()> {
    match std::fs::hard_link(file, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // A rename alone would replace what stands there.
        Err(_) if std::fs::symlink_metadata(path).is_ok() => {
            Err(io::ErrorKind::AlreadyExists.into())
        }
        Err(_) => std::fs::rename(file, path),
    }
}

/// The mode of a file that its group or others may use; `None` when all is well.
///
/// # Errors
/// When the file cannot be looked at; a missing one is fine.
pub fn exposed_mode(path: &Path) -> io::Result<Option<u32>> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => Ok(platform::exposed_mode(&metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A name in the same folder that nothing has yet, so that a rename is atomic.
fn beside(path: &Path, ending: &str) -> io::Result<PathBuf> {
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{:016x}.{ending}", u64::from_ne_bytes(random)));
    Ok(path.with_file_name(name))
}

#[cfg(unix)]
mod platform {
    use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{
        DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
    };
    use std::path::Path;

    use rustix::fs::OFlags;

    const GROUP_AND_OTHERS: u32 = 0o077;
    const WRITE_BY_OTHERS: u32 = 0o002;
    const STICKY: u32 = 0o1000;

    pub(super) fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        options.mode(0o600).custom_flags(flags)
    }

    pub(super) fn tighten(file: &File) -> io::Result<()> {
        if exposed_mode(&file.metadata()?).is_some() {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        Ok(())
    }

    pub(super) fn tighten_at(path: &Path, metadata: &Metadata) -> io::Result<()> {
        if exposed_mode(metadata).is_some() {
            std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
        }
        Ok(())
    }

    pub(super) fn exposed_mode(metadata: &Metadata) -> Option<u32> {
        let mode = metadata.mode() & 0o7777;
        (mode & GROUP_AND_OTHERS != 0).then_some(mode)
    }

    pub(super) fn ensure_folder(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let mode = std::fs::metadata(path)?.mode();
        if mode & STICKY != 0 {
            return Err(io::Error::other(
                "the folder is shared, choose one of its own",
            ));
        }
        if mode & GROUP_AND_OTHERS != 0 {
            match std::fs::set_permissions(path, Permissions::from_mode(0o700)) {
                // A volume that belongs to another user, as in containers: the files
                // are 0600 anyway, as long as nobody can put others in their place.
                Err(error) if is_foreign(&error) && mode & WRITE_BY_OTHERS == 0 => {}
                set => set?,
            }
        }
        Ok(())
    }

    fn is_foreign(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::PermissionDenied
    }

    /// Without this a rename may be forgotten at power loss.
    pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
        match path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use std::fs::{File, Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(super) fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    #[expect(clippy::unnecessary_wraps, reason = "same signature as on Unix")]
    pub(super) fn tighten(_: &File) -> io::Result<()> {
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "same signature as on Unix")]
    pub(super) fn tighten_at(_: &Path, _: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn exposed_mode(_: &Metadata) -> Option<u32> {
        None
    }

    pub(super) fn ensure_folder(path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    #[expect(clippy::unnecessary_wraps, reason = "same signature as on Unix")]
    pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
