//! The workbook's file: one SQLite database, one writer, a reader beside it.
//!
//! Each file in `store/` owns one table: its row type and its SQL. This file
//! owns the connections, what a file must be to be opened, and that nothing
//! half-done is ever left behind. It knows no rules about topics or edits.

pub(crate) mod answers;
mod backups;
pub(crate) mod columns;
mod day;
pub(crate) mod edits;
pub(crate) mod import_report;
pub(crate) mod items;
pub(crate) mod lock;
pub(crate) mod maps;
pub(crate) mod meta;
pub(crate) mod models;
pub(crate) mod placements;
pub(crate) mod topics;
pub(crate) mod vectors;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

pub use day::Day;

use crate::error::{Error, Result};
use crate::files;
use crate::monitor::Monitor;
use lock::{Lock, Taken};

/// "KNDR": tells a workbook from any other SQLite database.
const APPLICATION_ID: i32 = 0x4b4e_4452;

/// Every release's migration, oldest first. One that was released is never changed.
const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("store/migrations/0001_first.sql")).foreign_key_check(),
    M::up(include_str!("store/migrations/0002_sort_and_teach.sql")).foreign_key_check(),
    M::up(include_str!("store/migrations/0003_models.sql")).foreign_key_check(),
    M::up(include_str!("store/migrations/0004_maps.sql")).foreign_key_check(),
    M::up(include_str!("store/migrations/0005_columns_and_additions.sql")).foreign_key_check(),
];

/// The version of the workbooks that are made now.
pub const VERSION: usize = MIGRATIONS.len();

/// Five rows of a 384-dimensional model fill a page of 8 KiB to 97 %.
const PAGE_BYTES: u32 = 8192;

/// While a workbook is made.
const CACHE_OF_NEW_KIB: i64 = 128 << 10;

/// A mutex guards each connection here already.
const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX.union(OpenFlags::SQLITE_OPEN_URI);

/// How long a connection waits for another one to finish, before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// An open workbook file.
pub(crate) struct Store {
    path: PathBuf,
    // Fields are dropped in this order: the writer is the last connection, so
    // closing it folds the write-ahead log into the file, still under the lock.
    reader: Mutex<Connection>,
    writer: Option<Mutex<Connection>>,
    _lock: Option<Lock>,
}

impl Store {
    /// Makes the workbook file `path` with what `fill` puts into it, complete or not at all.
    ///
    /// # Errors
    /// `Unwritable` when there is a file of that name, or it cannot be made.
    pub(crate) fn create(
        path: &Path,
        fill: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<()> {
        if path.exists() {
            return Err(files::unwritable(path, &io::ErrorKind::AlreadyExists.into()));
        }
        files::replace_with(path, |temporary| {
            // Makes the file first, so that a refusal says why.
            File::create_new(temporary).map_err(|error| files::unwritable(path, &error))?;
            let make = || -> rusqlite::Result<()> {
                let mut connection = Connection::open(temporary)?;
                connection.pragma_update(None, "page_size", PAGE_BYTES)?;
                // Vectors are found by hash, which is no order: their index stays in memory.
                connection.pragma_update(None, "cache_size", -CACHE_OF_NEW_KIB)?;
                // Nobody sees the file before it is complete and on the disk.
                connection.pragma_update(None, "synchronous", "OFF")?;
                connection.pragma_update(None, "foreign_keys", true)?;
                migrate(&mut connection, MIGRATIONS)?;
                let transaction = connection.transaction()?;
                fill(&transaction)?;
                transaction.commit()?;
                connection.pragma_update(None, "application_id", APPLICATION_ID)?;
                connection.pragma_update(None, "journal_mode", "WAL")?;
                connection.close().map_err(|(_, error)| error)
            };
            make().map_err(Error::from)
        })
    }

    /// Opens the workbook file `path`: for changes if nobody else has it open
    /// and it is not write-protected, else to look at. Before a migration, and
    /// on the first opening of a day, a backup is made.
    pub(crate) fn open(path: &Path, today: Day) -> Result<Self> {
        Self::open_with(path, Some(today))
    }

    fn open_with(path: &Path, today: Option<Day>) -> Result<Self> {
        check_header(path)?;
        let lock = match if is_write_protected(path) { Taken::Elsewhere } else { Lock::take(path) }
        {
            Taken::Here(lock) => Some(lock),
            Taken::Elsewhere => None,
        };
        let writer = match &lock {
            Some(_) => Some(open_for_changes(path, today).map_err(|error| at(path, error))?),
            None => None,
        };
        let reader = open_to_look(path).map_err(|error| at(path, error))?;
        Ok(Self {
            path: path.to_path_buf(),
            reader: Mutex::new(reader),
            writer: writer.map(Mutex::new),
            _lock: lock,
        })
    }

    /// Opens the file that was made a moment ago, which needs no backup.
    pub(crate) fn open_new(path: &Path) -> Result<Self> {
        Self::open_with(path, None)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn is_read_only(&self) -> bool {
        self.writer.is_none()
    }

    /// Asks the database, in one moment's state of it.
    pub(crate) fn read<T>(
        &self,
        ask: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let mut connection = locked(&self.reader);
        let ask = || -> rusqlite::Result<T> {
            let transaction = connection.transaction()?;
            ask(&transaction)
        };
        ask().map_err(|error| at(&self.path, error.into()))
    }

    /// Changes the database: all that `change` does, or nothing when it fails.
    /// When this returns `Ok`, the change is on the disk.
    pub(crate) fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let mut connection = locked(self.writer.as_ref().ok_or(Error::ReadOnly)?);
        let change = || -> rusqlite::Result<T> {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let changed = change(&transaction)?;
            transaction.commit()?;
            Ok(changed)
        };
        change().map_err(|error| at(&self.path, error.into()))
    }

    /// Copies the file as it is now to `path`, in place of what is there.
    ///
    /// # Errors
    /// `Invalid` for its own path; `Unwritable` when another window has that workbook open, or
    /// nothing can be written there; `DiskFull`.
    pub(crate) fn save_copy(&self, path: &Path) -> Result<()> {
        if is_same_file(&self.path, path) {
            return Err(Error::Invalid(sentence!(
                "A copy needs a name or a place of its own. Choose another one."
            )));
        }
        let in_the_way = path.exists().then(|| Lock::take(path));
        if let Some(Taken::Elsewhere) = in_the_way {
            return Err(Error::Unwritable {
                path: path.to_path_buf(),
                reason: sentence!("this workbook is open in another window"),
            });
        }
        files::replace_with(path, |temporary| {
            // With a connection of its own, because it takes as long as the file is large.
            let connection = open_to_look(&self.path).map_err(|error| at(&self.path, error))?;
            // So that a refusal says why; SQLite takes an empty file for none.
            File::create_new(temporary).map_err(|error| files::unwritable(path, &error))?;
            connection
                .execute("VACUUM INTO ?1", [temporary.to_string_lossy()])
                .map_err(|error| at(&self.path, error.into()))?;
            // What was not yet folded into the old file would be taken for part of the new one.
            files::remove_if_there(&files::beside(path, "-wal"))?;
            files::remove_if_there(&files::beside(path, "-shm"))
        })
    }

    /// Reads the whole file to see whether it holds together.
    ///
    /// # Errors
    /// `Damaged` when it does not.
    pub(crate) fn quick_check(&self) -> Result<()> {
        // With a connection of its own, because it takes as long as the file is large.
        let check = |connection: Connection| -> rusqlite::Result<()> {
            let verdict: String =
                connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if verdict == "ok" { Ok(()) } else { Err(damage(verdict)) }
        };
        open_to_look(&self.path)
            .and_then(|connection| Ok(check(connection)?))
            .map_err(|error| at(&self.path, error))
    }
}

/// A failure of the database to hold what it must, said as SQLite would.
pub(crate) fn damage(what: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
        Some(what),
    )
}

/// For long changes: an interruption, as SQLite would say it, once the person asked to stop.
pub(crate) fn check(monitor: &dyn Monitor) -> rusqlite::Result<()> {
    if monitor.is_cancelled() {
        let interrupted = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT);
        return Err(rusqlite::Error::SqliteFailure(interrupted, None));
    }
    Ok(())
}

fn locked(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    // A panic inside a transaction rolled it back: the connection is sound.
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds the path to an error that speaks of the file itself.
fn at(path: &Path, error: Error) -> Error {
    let path = path.to_path_buf();
    match error {
        Error::Storage(source) => match (source.sqlite_error_code(), &source) {
            (Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase), _)
            // The schema or a cell is not what was written there.
            | (_, rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::QueryReturnedNoRows
                | rusqlite::Error::Utf8Error(..)
                | rusqlite::Error::SqlInputError { .. }) => Error::Damaged { path, source },
            (Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied), _) => {
                Error::Unreadable { path, reason: sentence!("access was denied") }
            }
            _ => Error::Storage(source),
        },
        other => other,
    }
}

/// Refuses what is no SQLite database, before SQLite takes an empty file for one.
fn check_header(path: &Path) -> Result<()> {
    let mut header = [0; 16];
    let metadata = std::fs::metadata(path).map_err(|error| files::unreadable(path, &error))?;
    if metadata.is_dir() {
        return Err(files::unreadable(path, &io::ErrorKind::IsADirectory.into()));
    }
    if !metadata.is_file() {
        return Err(Error::NotAWorkbook { path: path.to_path_buf() });
    }
    let mut file = File::open(path).map_err(|error| files::unreadable(path, &error))?;
    match file.read_exact(&mut header) {
        Ok(()) if &header == b"SQLite format 3\0" => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            Err(files::unreadable(path, &error))
        }
        _ => Err(Error::NotAWorkbook { path: path.to_path_buf() }),
    }
}

/// Whether both paths lead to one file that is there.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other || lock::is_one_file(&one, &other),
        _ => false,
    }
}

fn is_write_protected(path: &Path) -> bool {
    File::options().read(true).write(true).open(path).is_err()
}

fn open_for_changes(path: &Path, today: Option<Day>) -> Result<Connection> {
    let mut connection =
        Connection::open_with_flags(uri(path, ""), FLAGS | OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    bring_up_to_date(&mut connection, path, today, MIGRATIONS)?;
    Ok(connection)
}

fn open_to_look(path: &Path) -> Result<Connection> {
    let flags = FLAGS | OpenFlags::SQLITE_OPEN_READ_ONLY;
    let look = |parameters| -> Result<Connection> {
        let connection = Connection::open_with_flags(uri(path, parameters), flags)?;
        prepare(&connection)?;
        match version(path, &connection, MIGRATIONS.len())? {
            Version::Current => Ok(connection),
            // Bringing it up to date is a change.
            Version::Older(_) => Err(Error::ReadOnly),
        }
    };
    match look("") {
        // On a write-protected disk there is no place for what readers share,
        // and no need for it: nobody can change the file.
        Err(Error::Storage(error))
            if error.sqlite_error_code() == Some(ErrorCode::CannotOpen)
                && !files::beside(path, "-wal").exists() =>
        {
            look("?immutable=1")
        }
        other => other,
    }
}

/// `path` as a URI for SQLite, which reads `%`, `?` and `#` as its own.
fn uri(path: &Path, parameters: &str) -> String {
    let text = path.to_string_lossy();
    let absolute =
        if cfg!(windows) { format!("/{}", text.replace('\\', "/")) } else { text.into_owned() };
    format!(
        "file:{}{parameters}",
        absolute.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
    )
}

/// What every connection must know.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // A workbook may come from anywhere: nothing in its schema is trusted, and
    // broken cells are noticed.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Makes the backups that are due and runs the migrations that are missing.
fn bring_up_to_date(
    connection: &mut Connection,
    path: &Path,
    today: Option<Day>,
    migrations: &[M<'_>],
) -> Result<()> {
    match (version(path, connection, migrations.len())?, today) {
        (Version::Current, None) => Ok(()),
        (Version::Current, Some(today)) => backups::make_daily(connection, path, today),
        (Version::Older(number), today) => {
            if let Some(today) = today {
                backups::make_before_migration(connection, path, today, number)?;
            }
            Ok(migrate(connection, migrations)?)
        }
    }
}

enum Version {
    Current,
    Older(usize),
}

/// Which release wrote the file; the newest one known has the number `newest`.
fn version(path: &Path, connection: &Connection, newest: usize) -> Result<Version> {
    let path = || path.to_path_buf();
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match usize::try_from(version) {
        Ok(version) if id == APPLICATION_ID && version > 0 => match version.cmp(&newest) {
            std::cmp::Ordering::Less => Ok(Version::Older(version)),
            std::cmp::Ordering::Equal => Ok(Version::Current),
            std::cmp::Ordering::Greater => Err(Error::NewerWorkbook { path: path() }),
        },
        _ => Err(Error::NotAWorkbook { path: path() }),
    }
}

/// Brings the schema up to date, in one transaction per step.
fn migrate(connection: &mut Connection, migrations: &[M<'_>]) -> rusqlite::Result<()> {
    Migrations::from_slice(migrations).to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err,
        other => damage(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_run_from_nothing_to_the_newest() {
        Migrations::from_slice(MIGRATIONS).validate().expect("an empty file becomes a workbook");
    }

    #[test]
    fn an_older_workbook_is_backed_up_and_then_migrated_or_left_as_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("words.kindred");
        let meta = meta::Meta {
            name: "words".to_owned(),
            source_name: String::new(),
            seed: 1,
            created_at_secs: 0,
            view: String::new(),
            is_paused: false,
            model: None,
            next_model: None,
        };
        Store::create(&path, |transaction| meta::insert(transaction, &meta)).expect("made");
        let mut connection = Connection::open(&path).expect("opened");
        let today = Day::from_unix_secs(0);
        let backup =
            folder.path().join(format!("backups/words 1970-01-01 version {VERSION}.kindred"));
        let next = |sql| [MIGRATIONS, &[M::up(sql)]].concat();

        let broken = next("CREATE TABLE moods (id INTEGER PRIMARY KEY); DROP TABLE no_such_table;");
        let failed = bring_up_to_date(&mut connection, &path, Some(today), &broken);
        assert!(failed.is_err(), "a migration that cannot be done is told");
        let unchanged = version(&path, &connection, VERSION).expect("it is a workbook");
        assert!(matches!(unchanged, Version::Current), "and leaves the file at the version it was");
        assert!(
            !connection.table_exists(None, "moods").expect("asked"),
            "with nothing half-done in it"
        );
        assert!(backup.exists(), "the backup was made before anything was tried");

        let sound = next("CREATE TABLE moods (id INTEGER PRIMARY KEY);");
        bring_up_to_date(&mut connection, &path, Some(today), &sound).expect("migrated");
        assert!(connection.table_exists(None, "moods").expect("asked"), "the new schema is there");
        assert_eq!(meta::get(&connection).expect("kept"), meta, "with what was in the old one");
        let newer =
            version(&path, &connection, VERSION).err().expect("an older Kindred refuses it");
        assert!(matches!(newer, Error::NewerWorkbook { .. }), "and says why: {newer}");
        Store::open(&backup, today).expect("the backup is a workbook of the old version");
    }

    #[test]
    fn a_path_survives_becoming_a_uri() {
        for (path, wanted) in [
            ("/a/words.kindred", "file:/a/words.kindred"),
            ("/100 %/what? #1.kindred", "file:/100 %25/what%3f %231.kindred"),
        ] {
            assert_eq!(uri(Path::new(path), ""), wanted, "{path} must reach SQLite as it is");
        }
    }
}
