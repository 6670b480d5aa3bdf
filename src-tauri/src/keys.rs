//! Keys of servers: in the system's keychain, or in memory where no keychain
//! answers. A key belongs to the host it was typed for and goes nowhere else;
//! the window only ever sees its last four characters.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyring::v1::{Entry, Error};
use kindred_engine::embed::api::ApiKey;
use kindred_engine::error::Result as EngineResult;

use crate::messages::{KeyPlace, KeyState};

const SERVICE: &str = "Kindred";

#[derive(Default)]
pub(crate) struct Keys {
    /// By host. A key that was looked for and not found is remembered as well.
    known: Mutex<BTreeMap<String, Option<Known>>>,
}

#[derive(Clone)]
struct Known {
    key: ApiKey,
    place: KeyPlace,
}

impl Keys {
    /// The key for `host`, if there is one.
    pub(crate) fn get(&self, host: &str) -> Option<ApiKey> {
        self.look_up(host).map(|known| known.key)
    }

    /// What the window may know of the key for `host`.
    pub(crate) fn state(&self, host: &str) -> Option<KeyState> {
        self.look_up(host)
            .map(|known| KeyState { hint: known.key.hint().to_owned(), place: known.place })
    }

    pub(crate) fn set(&self, host: &str, key: &str) -> EngineResult<()> {
        let checked = ApiKey::new(key)?;
        let place = match Entry::new(SERVICE, host).and_then(|entry| entry.set_password(key)) {
            Ok(()) => KeyPlace::Keychain,
            Err(error) => {
                tracing::info!(%error, "no keychain answers: the key stays in memory");
                KeyPlace::Memory
            }
        };
        self.locked().insert(host.to_owned(), Some(Known { key: checked, place }));
        Ok(())
    }

    pub(crate) fn forget(&self, host: &str) {
        match Entry::new(SERVICE, host).and_then(|entry| entry.delete_credential()) {
            Ok(()) | Err(Error::NoEntry) => {}
            Err(error) => tracing::info!(%error, "no keychain answers"),
        }
        self.locked().insert(host.to_owned(), None);
    }

    fn look_up(&self, host: &str) -> Option<Known> {
        if let Some(known) = self.locked().get(host) {
            return known.clone();
        }
        let stored = Entry::new(SERVICE, host).and_then(|entry| entry.get_password()).ok();
        let known = stored
            .and_then(|key| ApiKey::new(&key).ok())
            .map(|key| Known { key, place: KeyPlace::Keychain });
        self.locked().insert(host.to_owned(), known.clone());
        known
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, Option<Known>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
