//! Models: which there are, fetching them, adding a person's own, and servers
//! with what they cost. Nothing here uses the network before it is told to.

use std::path::Path;
use std::time::Instant;

use kindred_engine::embed::api::{ApiKey, probe};
use kindred_engine::embed::{Shared, embed_all};
use kindred_engine::error::{Error as EngineError, Result as EngineResult};
use kindred_engine::models::catalogue::{CatalogueModel, LEFT_OUT, MTEB_OF_DEFAULT, USUAL_ADDRESS};
use kindred_engine::models::library::{Model, Server, fetchable};
use kindred_engine::models::own;
use kindred_engine::models::server::{
    CHAT_PRICE, CHAT_PRICE_AS_OF, PRESETS, PRICES_AS_OF, api_model, estimate,
};
use kindred_engine::monitor::Silent;
use kindred_engine::net::{Address, Patience};
use kindred_engine::sentence;
use kindred_engine::store::Day;
use tauri::AppHandle;
use tauri::ipc::Channel;

use super::{blocking, in_background};
use crate::error::Result;
use crate::messages::{
    ApiForm, ApiPreset, ApiTrial, ApiUsage, ChatEstimate, DownloadOutcome, DownloadProgress,
    ModelInfo, ModelKind, ModelList, OwnModelOptions, OwnModelTrial, Price, Receipt, count,
};
use crate::models::{Models, dim, for_new_lists, threads};
use crate::samples::SAMPLES;
use crate::state::{AppState, now_secs};

/// Texts that a model's speed is measured on.
const SPEED_TEXTS: usize = 50;

/// All models Kindred can run.
#[tauri::command]
#[specta::specta]
pub(crate) async fn models(app: AppHandle) -> Result<ModelList> {
    blocking(app, |state| Ok(list(state)?)).await
}

/// Servers everybody knows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn api_presets() -> Result<Vec<ApiPreset>> {
    let preset = |preset: &kindred_engine::models::server::Preset| ApiPreset {
        name: preset.name.to_owned(),
        address: preset.address.to_owned(),
        model: preset.model.to_owned(),
        dim: count(preset.dim),
        price: Price { per_million: preset.per_million, as_of: PRICES_AS_OF.to_owned() },
    };
    Ok(PRESETS.iter().map(preset).collect())
}

/// Fetches a model of the catalogue, or goes on with it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn download_model(
    app: AppHandle,
    model: String,
    on_progress: Channel<DownloadProgress>,
) -> Result<DownloadOutcome> {
    in_background(app, move |state| {
        let models = &state.models;
        let model = fetchable(&model)?;
        let running = models.downloads.begin(model.id, on_progress)?;
        match models.library.fetch(model, &running) {
            Ok(()) => Ok(DownloadOutcome::Finished),
            Err(EngineError::Cancelled) => Ok(DownloadOutcome::Paused),
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// Stops a download; what is there stays.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_download(app: AppHandle, model: String) -> Result<()> {
    blocking(app, move |state| {
        state.models.downloads.stop(&model);
        Ok(())
    })
    .await
}

/// Stops a download and throws away what is there.
#[tauri::command]
#[specta::specta]
pub(crate) async fn discard_download(app: AppHandle, model: String) -> Result<ModelList> {
    change(app, move |models| {
        models.downloads.stop(&model);
        models.library.discard(fetchable(&model)?)
    })
    .await
}

/// Takes a model off this computer, a folder or an address out of the list. Vectors in workbooks stay.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_model(app: AppHandle, model: String) -> Result<ModelList> {
    change(app, move |models| {
        let found = models.library.find(&model)?;
        models.downloads.stop(&model);
        models.unload(&found);
        models.library.remove(&found)?;
        models.library.change(|settings| {
            settings.new_lists.take_if(|chosen| *chosen == model);
            settings.speeds.remove(&model);
        })
    })
    .await
}

/// Where models are fetched from; null for the usual address.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_address(app: AppHandle, address: Option<String>) -> Result<ModelList> {
    change(app, move |models| {
        let address = address.map(|address| address.trim().to_owned());
        let address = address.filter(|address| !address.is_empty() && address != USUAL_ADDRESS);
        if let Some(address) = &address {
            Address::parse(address)?;
        }
        models.library.change(|settings| settings.address = address)
    })
    .await
}

/// The model that embeds new lists; it must be on this computer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_model_for_new_lists(app: AppHandle, model: String) -> Result<ModelList> {
    change(app, move |models| {
        let found = models.library.find(&model)?;
        // Whoever drops a list should not learn only then that the model is broken.
        models.local(&found, &Silent)?;
        models.library.change(|settings| settings.new_lists = Some(model))
    })
    .await
}

/// Embeds 50 items with it and keeps how fast that was.
#[tauri::command]
#[specta::specta]
pub(crate) async fn measure_speed(app: AppHandle, model: String) -> Result<ModelList> {
    in_background(app, move |state| {
        let mut embedder = state.models.local(&state.models.library.find(&model)?, &Silent)?;
        let texts = own_texts(state);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        // The first text also warms up.
        embed_all(&mut embedder, &texts[..1], &Silent)?;
        let began = Instant::now();
        embed_all(&mut embedder, &texts, &Silent)?;
        let speed = texts.len() as f64 / began.elapsed().as_secs_f64().max(1e-6);
        state.models.library.change(|settings| {
            settings.speeds.insert(model, speed as f32);
        })?;
        Ok(list(state)?)
    })
    .await
}

/// Reads a folder with an ONNX model and embeds two texts with it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn try_own_model(app: AppHandle, folder: String) -> Result<OwnModelTrial> {
    in_background(app, move |state| {
        state.models.load_runtime()?;
        Ok(own::try_folder(Path::new(&folder), threads())?.into())
    })
    .await
}

/// Adds a folder, tried once more as the person described it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_own_model(
    app: AppHandle,
    folder: String,
    options: OwnModelOptions,
) -> Result<ModelList> {
    in_background(app, move |state| {
        state.models.load_runtime()?;
        let mut model = own::try_folder(Path::new(&folder), threads())?.model;
        let name = options.name.trim();
        if !name.is_empty() {
            name.clone_into(&mut model.name);
        }
        model.pooling = options.pooling.into();
        model.prefix = options.prefix;
        model.max_tokens = options.max_tokens.clamp(1, model.max_tokens);
        let model = own::try_again(&model, threads())?.model;
        state.models.library.change(|settings| {
            settings.own.retain(|known| known.id != model.id);
            settings.own.push(model);
        })?;
        Ok(list(state)?)
    })
    .await
}

/// Sends two words to a server.
#[tauri::command]
#[specta::specta]
pub(crate) async fn try_api(app: AppHandle, form: ApiForm) -> Result<ApiTrial> {
    in_background(app, move |state| {
        let address = Address::parse(form.address.trim())?;
        let host = address.host();
        let key = match form.key.as_deref().map(str::trim).filter(|key| !key.is_empty()) {
            Some(key) => Some(ApiKey::new(key)?),
            None => state.models.keys.get(&host),
        };
        let answer =
            probe(&address, form.model.trim(), key.as_ref(), Patience::for_api(), &Silent)?;
        Ok(ApiTrial {
            key: state.models.keys.state(&host),
            host,
            dim: count(answer.dim),
            took_ms: u32::try_from(answer.took.as_millis()).unwrap_or(u32::MAX),
        })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn add_api(app: AppHandle, form: ApiForm, dim: u32) -> Result<ModelList> {
    change(app, move |models| {
        let address = Address::parse(form.address.trim())?;
        let model = form.model.trim().to_owned();
        if model.is_empty() || dim == 0 {
            return Err(EngineError::Invalid(sentence!("Try the server before you add it.")));
        }
        if let Some(key) = form.key.as_deref().map(str::trim).filter(|key| !key.is_empty()) {
            models.keys.set(&address.host(), key)?;
        }
        let server = Server {
            id: format!("api-{}-{model}", address.host()),
            address: form.address.trim().trim_end_matches('/').to_owned(),
            model,
            dim: dim as usize,
            prefix: form.prefix,
            price: form.per_million.map(price_of_today),
        };
        models.forget_servers();
        models.library.change(|settings| {
            settings.servers.retain(|known| known.id != server.id);
            settings.servers.push(server);
        })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_price(
    app: AppHandle,
    model: String,
    per_million: Option<f32>,
) -> Result<ModelList> {
    change(app, move |models| {
        models.library.change(|settings| {
            for server in settings.servers.iter_mut().filter(|server| server.id == model) {
                let per_million = per_million.filter(|price| price.is_finite() && *price >= 0.0);
                server.price = per_million.map(price_of_today);
            }
        })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_key(app: AppHandle, model: String, key: String) -> Result<ModelList> {
    change(app, move |models| {
        models.keys.set(&host_of(models, &model)?, key.trim())?;
        models.forget_servers();
        Ok(())
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_key(app: AppHandle, model: String) -> Result<ModelList> {
    change(app, move |models| {
        models.keys.forget(&host_of(models, &model)?);
        models.forget_servers();
        Ok(())
    })
    .await
}

/// What embedding the open workbook with this model would send. Sends nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn receipt(app: AppHandle, model: String) -> Result<Receipt> {
    blocking(app, move |state| {
        let (models, workbook) = (&state.models, state.workbook()?);
        let server = server(models, &model)?;
        let asked = api_model(&server)?;
        let (key, host) = (asked.key(), asked.address.host());
        let missing = workbook.missing_texts(&key)?;
        let sorting = workbook.sorting();
        let topics: Vec<&str> = sorting.topics.iter().map(|topic| topic.name.as_str()).collect();
        let estimate = estimate(&server, &missing, &topics)?;
        let (per_million_in, per_million_out) = CHAT_PRICE;
        Ok(Receipt {
            model: models.view_of(&key, Some(&workbook)),
            is_loopback: asked.address.is_loopback(),
            texts: count(missing.len()),
            known: count(workbook.items().len() - missing.len()),
            tokens: estimate.tokens as f64,
            is_token_count_exact: estimate.is_exact,
            requests: count(estimate.requests),
            price: server.price.clone().map(Into::into),
            key: models.keys.state(&host),
            host,
            chat: ChatEstimate {
                tokens_in: estimate.chat_tokens.0 as f64,
                tokens_out: estimate.chat_tokens.1 as f64,
                per_million_in,
                per_million_out,
                as_of: CHAT_PRICE_AS_OF.to_owned(),
            },
            used: models.usage(&server).filter(|usage| usage.requests > 0).map(|usage| ApiUsage {
                requests: usage.requests,
                texts: count(usage.texts),
                tokens: usage.tokens.map(|tokens| tokens as f64),
            }),
        })
    })
    .await
}

/// The embedder of a model for the job that embeds the workbook with it. A server is asked only
/// when the person saw its host.
pub(super) fn for_job(
    state: &AppState,
    model: &str,
    seen_host: Option<&str>,
    monitor: &dyn kindred_engine::monitor::Monitor,
) -> EngineResult<Shared> {
    match state.models.library.find(model)? {
        Model::Server(server) => {
            let host = api_model(&server)?.address.host();
            if seen_host != Some(host.as_str()) {
                return Err(EngineError::Invalid(sentence!(
                    "Nothing was sent: look at what would go to {host} first.",
                    host
                )));
            }
            state.models.server(&server)
        }
        model => state.models.local(&model, monitor),
    }
}

async fn change(
    app: AppHandle,
    change: impl FnOnce(&Models) -> EngineResult<()> + Send + 'static,
) -> Result<ModelList> {
    blocking(app, move |state| {
        change(&state.models)?;
        Ok(list(state)?)
    })
    .await
}

fn list(state: &AppState) -> EngineResult<ModelList> {
    let models = &state.models;
    let address = models.library.settings().address;
    let all = models.library.all();
    Ok(ModelList {
        models: all.iter().map(|model| info(state, model)).collect::<EngineResult<_>>()?,
        left_out: LEFT_OUT.iter().map(|&name| name.to_owned()).collect(),
        folder: models.library.folder().to_string_lossy().into_owned(),
        is_usual_address: address.is_none(),
        address: address.unwrap_or_else(|| USUAL_ADDRESS.to_owned()),
    })
}

fn info(state: &AppState, model: &Model) -> EngineResult<ModelInfo> {
    let library = &state.models.library;
    let key = library.key(model);
    let workbook = state.open_workbook();
    let embedded = match (&workbook, &key) {
        (Some(workbook), Some(key)) => Some(count(workbook.embedded_count_of(key)?)),
        (Some(_), None) => Some(0),
        (None, _) => None,
    };
    let is_current = workbook.is_some_and(|workbook| Some(workbook.model()) == key);
    let is_for_new_lists = key.is_some() && key == Some(for_new_lists(&state.models));
    let mut info = ModelInfo {
        id: model.id(),
        name: model.name(),
        kind: ModelKind::Bundled,
        group: None,
        language: crate::messages::ModelLanguage::Any,
        dim: Some(count(dim(model))),
        max_tokens: key.map(|key| key.max_length).filter(|&tokens| tokens < u32::MAX),
        download_bytes: None,
        licence: "MIT OR Apache-2.0".to_owned(),
        prefix: String::new(),
        mteb: None,
        source: "Kindred".to_owned(),
        host: None,
        price: None,
        key: None,
        status: library.status(model).into(),
        folder: None,
        speed: library.settings().speeds.get(&model.id()).copied(),
        embedded,
        is_current,
        is_for_new_lists,
    };
    match model {
        Model::Default => {
            info.language = crate::messages::ModelLanguage::English;
            info.licence = "Apache-2.0".to_owned();
            info.source = "sentence-transformers/all-MiniLM-L6-v2".to_owned();
            info.mteb = MTEB_OF_DEFAULT.map(Into::into);
            if let Some(reason) = state.models.problem() {
                info.status = crate::messages::ModelStatus::Broken { reason: reason.into() };
            }
        }
        Model::Instant => info.language = crate::messages::ModelLanguage::English,
        Model::Spelling => {}
        Model::Catalogue(model) => of_catalogue(&mut info, model, &library.folder_of(model)),
        Model::Own(model) => {
            info.kind = ModelKind::Own;
            info.licence = String::new();
            info.prefix.clone_from(&model.prefix);
            info.source = model.folder.to_string_lossy().into_owned();
            info.folder = Some(info.source.clone());
        }
        Model::Server(server) => {
            let host = api_model(server)?.address.host();
            info.kind = ModelKind::Api;
            info.licence = String::new();
            info.prefix.clone_from(&server.prefix);
            info.source.clone_from(&server.address);
            info.price = server.price.clone().map(Into::into);
            info.key = state.models.keys.state(&host);
            info.host = Some(host);
        }
    }
    Ok(info)
}

fn of_catalogue(info: &mut ModelInfo, model: &CatalogueModel, folder: &Path) {
    info.kind = ModelKind::Download;
    info.group = Some(model.group.into());
    info.language = model.language.into();
    info.max_tokens = Some(model.max_tokens);
    info.download_bytes = Some(f64::from(model.megabytes) * 1e6);
    info.licence = model.licence.to_owned();
    info.prefix = model.prefix.to_owned();
    info.mteb = model.mteb.map(Into::into);
    info.source = model.repository.to_owned();
    info.folder = Some(folder.to_string_lossy().into_owned());
}

/// 50 texts of the open workbook, evenly spaced, or else of the list that comes with Kindred.
fn own_texts(state: &AppState) -> Vec<String> {
    let items = state.open_workbook().map(|workbook| workbook.items());
    let texts: Vec<String> = match &items {
        Some(items) => {
            let step = items.len().div_ceil(SPEED_TEXTS).max(1);
            items.iter().step_by(step).map(|item| item.text.clone()).collect()
        }
        None => SAMPLES[1].contents.lines().skip(1).take(SPEED_TEXTS).map(str::to_owned).collect(),
    };
    texts
}

fn price_of_today(per_million: f32) -> kindred_engine::models::library::Price {
    let as_of = Day::from_unix_secs(now_secs()).to_string();
    kindred_engine::models::library::Price { per_million, as_of }
}

fn server(models: &Models, id: &str) -> EngineResult<Server> {
    match models.library.find(id)? {
        Model::Server(server) => Ok(server),
        _ => Err(EngineError::Invalid(sentence!("This model runs on this computer."))),
    }
}

fn host_of(models: &Models, id: &str) -> EngineResult<String> {
    Ok(api_model(&server(models, id)?)?.address.host())
}
