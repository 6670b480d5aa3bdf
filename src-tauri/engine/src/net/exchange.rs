//! One request and its answer, on a thread of their own.

use std::io::Read as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::HeaderMap;
use url::Url;

use super::fault::Fault;
use super::{LOOK, Patience};
use crate::error::{Error, Result};

/// Bytes handed over together.
const CHUNK: usize = 64 << 10;
/// Chunks that wait for a caller who is slower than the server.
const AHEAD: usize = 16;
/// The longest head of an answer.
const HEAD: usize = 64 << 10;

/// Keeps connections open between requests.
pub(crate) struct Client {
    agent: Agent,
    patience: Patience,
}

pub(crate) struct Request {
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    /// `Some` is posted as JSON, `None` gets.
    pub json: Option<Vec<u8>>,
}

/// Status and headers of an answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub status: u16,
    headers: HeaderMap,
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// Whether the same request may succeed a little later.
    pub(crate) fn may_pass(&self) -> bool {
        self.status == 408 || self.status == 429 || self.status >= 500
    }

    /// How long the server asks to wait. A date is read against the server's
    /// own, so that neither clock has to be right.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let then = httpdate::parse_http_date(value).ok()?;
        let now = httpdate::parse_http_date(self.header("date")?).ok()?;
        Some(then.duration_since(now).unwrap_or_default())
    }
}

/// What happens in the course of an answer, in this order.
pub(crate) enum Event {
    Head(Head),
    Bytes(Vec<u8>),
    End,
}

/// A whole answer.
pub(crate) struct Reply {
    pub head: Head,
    pub body: Vec<u8>,
}

/// Something that a request's thread will hand over. Dropping it ends the
/// thread at its next sign of life.
pub(crate) struct Waiting<T> {
    receiver: Receiver<Result<T, Fault>>,
    /// Longer than the thread's own limits, which name the fault better.
    limit: Duration,
}

impl<T> Waiting<T> {
    /// The next that comes, or the fault instead of it.
    ///
    /// # Errors
    /// `Cancelled` as soon as the person asks to stop; it can be waited for again.
    pub(crate) fn next(&self, is_cancelled: &dyn Fn() -> bool) -> Result<Result<T, Fault>> {
        let start = Instant::now();
        loop {
            if is_cancelled() {
                return Err(Error::Cancelled);
            }
            match self.receiver.recv_timeout(LOOK) {
                Ok(event) => return Ok(event),
                Err(RecvTimeoutError::Disconnected) => return Ok(Err(Fault::Cut)),
                Err(RecvTimeoutError::Timeout) if start.elapsed() > self.limit => {
                    return Ok(Err(Fault::TimedOut));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Client {
    pub(crate) fn new(patience: Patience) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEAD)
            .max_idle_age(Duration::from_secs(10))
            .user_agent(concat!("kindred/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_per_read(Some(patience.silence))
            .timeout_per_write(Some(patience.silence))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_call(patience.whole)
            .build();
        Self { agent: Agent::new_with_config(config), patience }
    }

    /// Sends `request` and hands over its answer piece by piece.
    pub(crate) fn stream(&self, request: Request) -> Waiting<Event> {
        let silence = self.patience.connect * 2 + self.patience.silence * 2;
        self.start(silence, AHEAD, move |agent, sender| {
            let mut answer = send(agent, request)?;
            let head = answer.head();
            if sender.send(Ok(Event::Head(head))).is_err() {
                return Ok(());
            }
            while let Some(bytes) = answer.read()? {
                if sender.send(Ok(Event::Bytes(bytes))).is_err() {
                    return Ok(());
                }
            }
            // A caller who left does not miss the end.
            let _ = sender.send(Ok(Event::End));
            Ok(())
        })
    }

    /// Sends `request` and hands over its whole answer, which may have `limit`
    /// bytes. It is read to its end even while nobody waits.
    pub(crate) fn reply(&self, request: Request, limit: usize) -> Waiting<Reply> {
        let whole = self.patience.whole.unwrap_or(Duration::MAX);
        self.start(whole.saturating_add(self.patience.connect), 1, move |agent, sender| {
            let mut answer = send(agent, request)?;
            let head = answer.head();
            let mut body = Vec::new();
            while let Some(bytes) = answer.read()? {
                if body.len() + bytes.len() > limit {
                    return Err(Fault::TooLarge);
                }
                body.extend_from_slice(&bytes);
            }
            // Nobody wants it any more: then nobody misses it.
            let _ = sender.send(Ok(Reply { head, body }));
            Ok(())
        })
    }

    fn start<T: Send + 'static>(
        &self,
        limit: Duration,
        ahead: usize,
        work: impl FnOnce(&Agent, &SyncSender<Result<T, Fault>>) -> Result<(), Fault> + Send + 'static,
    ) -> Waiting<T> {
        let (sender, receiver) = sync_channel(ahead);
        let agent = self.agent.clone();
        // A thread that cannot start drops its sender: the caller sees that nothing comes.
        let _ = std::thread::Builder::new().name("request".to_owned()).spawn(move || {
            if let Err(fault) = work(&agent, &sender) {
                let _ = sender.send(Err(fault));
            }
        });
        Waiting { receiver, limit }
    }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: ureq::BodyReader<'static>,
}

fn send(agent: &Agent, request: Request) -> Result<Answer, Fault> {
    let url = request.url.as_str();
    let response = match request.json {
        Some(json) => {
            let mut builder = agent.post(url).content_type("application/json");
            for (name, value) in request.headers {
                builder = builder.header(name, value);
            }
            builder.send(&json[..])?
        }
        None => {
            let mut builder = agent.get(url);
            for (name, value) in request.headers {
                builder = builder.header(name, value);
            }
            builder.call()?
        }
    };
    let (head, body) = response.into_parts();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: body.into_reader() })
}

impl Answer {
    fn head(&mut self) -> Head {
        Head { status: self.status, headers: std::mem::take(&mut self.headers) }
    }

    /// The next bytes of the body; `None` at its end.
    fn read(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let mut bytes = vec![0; CHUNK];
        let read = self.body.read(&mut bytes)?;
        bytes.truncate(read);
        Ok((read > 0).then_some(bytes))
    }
}
