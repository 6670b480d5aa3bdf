//! Servers that embed: the ones everybody knows, and how a person's own is asked.

use super::library::Server;
use crate::embed::api::{ApiLimits, ApiModel, batches, guessed_tokens, tokens_of};
use crate::error::Result;
use crate::net::{Address, Patience};

/// A model of a server that is known.
pub struct Preset {
    pub name: &'static str,
    pub address: &'static str,
    pub model: &'static str,
    pub dim: usize,
    /// US dollars for a million tokens.
    pub per_million: f32,
}

/// The day the prices were read.
pub const PRICES_AS_OF: &str = "2026-08-19";

pub const PRESETS: [Preset; 3] = [
    Preset {
        name: "OpenAI, small",
        address: "https://api.openai.com/v1",
        model: "text-embedding-3-small",
        dim: 1536,
        per_million: 0.02,
    },
    Preset {
        name: "OpenAI, large",
        address: "https://api.openai.com/v1",
        model: "text-embedding-3-large",
        dim: 3072,
        per_million: 0.13,
    },
    Preset {
        name: "OpenAI, ada 2",
        address: "https://api.openai.com/v1",
        model: "text-embedding-ada-002",
        dim: 1536,
        per_million: 0.10,
    },
];

/// What a chat model that sorts texts costs, in US dollars for a million tokens read and written.
pub const CHAT_PRICE: (f32, f32) = (0.15, 0.60);
/// The day that price was announced.
pub const CHAT_PRICE_AS_OF: &str = "2024-07-18";
/// Tokens that say what to do, of every question to a chat model.
const CHAT_INSTRUCTION: usize = 60;
/// Tokens of its answer.
const CHAT_ANSWER: usize = 8;
/// A server that is not known reads at least so much of a text.
const MAX_TOKENS: u32 = 8_192;

/// What embedding some texts would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    pub tokens: usize,
    /// Counted with the model's own tokenizer.
    pub is_exact: bool,
    pub requests: usize,
    /// Tokens that a chat model would read and write to sort the same texts.
    pub chat_tokens: (usize, usize),
}

/// How `server` is asked.
///
/// # Errors
/// `Invalid` for an address that is none.
pub fn api_model(server: &Server) -> Result<ApiModel> {
    Ok(ApiModel {
        address: Address::parse(&server.address)?,
        model: server.model.clone(),
        dim: server.dim,
        prefix: server.prefix.clone(),
        max_tokens: MAX_TOKENS,
        limits: ApiLimits::default(),
        patience: Patience::for_api(),
    })
}

/// Counts what embedding `texts` would take. Sends nothing.
///
/// `topics` are the names a chat model would have to choose from.
///
/// # Errors
/// `Invalid` for an address that is none.
pub fn estimate(server: &Server, texts: &[String], topics: &[&str]) -> Result<Estimate> {
    let model = api_model(server)?;
    let tokens_of = |text: &str| tokens_of(&model.model, text);
    let instruction = CHAT_INSTRUCTION
        + topics
            .iter()
            .map(|topic| tokens_of(topic).unwrap_or_else(|| guessed_tokens(topic)) + 1)
            .sum::<usize>();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    // As they will be sent: with the prefix, and cut where too long.
    let (tokens, requests) = batches(&model, model.limits, &texts)
        .fold((0, 0), |(tokens, requests), batch| (tokens + batch.tokens, requests + 1));
    Ok(Estimate {
        tokens,
        is_exact: tokens_of("").is_some(),
        requests,
        chat_tokens: (tokens + texts.len() * instruction, texts.len() * CHAT_ANSWER),
    })
}
