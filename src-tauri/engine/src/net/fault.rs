//! What can go wrong with a request, and how a person is told.

use crate::error::Error;
use crate::sentence::Sentence;

/// Why there is no answer, or not all of it.
#[derive(Debug)]
pub(crate) enum Fault {
    /// No server of this name is known: mostly because the computer is offline.
    NoSuchHost,
    /// The server took no connection.
    Unreachable(String),
    /// The server fell silent, or took too long altogether.
    TimedOut,
    /// The connection ended before the answer did.
    Cut,
    /// The connection would not have been secure.
    Insecure(String),
    /// The answer is longer than it may be.
    TooLarge,
    /// What came is not an answer in the sense of HTTP.
    Malformed(String),
}

impl Fault {
    /// Whether trying again soon may help. A server that never answered is
    /// more likely not there, so that waiting would only keep the person.
    pub(crate) fn may_pass(&self, answered: Answered) -> bool {
        match self {
            Self::TimedOut | Self::Cut => true,
            Self::NoSuchHost | Self::Unreachable(_) => answered == Answered::Before,
            Self::Insecure(_) | Self::TooLarge | Self::Malformed(_) => false,
        }
    }

    pub(crate) fn error(&self, host: &str) -> Error {
        let reason = match self {
            Self::NoSuchHost => {
                sentence!(
                    "The server was not found. Check that this computer is online and the address is right"
                )
            }
            Self::Unreachable(reason) => {
                sentence!(
                    "The server could not be reached ({reason}). Check that this computer is online and the server is running",
                    reason
                )
            }
            Self::TimedOut => {
                sentence!(
                    "The server did not answer in time. What arrived is kept: try again later"
                )
            }
            Self::Cut => {
                sentence!("The connection was cut. What arrived is kept: try again later")
            }
            Self::Insecure(reason) => sentence!(
                "No secure connection could be made, so nothing was sent ({reason}). The server needs a certificate from a known authority; only a server on this computer can do without, at an http address",
                reason
            ),
            Self::TooLarge => {
                sentence!(
                    "The answer was too long and was not read to its end. Check that the address is right"
                )
            }
            Self::Malformed(reason) => {
                sentence!(
                    "The answer could not be understood ({reason}). Check that the address is right",
                    reason
                )
            }
        };
        network(host, reason)
    }
}

/// Whether the server has answered anything in the same piece of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answered {
    Never,
    Before,
}

pub(crate) fn network(host: &str, reason: Sentence) -> Error {
    Error::Network { host: host.to_owned(), reason }
}

/// A server's words, fit to be quoted in a sentence: one line of at most 200 characters.
pub(crate) fn quoted(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

impl From<ureq::Error> for Fault {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::HostNotFound => Self::NoSuchHost,
            ureq::Error::Timeout(_) => Self::TimedOut,
            ureq::Error::ConnectionFailed => Self::Unreachable("no connection".to_owned()),
            ureq::Error::Io(error) => Self::from(error),
            ureq::Error::Tls(reason) => Self::Insecure(reason.to_owned()),
            ureq::Error::Rustls(error) => Self::Insecure(error.to_string()),
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
                Self::TooLarge
            }
            other => Self::Malformed(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        if error.get_ref().is_some_and(|inner| inner.is::<ureq::Error>()) {
            return Self::from(ureq::Error::from(error));
        }
        match error.kind() {
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Self::TimedOut,
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe => Self::Cut,
            // What rustls says of a certificate or of bytes that are not TLS.
            ErrorKind::InvalidData => Self::Insecure(error.to_string()),
            _ => Self::Unreachable(error.to_string()),
        }
    }
}
