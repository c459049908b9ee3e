//! The test that the store passes before it is trusted with keys (S19).
//!
//! A keyring build without a platform store can fall back to memory without a
//! word. So what is read back is read through a store that was opened anew.

use zeroize::Zeroizing;

use super::VaultError;
use super::operation::Desk;
use crate::model::RandomId;

const BYTES: usize = 32;

/// Writes, reads and deletes an item of its own.
pub(super) fn self_test(desk: &mut Desk) -> Result<(), VaultError> {
    let item = format!("selftest-{}", RandomId::generate());
    let mut value = Zeroizing::new([0_u8; BYTES]);
    getrandom::fill(value.as_mut()).map_err(|_| VaultError::SelfTest("no random bytes"))?;

    desk.write(&item, value.as_ref())?;
    desk.commit()?;
    desk.reopen();
    let kept = desk.read_uncounted(&item);
    let deleted = desk.delete(&item).and_then(|()| desk.commit());
    match kept? {
        Some(kept) if kept[..] == value[..] => {}
        Some(_) => return Err(VaultError::SelfTest("what is read is not what was written")),
        None => return Err(VaultError::SelfTest("what was written is gone")),
    }
    deleted?;
    desk.reopen();
    match desk.read_uncounted(&item)? {
        None => Ok(()),
        Some(_) => Err(VaultError::SelfTest("what was deleted is still there")),
    }
}
