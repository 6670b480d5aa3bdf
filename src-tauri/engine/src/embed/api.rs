//! Models on a server that speaks OpenAI's embeddings protocol.
//!
//! Owns what is sent, what an answer must be before a vector of it is used,
//! and that nothing paid for is asked twice. The key goes to the one host the
//! embedder was made for, and never into a message.

mod answer;
mod batches;

use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::{Embedder, ModelKey, Sink};
use crate::error::{Error, Result};
use crate::monitor::Monitor;
use crate::net::{Address, Answered, Client, Patience, Reply, Request, Waiting, network, quoted};
use crate::sentence::Sentence;
use crate::vectors::Vectors;

pub use batches::{ApiLimits, Batch, Batches, batches, guessed_tokens, tokens_of};

/// The longest answer that is read: 2048 vectors of 3072 numbers fit.
const LARGEST_ANSWER: usize = 64 << 20;

/// A model and the server that runs it.
#[derive(Clone, Debug)]
pub struct ApiModel {
    /// Where "/embeddings" is: like `https://api.openai.com/v1`.
    pub address: Address,
    /// What the server calls the model.
    pub model: String,
    pub dim: usize,
    /// Put before every text, as the model was trained.
    pub prefix: String,
    /// Tokens sent of each text; the rest is cut off.
    pub max_tokens: u32,
    pub limits: ApiLimits,
    pub patience: Patience,
}

impl ApiModel {
    /// The server takes the place of a revision: who else runs a model of this
    /// name may run another one.
    #[must_use]
    pub fn key(&self) -> ModelKey {
        let path = match self.address.path() {
            "/v1" => "",
            path => path,
        };
        ModelKey {
            id: self.model.clone(),
            revision: format!("{}{path}", self.address.host()),
            prefix: self.prefix.clone(),
            max_length: self.max_tokens,
        }
    }
}

/// What a server knows the person by. It is printed nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// # Errors
    /// `Invalid` when no server could have given out such a key.
    pub fn new(key: &str) -> Result<Self> {
        let key = key.trim();
        if key.is_empty() || !key.chars().all(|c| c.is_ascii_graphic()) {
            return Err(Error::Invalid(sentence!(
                "This is not a key: a key is one word of letters, digits and signs. Copy it again from where you got it."
            )));
        }
        Ok(Self(key.to_owned()))
    }

    /// The last four characters, to tell keys apart; nothing of a short key.
    #[must_use]
    pub fn hint(&self) -> &str {
        if self.0.len() < 12 { "" } else { &self.0[self.0.len() - 4..] }
    }

    /// The key itself, for the keychain.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// What a server was asked for since its embedder was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Sent, those that had to be repeated included.
    pub requests: u32,
    /// Answered with vectors that can be used.
    pub texts: usize,
    /// As the server counts; `None` when it did not say so every time.
    pub tokens: Option<u64>,
}

/// What a server answered to two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    pub dim: usize,
    pub took: Duration,
}

/// Tries a model on two words.
///
/// # Errors
/// As [`Embedder::embed`] of an [`ApiEmbedder`].
pub fn probe(
    address: &Address,
    model: &str,
    key: Option<&ApiKey>,
    patience: Patience,
    monitor: &dyn Monitor,
) -> Result<Probe> {
    let mut server = Server::new(address.clone(), model.to_owned(), key.cloned(), patience);
    let start = Instant::now();
    let words = ["apple".to_owned(), "orange".to_owned()];
    match server.ask(&words, None, &mut None, monitor)? {
        Outcome::Vectors(vectors) => Ok(Probe { dim: vectors.dim(), took: start.elapsed() }),
        Outcome::TooMuch => Err(server.refuses_so_much()),
    }
}

/// A model on a server.
pub struct ApiEmbedder {
    model: ApiModel,
    key: ModelKey,
    server: Server,
    kept: Option<Kept>,
    texts: usize,
}

/// What was paid for, and not handed over yet.
enum Kept {
    /// The person cancelled while the server was working.
    Asked { texts: Vec<String>, reply: Waiting<Reply> },
    /// The vectors found no taker.
    Untaken { texts: Vec<String>, rows: Vectors },
}

impl ApiEmbedder {
    /// `key` must have been entered for the host of `model`'s address.
    #[must_use]
    pub fn new(model: ApiModel, key: Option<ApiKey>) -> Self {
        let server =
            Server::new(model.address.clone(), model.model.clone(), key, model.patience.clone());
        Self { key: model.key(), model, server, kept: None, texts: 0 }
    }

    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage {
            requests: self.server.requests,
            texts: self.texts,
            tokens: self.server.tokens.filter(|_| self.server.requests > 0),
        }
    }

    /// Hands over what an earlier call paid for and this one asks for again;
    /// returns the places that are left.
    fn use_kept(
        &mut self,
        texts: &[&str],
        sink: &mut Sink<'_>,
        monitor: &dyn Monitor,
    ) -> Result<Vec<usize>> {
        let all = || (0..texts.len()).collect::<Vec<_>>();
        let Some(kept) = self.kept.take() else { return Ok(all()) };
        let (Kept::Asked { texts: paid, .. } | Kept::Untaken { texts: paid, .. }) = &kept;
        let rows: HashMap<&str, usize> =
            paid.iter().enumerate().map(|(row, text)| (text.as_str(), row)).collect();
        let (places, wanted): (Vec<usize>, Vec<usize>) = texts
            .iter()
            .enumerate()
            .filter_map(|(place, text)| Some((place, *rows.get(text)?)))
            .unzip();
        if places.is_empty() {
            return Ok(all());
        }
        let (paid, found) = match kept {
            Kept::Untaken { texts, rows } => (texts, rows),
            Kept::Asked { texts, reply } => {
                let next = match reply.next(&|| monitor.is_cancelled()) {
                    Ok(next) => next,
                    Err(cancelled) => {
                        self.kept = Some(Kept::Asked { texts, reply });
                        return Err(cancelled);
                    }
                };
                // A fault here is met again, and told, when the texts are asked for anew.
                let outcome =
                    next.ok().map(|reply| self.server.read(&reply, texts.len(), self.dim()));
                match outcome {
                    Some(Ok(Read::Vectors(found))) => {
                        self.texts += found.len();
                        (texts, found)
                    }
                    _ => return Ok(all()),
                }
            }
        };
        let rows = found.select(wanted);
        if let Err(error) = sink(&places, &rows) {
            self.kept = Some(Kept::Untaken { texts: paid, rows: found });
            return Err(error);
        }
        let done: std::collections::HashSet<usize> = places.into_iter().collect();
        Ok((0..texts.len()).filter(|place| !done.contains(place)).collect())
    }
}

impl Embedder for ApiEmbedder {
    fn key(&self) -> &ModelKey {
        &self.key
    }

    fn dim(&self) -> usize {
        self.model.dim
    }

    /// # Errors
    /// `KeyRefused`; `Network` for all else that is wrong with the server or
    /// its answers. The texts of a bad answer count as not embedded.
    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()> {
        monitor.check()?;
        let places = self.use_kept(texts, sink, monitor)?;
        let left: Vec<&str> = places.iter().map(|&place| texts[place]).collect();
        let mut limits = self.model.limits;
        let mut start = 0;
        while start < left.len() {
            monitor.check()?;
            let Some(batch) = batches(&self.model, limits, &left[start..]).next() else { break };
            let end = start + batch.inputs.len();
            let mut in_flight = None;
            let answer =
                self.server.ask(&batch.inputs, Some(self.model.dim), &mut in_flight, monitor);
            let asked = || left[start..end].iter().map(|&text| text.to_owned()).collect();
            if let Some(reply) = in_flight {
                self.kept = Some(Kept::Asked { texts: asked(), reply });
            }
            match answer? {
                Outcome::Vectors(rows) => {
                    self.texts += rows.len();
                    if let Err(error) = sink(&places[start..end], &rows) {
                        self.kept = Some(Kept::Untaken { texts: asked(), rows });
                        return Err(error);
                    }
                    start = end;
                }
                Outcome::TooMuch if end - start > 1 => {
                    limits.texts_per_request = (end - start) / 2;
                }
                Outcome::TooMuch => return Err(self.server.refuses_so_much()),
            }
        }
        Ok(())
    }
}

/// The one server that a key is for.
struct Server {
    address: Address,
    model: String,
    key: Option<ApiKey>,
    patience: Patience,
    client: Client,
    answered: Answered,
    requests: u32,
    tokens: Option<u64>,
}

enum Outcome {
    Vectors(Vectors),
    /// The server takes less at once.
    TooMuch,
}

/// What an answer comes to.
enum Read {
    Vectors(Vectors),
    TooMuch,
    /// Try again, after the time the server asks for.
    Later(Option<Duration>, Error),
}

impl Server {
    fn new(address: Address, model: String, key: Option<ApiKey>, patience: Patience) -> Self {
        let client = Client::new(patience.clone());
        Self {
            address,
            model,
            key,
            patience,
            client,
            answered: Answered::Never,
            requests: 0,
            tokens: Some(0),
        }
    }

    /// The vectors of `inputs`, of `dim` numbers if that is known. When the
    /// person cancels while the server works, what will come is left in `in_flight`.
    fn ask(
        &mut self,
        inputs: &[String],
        dim: Option<usize>,
        in_flight: &mut Option<Waiting<Reply>>,
        monitor: &dyn Monitor,
    ) -> Result<Outcome> {
        let is_cancelled = || monitor.is_cancelled();
        let mut failed = 0;
        loop {
            let waiting = self.client.reply(self.request(inputs), LARGEST_ANSWER);
            self.requests += 1;
            let next = match waiting.next(&is_cancelled) {
                Ok(next) => next,
                Err(cancelled) => {
                    *in_flight = Some(waiting);
                    return Err(cancelled);
                }
            };
            let (wait, error) = match next {
                Ok(reply) => match self.read(&reply, inputs.len(), dim.unwrap_or(0))? {
                    Read::Vectors(vectors) => return Ok(Outcome::Vectors(vectors)),
                    Read::TooMuch => return Ok(Outcome::TooMuch),
                    Read::Later(wait, error) => (wait, error),
                },
                Err(fault) if fault.may_pass(self.answered) => {
                    (None, fault.error(&self.address.host()))
                }
                Err(fault) => return Err(fault.error(&self.address.host())),
            };
            failed += 1;
            if failed >= self.patience.tries {
                return Err(error);
            }
            self.patience.wait(failed, wait, &is_cancelled)?;
        }
    }

    fn request(&self, inputs: &[String]) -> Request {
        let json = serde_json::json!({
            "model": self.model,
            "input": inputs,
            "encoding_format": "float",
        });
        let mut headers = vec![("accept", "application/json".to_owned())];
        if let Some(key) = &self.key {
            headers.push(("authorization", format!("Bearer {}", key.0)));
        }
        let json = Some(json.to_string().into_bytes());
        Request { url: self.address.join(["embeddings"]), headers, json }
    }
}

/// Where a server says nothing of its own.
const NOTHING: Sentence = sentence!("");

/// What answers mean.
impl Server {
    /// `dim` 0 is one that is not known yet.
    fn read(&mut self, reply: &Reply, count: usize, dim: usize) -> Result<Read> {
        self.answered = Answered::Before;
        let head = &reply.head;
        match head.status {
            200 => {
                let (vectors, tokens) = answer::read(&reply.body, count, dim);
                self.tokens = self.tokens.zip(tokens).map(|(sum, tokens)| sum + tokens);
                vectors.map(Read::Vectors).map_err(|reason| self.error(reason))
            }
            401 | 403 => Err(Error::KeyRefused { host: self.address.host() }),
            404 | 405 => Err(self.error(sentence!(
                "The server knows no model \"{model}\" at this address{words}. Check the name of the model, and that the address ends before /embeddings",
                model = &self.model,
                words = self.words(reply)
            ))),
            413 => Ok(Read::TooMuch),
            429 => Ok(Read::Later(
                head.retry_after(),
                self.error(sentence!(
                    "The server takes no more for now, because of its limits or because the account is used up{words}. What is embedded is kept: try again later",
                    words = self.words(reply)
                )),
            )),
            status if head.may_pass() => Ok(Read::Later(
                head.retry_after(),
                self.error(sentence!(
                    "The server has trouble of its own (status {status}){words}. What is embedded is kept: try again later",
                    status,
                    words = self.words(reply)
                )),
            )),
            _ if head.is_redirect() => Err(self.error(sentence!(
                "The server wanted the texts sent to another address{where_to}. Nothing was sent there; if you trust it, enter it instead",
                where_to = self.target(reply).map_or(NOTHING, |host| sentence!(", at {host}", host))
            ))),
            status => Err(self.error(sentence!(
                "The server refused the request (status {status}){words}. Check the name of the model and the address",
                status,
                words = self.words(reply)
            ))),
        }
    }

    /// The host a redirect leads to.
    fn target(&self, reply: &Reply) -> Option<String> {
        let url = self.address.join(["embeddings"]).join(reply.head.header("location")?).ok()?;
        Some(quoted(&crate::net::host_of(&url)))
    }

    /// The server's own message, to be put into a sentence, without the key.
    fn words(&self, reply: &Reply) -> Sentence {
        let Some(mut message) = answer::message(&reply.body) else { return NOTHING };
        if let Some(key) = &self.key {
            message = message.replace(&key.0, "…");
        }
        let message = quoted(&message);
        if message.is_empty() { NOTHING } else { sentence!(" and says \"{message}\"", message) }
    }

    fn refuses_so_much(&self) -> Error {
        self.error(sentence!(
            "The server says that one text is too long already. Set a smaller number of tokens for this model"
        ))
    }

    fn error(&self, reason: Sentence) -> Error {
        network(&self.address.host(), reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_word_and_is_not_printed() {
        let key = ApiKey::new(" sk-1234567890abcd\n").expect("a key may be pasted with its line");
        assert_eq!(key.hint(), "abcd", "the last four characters tell keys apart");
        assert_eq!(format!("{key:?}"), "ApiKey(…)", "a log shows nothing of it");
        let short = ApiKey::new("secret").expect("servers of one's own take any word");
        assert_eq!(short.hint(), "", "four characters would be most of a short key");
        for text in ["", "  ", "two words", "line\r\nX-Header: 1", "schlüssel"] {
            assert!(ApiKey::new(text).is_err(), "\"{text}\" is no key");
        }
    }

    #[test]
    fn the_server_is_part_of_what_decides_a_vector() {
        for (address, revision) in [
            ("https://api.openai.com/v1", "api.openai.com"),
            ("http://localhost:8080/v1/", "localhost:8080"),
            ("http://localhost:8080", "localhost:8080"),
            ("https://example.com/models/v2", "example.com/models/v2"),
        ] {
            let model = ApiModel {
                address: Address::parse(address).expect("an address"),
                model: "m".to_owned(),
                dim: 8,
                prefix: "query: ".to_owned(),
                max_tokens: 100,
                limits: ApiLimits::default(),
                patience: Patience::for_api(),
            };
            let key = ModelKey {
                id: "m".to_owned(),
                revision: revision.to_owned(),
                prefix: "query: ".to_owned(),
                max_length: 100,
            };
            assert_eq!(model.key(), key, "{address}");
        }
    }
}
