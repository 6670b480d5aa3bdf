//! Where a file comes from: the way through redirects, and what the server promises.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Download, RemoteFile};
use crate::error::{Error, Result};
use crate::net::{Client, Event, Fault, Head, Request, Waiting, host_of, is_safe, network, quoted};

/// Redirects that are followed for one file.
const REDIRECTS: usize = 5;

/// What the server says of a file before it sends it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Promise {
    pub size: Option<u64>,
    pub sha256: Option<String>,
    /// The server's mark for this version of the file.
    pub mark: Option<String>,
    /// The state of the repository.
    #[serde(skip)]
    pub commit: Option<String>,
}

pub(super) struct Source<'a> {
    pub download: &'a Download,
    pub client: &'a Client,
}

pub(super) enum Reached {
    Open(Promise, Outcome),
    /// The server may serve it later.
    Busy(Option<Duration>, Error),
    Fault(Fault, String),
}

pub(super) enum Outcome {
    /// What follows the bytes that are there.
    Rest(Waiting<Event>),
    /// All of the file, from its beginning.
    Whole(Waiting<Event>),
    /// Bytes that do not follow on those that are there.
    OtherPart,
    /// The file has no more bytes than are there.
    BeyondEnd,
}

impl Source<'_> {
    /// Asks for `path` from byte `there` on, following redirects as far as the
    /// download allows.
    ///
    /// # Errors
    /// `Network` with what trying again will not change, or `Cancelled`.
    pub(super) fn reach(
        &self,
        path: &str,
        revision: Option<&str>,
        there: u64,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Reached> {
        let Download { base, repository, revision: asked, .. } = self.download;
        let mut url = base.join(
            repository
                .split('/')
                .chain(["resolve"])
                .chain(revision.unwrap_or(asked).split('/'))
                .chain(path.split('/')),
        );
        let mut promise = Promise::default();
        for _ in 0..=REDIRECTS {
            let host = host_of(&url);
            let mut headers = vec![("accept-encoding", "identity".to_owned())];
            if there > 0 {
                headers.push(("range", format!("bytes={there}-")));
            }
            let waiting = self.client.stream(Request { url: url.clone(), headers, json: None });
            let head = match waiting.next(is_cancelled)? {
                Ok(Event::Head(head)) => head,
                Ok(_) => return Ok(Reached::Fault(Fault::Cut, host)),
                Err(fault) => return Ok(Reached::Fault(fault, host)),
            };
            if host == base.host() {
                promise.hear(&head);
            }
            if head.is_redirect() {
                url = self.target(&url, &head)?;
                continue;
            }
            return self.read(path, there, &host, &head, promise, waiting);
        }
        Err(network(
            &base.host(),
            sentence!(
                "The server sent the request for {path} from one place to the next without an end. Try again later",
                path
            ),
        ))
    }

    /// Where a redirect leads, if it is allowed.
    fn target(&self, from: &Url, head: &Head) -> Result<Url> {
        let host = self.download.base.host();
        let location = head.header("location").unwrap_or_default();
        let Ok(url) = from.join(location) else {
            return Err(network(
                &host,
                sentence!(
                    "The server sent the request to a place that is none ({place}). Try again later",
                    place = quoted(location)
                ),
            ));
        };
        let target = host_of(&url);
        let is_known = target == host
            || self.download.redirect_hosts.iter().any(|known| {
                target.strip_suffix(known.as_str()).is_some_and(|before| {
                    before.is_empty() || before.ends_with('.') || known.starts_with('.')
                })
            });
        if !is_known || !is_safe(&url) {
            return Err(network(
                &host,
                sentence!(
                    "The server wanted the file fetched from {place}, which is not a place Kindred knows for it, so nothing was fetched. Check that the address of the server is right",
                    place = quoted(&target)
                ),
            ));
        }
        Ok(url)
    }

    fn read(
        &self,
        path: &str,
        there: u64,
        host: &str,
        head: &Head,
        mut promise: Promise,
        waiting: Waiting<Event>,
    ) -> Result<Reached> {
        let length = || head.header("content-length")?.parse::<u64>().ok();
        let outcome = match head.status {
            200 => {
                promise.size = promise.size.or_else(length);
                let tells_its_end =
                    promise.size.is_some() || head.header("transfer-encoding").is_some();
                if !tells_its_end && promise.sha256.is_none() {
                    return Err(network(
                        host,
                        sentence!(
                            "The server does not say how long {path} is, so nobody could tell whether it is complete. Choose another model or server",
                            path
                        ),
                    ));
                }
                Outcome::Whole(waiting)
            }
            206 => {
                let range = head.header("content-range").and_then(content_range);
                match range.filter(|&(start, _)| start == there) {
                    Some((start, total)) => {
                        promise.size = promise.size.or(total).or_else(|| Some(start + length()?));
                        Outcome::Rest(waiting)
                    }
                    None => Outcome::OtherPart,
                }
            }
            416 => {
                let total = head.header("content-range").and_then(unsatisfied_range);
                promise.size = promise.size.or(total);
                Outcome::BeyondEnd
            }
            401 | 403 => {
                return Err(network(
                    host,
                    sentence!(
                        "The server gives {path} only to people who signed in or agreed to terms. Fetch the model with a browser, then add its folder as your own model",
                        path
                    ),
                ));
            }
            404 | 410 => {
                return Err(network(
                    host,
                    sentence!(
                        "The server does not have {path} any more, or never had. Choose another model, or update Kindred",
                        path
                    ),
                ));
            }
            429 => {
                return Ok(Reached::Busy(
                    head.retry_after(),
                    network(
                        host,
                        sentence!(
                            "The server takes no more requests for now. What arrived is kept: try again later"
                        ),
                    ),
                ));
            }
            status if head.may_pass() => {
                return Ok(Reached::Busy(
                    head.retry_after(),
                    network(
                        host,
                        sentence!(
                            "The server has trouble of its own (status {status}). What arrived is kept: try again later",
                            status
                        ),
                    ),
                ));
            }
            status => {
                return Err(network(
                    host,
                    sentence!(
                        "The server refused to send {path} (status {status}). Check that the address of the server is right",
                        path,
                        status
                    ),
                ));
            }
        };
        Ok(Reached::Open(promise, outcome))
    }
}

impl Promise {
    /// Takes in what the base's own host says. What came first holds; large
    /// files' hashes come in a header of their own, with the redirect.
    fn hear(&mut self, head: &Head) {
        let text = |name: &str| {
            let value = head.header(name)?.trim();
            Some(value.strip_prefix("W/").unwrap_or(value).trim_matches('"').to_owned())
        };
        let linked = text("x-linked-etag");
        let mark = linked.or_else(|| text("etag")).filter(|mark| !mark.is_empty());
        self.mark = self.mark.take().or(mark);
        self.sha256 =
            self.mark.as_ref().filter(|mark| is_sha256(mark)).map(|mark| mark.to_ascii_lowercase());
        self.size = self.size.or_else(|| text("x-linked-size")?.parse().ok());
        let is_commit = |commit: &String| {
            (7..=64).contains(&commit.len()) && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        self.commit = self.commit.take().or_else(|| text("x-repo-commit").filter(is_commit));
    }

    /// Whether both are of one version of a file, as far as they say.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
            a.is_none() || b.is_none() || a == b
        }
        agree(&self.size, &other.size) && agree(&self.mark, &other.mark)
    }

    /// What is other than Kindred knows `file` to be.
    pub(super) fn contradicts(&self, file: &RemoteFile) -> Option<String> {
        let hash = self.sha256.as_ref().zip(file.sha256.as_ref());
        if hash.is_some_and(|(theirs, ours)| !theirs.eq_ignore_ascii_case(ours)) {
            return Some("its hash differs".to_owned());
        }
        let (theirs, ours) = self.size.zip(file.size)?;
        (theirs != ours).then(|| format!("{theirs} bytes instead of {ours}"))
    }
}

pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Start and total of `bytes 10-99/100`.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    let (start, end): (u64, u64) = (start.trim().parse().ok()?, end.trim().parse().ok()?);
    let total = total.trim().parse().ok();
    (start <= end && total.is_none_or(|total| end < total)).then_some((start, total))
}

/// The total of `bytes */100`.
fn unsatisfied_range(text: &str) -> Option<u64> {
    text.trim().strip_prefix("bytes */")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_range_that_makes_sense_is_one() {
        for (text, range) in [
            ("bytes 10-99/100", Some((10, Some(100)))),
            ("bytes 0-0/*", Some((0, None))),
            ("bytes 10-100/100", None),
            ("bytes 9-3/100", None),
            ("bytes */100", None),
            ("10-99/100", None),
            ("bytes -5/100", None),
        ] {
            assert_eq!(content_range(text), range, "{text}");
        }
    }
}
