//! Servers are asked for each text once, and no bad answer counts as done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use base64::Engine as _;
use kindred_engine::Error;
use kindred_engine::embed::Embedder as _;
use kindred_engine::embed::api::{
    ApiEmbedder, ApiKey, ApiLimits, ApiModel, Usage, batches, guessed_tokens, probe, tokens_of,
};
use kindred_engine::monitor::{Monitor, Silent, Stage};
use kindred_engine::net::{Address, Patience};

use crate::server::{Answer, Asked, Server, Way};

const DIM: usize = 4;
const KEY: &str = "sk-test-1234567890abcd";

/// Waits as little as a test on one computer can.
fn hasty() -> Patience {
    Patience {
        connect: Duration::from_secs(5),
        silence: Duration::from_millis(400),
        whole: Some(Duration::from_secs(10)),
        tries: 3,
        between_tries: Duration::from_millis(1),
        longest_wait: Duration::from_millis(10),
    }
}

fn model(address: Address) -> ApiModel {
    ApiModel {
        address,
        model: "test-model".to_owned(),
        dim: DIM,
        prefix: String::new(),
        max_tokens: 512,
        limits: ApiLimits { texts_per_request: 3, ..ApiLimits::default() },
        patience: hasty(),
    }
}

fn embedder(model: ApiModel) -> ApiEmbedder {
    ApiEmbedder::new(model, Some(ApiKey::new(KEY).expect("a key")))
}

fn inputs(asked: &Asked) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_slice(&asked.body).expect("JSON was sent");
    serde_json::from_value(body["input"].clone()).expect("a list of texts")
}

/// Every text has its own direction, and none has length one.
fn vector(text: &str) -> [f32; DIM] {
    let sum: u32 = text.bytes().map(u32::from).sum();
    [3.0, text.len() as f32, sum as f32 / 100.0, -2.0]
}

fn unit(text: &str) -> Vec<f32> {
    let row = vector(text);
    let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
    row.iter().map(|value| value / length).collect()
}

fn entries(asked: &Asked) -> Vec<serde_json::Value> {
    let entry = |(index, text): (usize, &String)| serde_json::json!({"object": "embedding", "index": index, "embedding": vector(text)});
    inputs(asked).iter().enumerate().map(entry).collect()
}

fn json(entries: Vec<serde_json::Value>) -> Answer {
    let tokens = 2 * entries.len();
    let usage = serde_json::json!({"prompt_tokens": tokens, "total_tokens": tokens});
    let body = serde_json::json!({"object": "list", "data": entries, "usage": usage});
    Answer::new(200, body.to_string()).with("content-type", "application/json")
}

/// As a good server answers.
fn good(asked: &Asked) -> Answer {
    json(entries(asked))
}

/// Embeds, and keeps what was handed over by its text.
fn run(
    embedder: &mut ApiEmbedder,
    texts: &[&str],
    monitor: &dyn Monitor,
) -> (BTreeMap<String, Vec<f32>>, Result<(), Error>) {
    let mut kept = BTreeMap::new();
    let outcome = embedder.embed(
        texts,
        &mut |places, rows| {
            assert_eq!(places.len(), rows.len(), "a row for each place");
            for (&place, row) in places.iter().zip(rows.rows()) {
                let before = kept.insert(texts[place].to_owned(), row.to_vec());
                assert!(before.is_none(), "\"{}\" came twice", texts[place]);
            }
            Ok(())
        },
        monitor,
    );
    (kept, outcome)
}

fn assert_right(kept: &BTreeMap<String, Vec<f32>>, what: &str) {
    for (text, row) in kept {
        let difference = row.iter().zip(unit(text)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(difference < 1e-6, "{what}: \"{text}\" got the vector of another text");
    }
}

/// A server that answers by the number of the request, counted from 0.
fn counting(answer: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::new(move |asked| answer(count.fetch_add(1, Ordering::Relaxed), asked))
}

const WORDS: [&str; 8] = ["apple", "pear", "Jamaica", "fig", "Norway", "Kenya", "plum", "Peru"];

#[test]
fn every_text_gets_its_own_unit_vector_in_as_few_requests_as_fit() {
    let check = |what: &str, answer: fn(&Asked) -> Answer| {
        let server = Server::new(answer);
        let mut embedder = embedder(model(server.address("/v1")));
        let (kept, outcome) = run(&mut embedder, &WORDS, &Silent);
        outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(kept.len(), WORDS.len(), "{what}: all are embedded");
        assert_right(&kept, what);
        let asked = server.asked();
        let sent: Vec<usize> = asked.iter().map(|asked| inputs(asked).len()).collect();
        assert_eq!(sent, [3, 3, 2], "{what}: each text is sent once");
        for asked in asked {
            assert_eq!(asked.path, "/v1/embeddings", "{what}");
            assert_eq!(asked.header("authorization"), Some(&*format!("Bearer {KEY}")), "{what}");
            assert_eq!(asked.header("content-type"), Some("application/json"), "{what}");
            let body: serde_json::Value =
                serde_json::from_slice(&asked.body).expect("JSON was sent");
            assert_eq!(body["model"], "test-model", "{what}");
            assert_eq!(body["encoding_format"], "float", "{what}");
        }
        let usage = Usage { requests: 3, texts: 8, tokens: Some(16) };
        assert_eq!(embedder.usage(), usage, "{what}: what was used is told");
    };
    check("in order", good);
    check("in any order", |asked| {
        let mut entries = entries(asked);
        entries.reverse();
        json(entries)
    });
    check("without an index", |asked| {
        let mut entries = entries(asked);
        entries
            .iter_mut()
            .for_each(|entry| drop(entry.as_object_mut().expect("an entry").remove("index")));
        json(entries)
    });
    check("as base64", |asked| {
        let mut entries = entries(asked);
        for (entry, text) in entries.iter_mut().zip(inputs(asked)) {
            let bytes: Vec<u8> =
                vector(&text).iter().flat_map(|value| value.to_le_bytes()).collect();
            entry["embedding"] = base64::engine::general_purpose::STANDARD.encode(bytes).into();
        }
        json(entries)
    });
}

#[test]
fn a_server_that_does_not_count_tokens_is_not_guessed_at() {
    let server = counting(|count, asked| match count {
        0 => good(asked),
        _ => Answer::new(200, serde_json::json!({"data": entries(asked)}).to_string()),
    });
    let mut embedder = embedder(model(server.address("/v1")));
    assert_eq!(embedder.usage().tokens, None, "nothing was used yet");
    run(&mut embedder, &WORDS, &Silent).1.expect("embedded");
    assert_eq!(embedder.usage(), Usage { requests: 3, texts: 8, tokens: None }, "it is unknown");
}

#[test]
fn without_a_key_none_is_sent() {
    let server = Server::new(good);
    run(&mut ApiEmbedder::new(model(server.address("/v1")), None), &WORDS, &Silent)
        .1
        .expect("embedded");
    assert!(server.asked().iter().all(|asked| asked.header("authorization").is_none()), "no key");
}

type Bad = &'static (dyn Fn(&Asked) -> Answer + Send + Sync);

/// The second of three requests goes wrong for ever.
fn check_fault(what: &str, says: &str, requests: usize, bad: Bad) {
    let server = counting(move |count, asked| if count == 0 { good(asked) } else { bad(asked) });
    let mut embedder = embedder(model(server.address("/v1")));
    let (kept, outcome) = run(&mut embedder, &WORDS, &Silent);
    let sentence = outcome.expect_err(what).to_string();
    assert!(sentence.contains(says), "{what}: {sentence}");
    assert!(sentence.ends_with(&server.host()), "{what} names the server, last: {sentence}");
    assert!(!sentence.contains(KEY), "{what} does not tell the key: {sentence}");
    assert!(!sentence.chars().any(char::is_control), "{what} is one line: {sentence:?}");
    let done: BTreeSet<&str> = kept.keys().map(String::as_str).collect();
    assert_eq!(done, WORDS[..3].iter().copied().collect(), "{what}: what was good before is kept");
    assert_right(&kept, what);
    assert_eq!(server.asked().len(), 1 + requests, "{what}: asked again only if that may help");
    assert_eq!(embedder.usage().texts, 3, "{what}: only good answers count");
}

fn changed(asked: &Asked, change: impl Fn(&mut Vec<serde_json::Value>)) -> Answer {
    let mut entries = entries(asked);
    change(&mut entries);
    json(entries)
}

#[test]
fn a_refused_key_is_told_apart() {
    for status in [401, 403] {
        let server = Server::new(move |_| Answer::new(status, format!("{{\"error\":\"{KEY}\"}}")));
        let (_, outcome) = run(&mut embedder(model(server.address("/v1"))), &WORDS, &Silent);
        assert!(matches!(outcome, Err(Error::KeyRefused { .. })), "{status}: {outcome:?}");
    }
    check_fault("401", "did not accept the key", 1, &|_| Answer::new(401, ""));
    check_fault("403", "did not accept the key", 1, &|_| Answer::new(403, ""));
}

#[test]
fn faults_that_may_pass_are_tried_again_and_then_told() {
    check_fault("429", "no more for now", 3, &|_| Answer::new(429, "").with("retry-after", "0"));
    check_fault("429 with words", "says \"used up\"", 3, &|_| {
        Answer::new(429, r#"{"error":{"message":"used up"}}"#)
    });
    for status in [500, 502, 503, 504] {
        let what = format!("status {status}");
        let bad = Box::leak(Box::new(move |_: &Asked| Answer::new(status, "<html>")));
        check_fault(&what, &what, 3, bad);
    }
    check_fault("silence", "in time", 3, &|asked| good(asked).on(Way::Stall(0)));
    check_fault("silence in the middle", "in time", 3, &|asked| good(asked).on(Way::Stall(100)));
    check_fault("a cut", "was cut", 3, &|asked| good(asked).on(Way::Cut(0)));
    check_fault("a cut in the middle", "was cut", 3, &|asked| good(asked).on(Way::Cut(150)));
}

#[test]
fn faults_that_pass_cost_nothing_but_time() {
    let check = |what: &str, bad: Bad| {
        let server =
            counting(move |count, asked| if count == 1 { bad(asked) } else { good(asked) });
        let mut embedder = embedder(model(server.address("/v1")));
        let (kept, outcome) = run(&mut embedder, &WORDS, &Silent);
        outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(kept.len(), 8, "{what}: all are embedded");
        let usage = Usage { requests: 4, texts: 8, tokens: Some(16) };
        assert_eq!(embedder.usage(), usage, "{what}: one request more");
    };
    check("429", &|_| Answer::new(429, "").with("retry-after", "0"));
    check("500", &|_| Answer::new(500, ""));
    check("a cut", &|asked| good(asked).on(Way::Cut(30)));
    check("silence", &|asked| good(asked).on(Way::Stall(30)));
}

#[test]
fn answers_that_cannot_be_right_are_refused_whole() {
    check_fault("HTML", "begins with \"<!doctype html>", 1, &|_| {
        Answer::new(200, "<!doctype html>\r\n<title>Sign in</title>")
    });
    check_fault("nothing", "it is empty", 1, &|_| Answer::new(200, ""));
    check_fault("half of JSON", "something else than vectors", 1, &|_| {
        Answer::new(200, r#"{"data":[{"embedding":[1,2"#)
    });
    check_fault("too few", "2 came for 3 texts", 1, &|asked| changed(asked, |all| drop(all.pop())));
    check_fault("too many", "4 came for 3 texts", 1, &|asked| {
        changed(asked, |all| all.push(all[0].clone()))
    });
    check_fault("one index twice", "which text each belongs to", 1, &|asked| {
        changed(asked, |all| all[1]["index"] = 0.into())
    });
    check_fault("an index beyond", "which text each belongs to", 1, &|asked| {
        changed(asked, |all| all[1]["index"] = 3.into())
    });
    check_fault("a wrong dimension", "3 numbers where 4 belong", 1, &|asked| {
        changed(asked, |all| all[2]["embedding"] = serde_json::json!([1, 2, 3]))
    });
    check_fault("null", "something else than vectors", 1, &|asked| {
        changed(asked, |all| all[2]["embedding"][0] = serde_json::Value::Null)
    });
    check_fault("NaN", "something else than vectors", 1, &|asked| {
        let text = changed(asked, |all| all[2]["embedding"][0] = "?".into()).body().to_vec();
        Answer::new(200, String::from_utf8(text).expect("JSON").replace("\"?\"", "NaN"))
    });
    check_fault("NaN as base64", "missing, endless or all zero", 1, &|asked| {
        let bytes = [f32::NAN; DIM].map(f32::to_le_bytes).concat();
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        changed(asked, |all| all[2]["embedding"] = text.clone().into())
    });
    check_fault("an endless number", "missing, endless or all zero", 1, &|asked| {
        changed(asked, |all| all[0]["embedding"][0] = 1e300.into())
    });
    check_fault("all zero", "missing, endless or all zero", 1, &|asked| {
        changed(asked, |all| all[0]["embedding"] = serde_json::json!([0, 0, 0, 0]))
    });
    check_fault("100 MB", "too long", 1, &|_| Answer::new(200, vec![b' '; 100 << 20]));
}

#[test]
fn requests_that_are_refused_say_why() {
    check_fault("400", "says \"No such model … use another\"", 1, &|_| {
        let message = format!("No such\u{1b} model\r\n{KEY} use another");
        let body = serde_json::json!({"error": {"message": message}});
        Answer::new(400, body.to_string())
    });
    check_fault("422", "status 422", 1, &|_| Answer::new(422, r#"{"detail":[1]}"#));
    check_fault("404", "no model \"test-model\"", 1, &|_| Answer::new(404, "not found"));
    // 3 texts, then 1: it cannot be less.
    check_fault("413 for ever", "one text is too long", 2, &|_| Answer::new(413, ""));
}

#[test]
fn a_batch_that_is_too_large_is_halved_until_it_fits() {
    let server =
        Server::new(
            |asked| {
                if inputs(asked).len() > 2 { Answer::new(413, "") } else { good(asked) }
            },
        );
    let mut large = model(server.address("/v1"));
    large.limits.texts_per_request = 8;
    let (kept, outcome) = run(&mut embedder(large), &WORDS, &Silent);
    outcome.expect("embedded");
    assert_eq!(kept.len(), 8, "all are embedded");
    assert_right(&kept, "in halves");
    let sent: Vec<usize> = server.asked().iter().map(|asked| inputs(asked).len()).collect();
    assert_eq!(sent, [8, 4, 2, 2, 2, 2], "what the server takes is remembered");
}

#[test]
fn the_key_and_the_texts_go_to_no_other_host() {
    let stranger = Server::new(good);
    let target = stranger.url("/v1/embeddings");
    for status in [301, 302, 303, 307, 308] {
        let location = target.clone();
        let server = Server::new(move |_| Answer::new(status, "").with("location", &location));
        let (kept, outcome) = run(&mut embedder(model(server.address("/v1"))), &WORDS, &Silent);
        let sentence = outcome.expect_err("it cannot succeed").to_string();
        assert!(sentence.contains(&stranger.host()), "{status} names the stranger: {sentence}");
        assert!(sentence.ends_with(&server.host()), "{status} names the server: {sentence}");
        assert!(kept.is_empty(), "{status}: nothing is embedded");
        assert_eq!(server.asked().len(), 1, "{status}: it is not tried again");
    }
    assert!(stranger.asked().is_empty(), "the stranger was asked nothing");
}

#[test]
fn a_server_that_nobody_vouches_for_gets_nothing() {
    let server = Server::self_signed(good);
    let (kept, outcome) = run(&mut embedder(model(server.address("/v1"))), &WORDS, &Silent);
    let sentence = outcome.expect_err("it cannot succeed").to_string();
    assert!(sentence.contains("No secure connection"), "{sentence}");
    assert!(sentence.ends_with(&server.host()), "{sentence}");
    assert!(kept.is_empty() && server.asked().is_empty(), "neither key nor text was sent");
}

#[test]
fn a_server_that_is_not_there_is_told_at_once() {
    let address = Server::new(good).address("/v1");
    let mut patient = model(address);
    patient.patience = Patience::for_api();
    let start = Instant::now();
    let sentence =
        run(&mut embedder(patient), &WORDS, &Silent).1.expect_err("it cannot succeed").to_string();
    assert!(sentence.contains("could not be reached"), "{sentence}");
    assert!(start.elapsed() < Duration::from_secs(5), "nobody waits for what was never there");
}

/// Cancels when it is told to.
#[derive(Default)]
struct Stopping(AtomicBool);

impl Monitor for Stopping {
    fn progress(&self, _: Stage, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A server that works on its second request until it is released, and
/// an embedder that was cancelled meanwhile.
struct Interrupted {
    server: Server,
    embedder: ApiEmbedder,
    release: mpsc::Sender<()>,
    kept: BTreeMap<String, Vec<f32>>,
}

fn interrupted() -> Interrupted {
    let (release, released) = mpsc::channel();
    let released = Mutex::new(released);
    let stopping = Arc::new(Stopping::default());
    let stop = Arc::clone(&stopping);
    let stopped_at = Arc::new(Mutex::new(None));
    let at = Arc::clone(&stopped_at);
    let server = counting(move |count, asked| {
        if count == 1 {
            *at.lock().expect("nobody panicked with it") = Some(Instant::now());
            stop.0.store(true, Ordering::Relaxed);
            released
                .lock()
                .expect("nobody panicked with it")
                .recv()
                .expect("the other side is there");
        }
        good(asked)
    });
    let mut patient = model(server.address("/v1"));
    patient.patience.silence = Duration::from_secs(20);
    patient.patience.whole = Some(Duration::from_secs(30));
    let mut embedder = embedder(patient);
    let (kept, outcome) = run(&mut embedder, &WORDS, &*stopping);
    let took = stopped_at
        .lock()
        .expect("nobody panicked with it")
        .expect("the second request came")
        .elapsed();
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert!(took < Duration::from_millis(200), "cancelling took {took:?}");
    assert_eq!(kept.len(), 3, "the first answer is kept");
    Interrupted { server, embedder, release, kept }
}

fn sent(server: &Server) -> Vec<String> {
    server.asked().iter().flat_map(inputs).collect()
}

#[test]
fn going_on_after_cancelling_pays_for_nothing_twice() {
    let Interrupted { server, mut embedder, release, mut kept } = interrupted();
    release.send(()).expect("the other side waits");
    let left: Vec<&str> = WORDS.into_iter().filter(|word| !kept.contains_key(*word)).collect();
    let (rest, outcome) = run(&mut embedder, &left, &Silent);
    outcome.expect("embedded");
    kept.extend(rest);
    assert_eq!(kept.len(), 8, "all are embedded in the end");
    assert_right(&kept, "in two calls");
    assert_eq!(sent(&server), WORDS, "each text was sent once");
    let usage = Usage { requests: 3, texts: 8, tokens: Some(16) };
    assert_eq!(embedder.usage(), usage, "and counted once");
}

#[test]
fn going_on_with_other_texts_takes_only_what_is_asked_for_again() {
    let Interrupted { server, mut embedder, release, .. } = interrupted();
    // The request in flight is of "fig", "Norway" and "Kenya".
    let texts = ["cherry", "Kenya", "mango", "fig"];
    release.send(()).expect("the other side waits");
    let (kept, outcome) = run(&mut embedder, &texts, &Silent);
    outcome.expect("embedded");
    assert_eq!(kept.len(), 4, "all that was asked for, and nothing else");
    assert_right(&kept, "in another order");
    assert_eq!(sent(&server)[6..], ["cherry", "mango"], "only what was new was sent");
}

#[test]
fn cancelling_again_while_the_same_answer_is_awaited_loses_nothing() {
    let Interrupted { server, mut embedder, release, .. } = interrupted();
    let stopping = Stopping::default();
    let left = &WORDS[3..];
    std::thread::scope(|scope| {
        scope.spawn(|| stopping.0.store(true, Ordering::Relaxed));
        let (kept, outcome) = run(&mut embedder, left, &stopping);
        assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
        assert!(kept.is_empty(), "it has not come yet");
    });
    release.send(()).expect("the other side waits");
    let (kept, outcome) = run(&mut embedder, left, &Silent);
    outcome.expect("embedded");
    assert_eq!(kept.len(), 5, "all are there in the end");
    assert_eq!(sent(&server), WORDS, "each text was sent once");
}

#[test]
fn vectors_that_could_not_be_stored_are_not_paid_for_twice() {
    let server = Server::new(good);
    let mut embedder = embedder(model(server.address("/v1")));
    let outcome = embedder.embed(&WORDS, &mut |_, _| Err(Error::DiskFull), &Silent);
    assert!(matches!(outcome, Err(Error::DiskFull)), "the sink's error is told: {outcome:?}");
    let (kept, outcome) = run(&mut embedder, &WORDS, &Silent);
    outcome.expect("embedded");
    assert_eq!(kept.len(), 8, "all are there in the end");
    assert_right(&kept, "after the disk was full");
    assert_eq!(sent(&server), WORDS, "each text was sent once");
}

#[test]
fn a_request_that_failed_while_cancelled_is_sent_again() {
    let stopping = Arc::new(Stopping::default());
    let stop = Arc::clone(&stopping);
    let server = counting(move |count, asked| match count {
        0 => {
            stop.0.store(true, Ordering::Relaxed);
            good(asked).on(Way::Stall(0))
        }
        _ => good(asked),
    });
    let mut embedder = embedder(model(server.address("/v1")));
    let (_, outcome) = run(&mut embedder, &WORDS, &*stopping);
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    let (kept, outcome) = run(&mut embedder, &WORDS, &Silent);
    outcome.expect("embedded");
    assert_eq!(kept.len(), 8, "all are embedded");
}

#[test]
fn a_long_pause_can_be_cancelled() {
    let stopping = Arc::new(Stopping::default());
    let stop = Arc::clone(&stopping);
    let server = Server::new(move |_| {
        stop.0.store(true, Ordering::Relaxed);
        Answer::new(429, "").with("retry-after", "60")
    });
    let mut patient = model(server.address("/v1"));
    patient.patience.longest_wait = Duration::from_secs(60);
    let start = Instant::now();
    let (_, outcome) = run(&mut embedder(patient), &WORDS, &*stopping);
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert!(start.elapsed() < Duration::from_secs(1), "{:?} is long", start.elapsed());
}

#[test]
fn trying_a_server_tells_its_dimensions() {
    let server = Server::new(good);
    let key = ApiKey::new(KEY).expect("a key");
    let address = server.address("/v1");
    let probed = probe(&address, "test-model", Some(&key), hasty(), &Silent).expect("it answers");
    assert_eq!(probed.dim, DIM, "as many numbers as came");
    assert_eq!(sent(&server).len(), 2, "two words are sent");

    let other = Server::new(|asked| {
        changed(asked, |all| all[1]["embedding"] = serde_json::json!([1, 2, 3]))
    });
    let outcome = probe(&other.address("/v1"), "test-model", None, hasty(), &Silent);
    assert!(outcome.is_err(), "two sizes are none: {outcome:?}");
}

#[test]
fn tokens_are_counted_as_the_server_counts_them() {
    // tiktoken.get_encoding("cl100k_base").encode(text)
    for (text, tokens) in [("apple", 1), ("hello world", 2), ("tiktoken is great!", 6), ("", 0)] {
        for model in ["text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"]
        {
            assert_eq!(tokens_of(model, text), Some(tokens), "\"{text}\" with {model}");
        }
    }
    assert_eq!(tokens_of("nomic-embed-text", "apple"), None, "others' tokenizers are not known");
    assert_eq!(guessed_tokens("apple pie"), 3, "four characters of English each");
    assert_eq!(guessed_tokens("日本語"), 3, "a character of other scripts each");
}

#[test]
fn batches_stay_within_every_limit() {
    let address = Address::parse("https://api.example.com/v1").expect("an address");
    let check = |what: &str,
                 limits: ApiLimits,
                 name: &str,
                 max_tokens: u32,
                 texts: &[&str],
                 sizes: &[usize]| {
        let model = ApiModel { model: name.to_owned(), max_tokens, ..model(address.clone()) };
        let all: Vec<_> = batches(&model, limits, texts).collect();
        let found: Vec<usize> = all.iter().map(|batch| batch.inputs.len()).collect();
        assert_eq!(found, sizes, "{what}");
        let mut next = 0;
        for batch in all {
            assert_eq!(batch.range.start, next, "{what}: no text is left out");
            next = batch.range.end;
            assert!(batch.inputs.iter().all(|input| !input.is_empty()), "{what}: none is empty");
        }
        assert_eq!(next, texts.len(), "{what}: all texts are sent");
    };
    let limits =
        ApiLimits { texts_per_request: 3, tokens_per_request: 10, characters_per_request: 60 };
    let openai = "text-embedding-3-small";
    let long = "apple ".repeat(100);
    check("texts", limits, openai, 100, &["a"; 7], &[3, 3, 1]);
    check("tokens", limits, openai, 100, &["apple apple apple apple"; 5], &[2, 2, 1]);
    check("guessed tokens", limits, "own", 100, &["apple apple apple app"; 3], &[1, 1, 1]);
    check("characters", limits, openai, 100, &["                                 "; 3], &[1, 1, 1]);
    check("one beyond the limit", limits, openai, 500, &["a", &long, "b"], &[1, 1, 1]);
    check("cut", limits, openai, 4, &["a", &long, "b"], &[3]);
    check("empty texts", limits, openai, 100, &["", "a", ""], &[3]);
    check("no texts", limits, openai, 100, &[], &[]);
    check(
        "no limit at all",
        ApiLimits { texts_per_request: 0, ..limits },
        "own",
        0,
        &["a", "b"],
        &[1, 1],
    );
}

#[test]
fn a_text_that_is_too_long_is_cut_between_characters() {
    let address = Address::parse("https://api.example.com/v1").expect("an address");
    let check = |name: &str, max_tokens, text: &str, sent: &str, tokens: usize| {
        let prefix = "query: ".to_owned();
        let model =
            ApiModel { model: name.to_owned(), max_tokens, prefix, ..model(address.clone()) };
        let batch = batches(&model, model.limits, &[text]).next().expect("there is a text");
        assert_eq!((batch.inputs[0].as_str(), batch.tokens), (sent, tokens), "{name} {max_tokens}");
    };
    check("text-embedding-3-small", 4, "apple apple apple", "query: apple apple", 4);
    check("text-embedding-3-small", 100, "apple apple apple", "query: apple apple apple", 5);
    check("own", 4, "apple apple apple", "query: apple app", 4);
    check("own", 3, "日本語", "query: 日", 3);
    check("own", 100, "日本語", "query: 日本語", 5);
}

#[test]
fn a_text_of_any_kind_is_counted_quickly() {
    let model = model(Address::parse("https://api.example.com/v1").expect("an address"));
    let model = ApiModel { model: "text-embedding-3-small".to_owned(), max_tokens: 8191, ..model };
    for (what, text) in [
        ("spaces", " ".repeat(300_000)),
        ("lines", "\n".repeat(300_000)),
        ("one letter", "a".repeat(300_000)),
        ("one long word of emoji", "👩‍👩‍👧".repeat(20_000)),
        ("spaces and a letter", format!("{}a", " \t".repeat(150_000))),
    ] {
        let start = Instant::now();
        let batch = batches(&model, model.limits, &[&text]).next().expect("there is a text");
        assert!(batch.tokens <= 8191, "{what} is cut to {} tokens", batch.tokens);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(2), "{what} took {took:?}");
    }
}
