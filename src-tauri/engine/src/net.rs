//! What all requests to a server have in common.
//!
//! Owns the rules: encrypted, or else on this computer; no redirect followed
//! unseen; nothing taken from the environment; a limit to every wait and every
//! body. A request runs on a thread of its own, so that the person can cancel
//! whatever the server does. What the answers mean is the callers' matter.

mod exchange;
mod fault;

use std::fmt;
use std::time::Duration;

use url::{Host, Url};

use crate::error::{Error, Result};

use crate::sentence::Sentence;
pub(crate) use exchange::{Client, Event, Head, Reply, Request, Waiting};
pub(crate) use fault::{Answered, Fault, network, quoted};

/// How often a waiting caller looks whether the person asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Where a server is: `https`, or `http` on this computer only, and a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// # Errors
    /// `Invalid` with what is wrong with the address.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |reason: Sentence| {
            Err(Error::Invalid(sentence!(
                "{reason} An address looks like https://example.com/v1: {address}",
                reason,
                address = quoted(text)
            )))
        };
        let Ok(mut url) = Url::parse(text.trim()) else {
            return refused(sentence!("This is not an address."));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::Invalid(sentence!(
                "An address must not hold a name or a password. Enter the key in its own field."
            )));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refused(sentence!("An address must end before \"?\" and \"#\"."));
        }
        if url.host_str().is_none() {
            return refused(sentence!("This address names no server."));
        }
        if !is_safe(&url) {
            return refused(sentence!(
                "Only https addresses are used, so that nobody can read along; http is for servers on this computer."
            ));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The server's name, and its port when it is not the usual one.
    #[must_use]
    pub fn host(&self) -> String {
        host_of(&self.0)
    }

    /// What follows the host, without a slash at the end: empty, or like "/v1".
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// Whether the server is on this computer.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The address with `segments` added to its path, each encoded.
    pub(crate) fn join<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Whether a request to `url` is encrypted or stays on this computer.
pub(crate) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The host's name, and the port when it is not the scheme's usual one.
pub(crate) fn host_of(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

/// How long to wait for a server, and how often to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Until a connection stands, its encryption included.
    pub connect: Duration,
    /// Until the next sign of life.
    pub silence: Duration,
    /// Until an answer is complete; `None`: as long as it keeps coming.
    pub whole: Option<Duration>,
    /// Requests in a row that may fail before it is given up.
    pub tries: u32,
    /// Between the first try and the second; doubled each time.
    pub between_tries: Duration,
    /// The longest wait between tries, also when the server asks for more.
    pub longest_wait: Duration,
}

impl Patience {
    #[must_use]
    pub fn for_api() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(60),
            whole: Some(Duration::from_secs(300)),
            tries: 5,
            between_tries: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
        }
    }

    #[must_use]
    pub fn for_downloads() -> Self {
        Self { silence: Duration::from_secs(30), whole: None, ..Self::for_api() }
    }

    /// How long to wait after `failed` tries in a row, if the server did not say.
    fn back_off(&self, failed: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        self.between_tries.saturating_mul(doubled).min(self.longest_wait)
    }

    /// Waits before the next try, as the server asked or else the longer the
    /// more tries failed.
    ///
    /// # Errors
    /// `Cancelled` as soon as the person asks to stop.
    pub(crate) fn wait(
        &self,
        failed: u32,
        asked: Option<Duration>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<()> {
        let wait =
            asked.map_or_else(|| self.back_off(failed), |asked| asked.min(self.longest_wait));
        let start = std::time::Instant::now();
        loop {
            if is_cancelled() {
                return Err(Error::Cancelled);
            }
            let left = wait.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(LOOK));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encrypted_or_on_this_computer() {
        for (text, host, is_local) in [
            ("https://api.example.com/v1/", "api.example.com", false),
            ("https://api.example.com:443", "api.example.com", false),
            ("https://API.example.com:8443/v1", "api.example.com:8443", false),
            ("http://localhost:11434/v1", "localhost:11434", true),
            ("http://127.1.2.3:80/v1", "127.1.2.3", true),
            ("http://[::1]:8080/v1", "[::1]:8080", true),
        ] {
            let address = Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(address.host(), host, "{text} names its host");
            assert_eq!(address.is_loopback(), is_local, "{text} is here or elsewhere");
            assert!(!address.to_string().ends_with('/'), "{text} is written in one way");
        }
        for text in [
            "http://api.example.com/v1",
            "http://192.168.1.7/v1",
            "http://localhost.example.com/v1",
            "http://127.0.0.1.example.com/v1",
            "https://name:secret@example.com/v1",
            "https://api.example.com/v1?key=1",
            "https://api.example.com/v1#top",
            "ftp://localhost/v1",
            "file:///etc/hosts",
            "api.example.com/v1",
            "",
        ] {
            let refused = Address::parse(text);
            assert!(matches!(refused, Err(Error::Invalid(_))), "{text} is refused: {refused:?}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let Err(error) = Address::parse("https://name:secret@example.com") else {
            panic!("it is refused");
        };
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn what_is_added_to_an_address_stays_below_it() {
        let Ok(address) = Address::parse("https://example.com/v1/") else {
            panic!("this is an address");
        };
        for (segments, url) in [
            (vec!["embeddings"], "https://example.com/v1/embeddings"),
            (vec!["a b", "c?d#e"], "https://example.com/v1/a%20b/c%3Fd%23e"),
            (vec!["a/../../b"], "https://example.com/v1/a%2F..%2F..%2Fb"),
        ] {
            assert_eq!(address.join(segments).as_str(), url, "no segment leaves the address");
        }
    }

    #[test]
    fn the_wait_doubles_up_to_its_longest() {
        let patience = Patience::for_api();
        let waits: Vec<u64> =
            [1, 2, 3, 6, 7, 40].map(|failed| patience.back_off(failed).as_secs()).to_vec();
        assert_eq!(waits, [1, 2, 4, 32, 60, 60], "in seconds");
    }
}
