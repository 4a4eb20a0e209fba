//! The two ends of a transfer: how each engine lists its tables, writes rows as JSON and reads them back.
//! It knows the expressions for each kind of column. What travels when is left to `transfer`.

use std::path::Path;

use diesel::connection::{AnsiTransactionManager, DefaultLoadingMode, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, SqliteConnection};

use super::super::engine::Engine;
use super::super::postgres::Postgres;
use super::super::sqlite::Sqlite;
use super::{Column, Kind, PORTION, ROWS, Tables, TransferError, source_said};

/// What takes a portion of rows, each a JSON array.
pub type Sink<'s> = &'s mut dyn FnMut(&[String]) -> Result<(), TransferError>;

/// One end of a transfer: a connection inside one transaction.
pub trait Side: Connection<TransactionManager = AnsiTransactionManager> {
    /// Its engine.
    type Engine: Engine<Connection = Self>;

    /// Connects to an archive that is there already.
    fn existing(engine: &Self::Engine) -> ConnectionResult<Self>;

    /// Begins a transaction beside which nobody else writes, and in which a statement may take as long as it needs.
    fn begin_alone(&mut self) -> QueryResult<()>;

    /// The migrations that were run, in order.
    fn versions(&mut self) -> QueryResult<Vec<String>> {
        self.texts("SELECT version AS value FROM __diesel_schema_migrations ORDER BY version")
    }

    /// Every table with its columns.
    fn tables(&mut self) -> QueryResult<Tables>;

    /// Rows of a table.
    fn count(&mut self, table: &str) -> QueryResult<u64> {
        let counted = self.texts(&format!("SELECT CAST(count(*) AS text) AS value FROM {table}"))?;
        Ok(counted.first().and_then(|count| count.parse().ok()).unwrap_or_default())
    }

    /// Reads a table from beginning to end, a portion at a time.
    fn read(&mut self, table: &str, columns: &[Column], sink: Sink<'_>) -> Result<(), TransferError>;

    /// Writes rows, given as a JSON array of arrays; how many.
    fn write(&mut self, table: &str, columns: &[Column], rows: &str) -> QueryResult<usize>;

    /// Tables whose rows the database numbers, with the highest number it ever gave out.
    fn counters(&mut self) -> QueryResult<Vec<(String, i64)>>;

    /// Numbers go on after this one.
    fn count_on(&mut self, table: &str, number: i64) -> QueryResult<()>;

    /// The texts a query calls `value`.
    fn texts(&mut self, sql: &str) -> QueryResult<Vec<String>>;
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Side for SqliteConnection {
    type Engine = Sqlite;

    fn existing(engine: &Sqlite) -> ConnectionResult<Self> {
        if Path::new(&engine.path).is_file() {
            engine.writing()
        } else {
            Err(ConnectionError::BadConnection("there is no such file".to_owned()))
        }
    }

    fn begin_alone(&mut self) -> QueryResult<()> {
        self.batch_execute("PRAGMA busy_timeout = 10000")?;
        AnsiTransactionManager::begin_transaction_sql(self, "BEGIN IMMEDIATE")
    }

    fn tables(&mut self) -> QueryResult<Tables> {
        let columns = self.texts(
            "SELECT t.name || ' ' || c.name AS value FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' \
             AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY t.name, c.cid",
        )?;
        Ok(tables(&columns, |_| Kind::Unknown))
    }

    fn read(&mut self, table: &str, columns: &[Column], sink: Sink<'_>) -> Result<(), TransferError> {
        let values = listed(columns, |_, Column { name, kind }| match kind {
            Kind::Id | Kind::Bytes => format!("iif({name} IS NULL, NULL, lower(hex({name})))"),
            _ => name.clone(),
        });
        let rows = diesel::sql_query(format!("SELECT json_array({values}) AS value FROM {table}"));
        let rows = rows
            .load_iter::<Line, DefaultLoadingMode>(self)
            .map_err(|error| source_said(&error))?;
        let (mut portion, mut length) = (Vec::new(), 0);
        for row in rows {
            let row = row.map_err(|error| source_said(&error))?.value;
            length += row.len();
            portion.push(row);
            if length >= PORTION || portion.len() >= ROWS {
                sink(&portion)?;
                portion.clear();
                length = 0;
            }
        }
        if portion.is_empty() { Ok(()) } else { sink(&portion) }
    }

    fn write(&mut self, table: &str, columns: &[Column], rows: &str) -> QueryResult<usize> {
        let names = listed(columns, |_, column| column.name.clone());
        let values = listed(columns, |at, column| match column.kind {
            Kind::Id | Kind::Bytes => format!("unhex(json_extract(value, '$[{at}]'))"),
            _ => format!("json_extract(value, '$[{at}]')"),
        });
        diesel::sql_query(format!(
            "INSERT INTO {table} ({names}) SELECT {values} FROM json_each(?) WHERE true"
        ))
        .bind::<Text, _>(rows)
        .execute(self)
    }

    fn counters(&mut self) -> QueryResult<Vec<(String, i64)>> {
        // The table of numbers comes with the first table that needs one: an audit of its own has none.
        if self
            .texts("SELECT name AS value FROM sqlite_schema WHERE name = 'sqlite_sequence'")?
            .is_empty()
        {
            return Ok(Vec::new());
        }
        Ok(numbers(&self.texts("SELECT name || ' ' || seq AS value FROM sqlite_sequence")?))
    }

    fn count_on(&mut self, table: &str, number: i64) -> QueryResult<()> {
        self.batch_execute(&format!(
            "DELETE FROM sqlite_sequence WHERE name = '{table}'; INSERT INTO sqlite_sequence VALUES ('{table}', {number})"
        ))
    }

    fn texts(&mut self, sql: &str) -> QueryResult<Vec<String>> {
        let lines: Vec<Line> = diesel::sql_query(sql).load(self)?;
        Ok(lines.into_iter().map(|line| line.value).collect())
    }
}

impl Side for PgConnection {
    type Engine = Postgres;

    fn existing(engine: &Postgres) -> ConnectionResult<Self> {
        engine.writing()
    }

    fn begin_alone(&mut self) -> QueryResult<()> {
        let tables: Vec<String> = self.tables()?.into_keys().collect();
        // What is seen is what was there when the locks were got: no writer is under way then.
        AnsiTransactionManager::begin_transaction_sql(self, "BEGIN ISOLATION LEVEL REPEATABLE READ")?;
        self.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10s'; SET LOCAL datestyle = 'ISO'")?;
        if tables.is_empty() {
            return Ok(());
        }
        self.batch_execute(&format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", tables.join(", ")))
    }

    fn tables(&mut self) -> QueryResult<Tables> {
        // A partition is read and written through its table.
        let columns = self.texts(
            "SELECT c.relname || ' ' || a.attname || ' ' || format_type(a.atttypid, NULL) AS value FROM pg_class AS c \
             JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
             AND c.relname NOT LIKE '\\_\\_%' ORDER BY c.relname, a.attnum",
        )?;
        Ok(tables(&columns, |kind| match kind {
            "uuid" => Kind::Id,
            "timestamp with time zone" => Kind::Instant,
            "bytea" => Kind::Bytes,
            "date" => Kind::Day,
            "boolean" => Kind::Truth,
            other => Kind::Plain(other.to_owned()),
        }))
    }

    fn read(&mut self, table: &str, columns: &[Column], sink: Sink<'_>) -> Result<(), TransferError> {
        let values = listed(columns, |_, Column { name, kind }| match kind {
            Kind::Id => format!("replace({name}::text, '-', '')"),
            Kind::Instant => format!("(extract(epoch FROM {name}) * 1000000)::bigint"),
            Kind::Bytes => format!("encode({name}, 'hex')"),
            Kind::Day => format!("{name}::text"),
            Kind::Truth => format!("{name}::int"),
            Kind::Plain(_) | Kind::Unknown => name.clone(),
        });
        let cursor = format!("DECLARE moved NO SCROLL CURSOR FOR SELECT json_build_array({values})::text AS value FROM {table}");
        self.batch_execute(&cursor).map_err(|error| source_said(&error))?;
        // Few at first: nobody knows how long the rows are.
        let mut count = 8;
        loop {
            let rows = self
                .texts(&format!("FETCH {count} FROM moved"))
                .map_err(|error| source_said(&error))?;
            if rows.is_empty() {
                return self.batch_execute("CLOSE moved").map_err(|error| source_said(&error));
            }
            let length: usize = rows.iter().map(String::len).sum();
            count = (PORTION / (length / rows.len()).max(1)).clamp(1, ROWS);
            sink(&rows)?;
        }
    }

    fn write(&mut self, table: &str, columns: &[Column], rows: &str) -> QueryResult<usize> {
        let names = listed(columns, |_, column| column.name.clone());
        let values = listed(columns, |at, column| match &column.kind {
            Kind::Id => format!("(value ->> {at})::uuid"),
            Kind::Instant => format!("'epoch'::timestamptz + (value ->> {at})::bigint * interval '1 microsecond'"),
            Kind::Bytes => format!("decode(value ->> {at}, 'hex')"),
            Kind::Day => format!("(value ->> {at})::date"),
            Kind::Truth => format!("(value ->> {at})::int::boolean"),
            Kind::Plain(kind) => format!("(value ->> {at})::{kind}"),
            Kind::Unknown => format!("value ->> {at}"),
        });
        diesel::sql_query(format!(
            "INSERT INTO {table} ({names}) SELECT {values} FROM json_array_elements($1::json) AS rows (value)"
        ))
        .bind::<Text, _>(rows)
        .execute(self)
    }

    fn counters(&mut self) -> QueryResult<Vec<(String, i64)>> {
        let lines = self.texts(
            "SELECT c.relname || ' ' || coalesce(pg_sequence_last_value(pg_get_serial_sequence(c.oid::regclass::text, a.attname)::regclass), 0) \
             AS value FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attidentity <> '' AND NOT c.relispartition \
             WHERE c.relnamespace = current_schema()::regnamespace",
        )?;
        Ok(numbers(&lines))
    }

    fn count_on(&mut self, table: &str, number: i64) -> QueryResult<()> {
        self.batch_execute(&format!(
            "SELECT setval(pg_get_serial_sequence(attrelid::regclass::text, attname), {number}) FROM pg_attribute \
             WHERE attrelid = '{table}'::regclass AND attidentity <> ''"
        ))
    }

    fn texts(&mut self, sql: &str) -> QueryResult<Vec<String>> {
        let lines: Vec<Line> = diesel::sql_query(sql).load(self)?;
        Ok(lines.into_iter().map(|line| line.value).collect())
    }
}

/// Lines `table column kind` as tables.
fn tables(lines: &[String], kind: impl Fn(&str) -> Kind) -> Tables {
    let mut tables = Tables::new();
    for line in lines {
        let mut words = line.splitn(3, ' ');
        if let (Some(table), Some(name)) = (words.next(), words.next()) {
            let (name, kind) = (name.to_owned(), kind(words.next().unwrap_or_default()));
            tables.entry(table.to_owned()).or_default().push(Column { name, kind });
        }
    }
    tables
}

/// Lines `table number`; nothing for a table that has given out none.
fn numbers(lines: &[String]) -> Vec<(String, i64)> {
    lines
        .iter()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(table, number)| Some((table.to_owned(), number.parse().ok()?)))
        .filter(|(_, number)| *number > 0)
        .collect()
}

fn listed(columns: &[Column], each: impl Fn(usize, &Column) -> String) -> String {
    let all: Vec<String> = columns.iter().enumerate().map(|(at, column)| each(at, column)).collect();
    all.join(", ")
}
