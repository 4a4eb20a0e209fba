//! The plans of the archive's statements: the stories are played while every statement is written down, and each is then explained on both
//! engines. No statement reads a large table from one end to the other, on PostgreSQL one that names a citizen stays in one partition, and on
//! SQLite nothing is looked for among all of a citizen's messages once for each of them.
#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support {
    #![allow(dead_code, reason = "each test binary uses its own part of the support")]
    pub mod database;
    pub mod difference;
    pub mod replay;
    pub mod scenario;
    pub mod server;
    pub mod stage;
}

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use support::database::{Database, Kind, Plain};
use support::{replay, scenario};

/// Tables that grow with citizens, messages or calls, and the other names queries have for them.
const LARGE: [&str; 25] = [
    "citizen",
    "relation",
    "thread",
    "message",
    "answers",
    "message_content",
    "document",
    "document_name",
    "document_content",
    "reading",
    "views",
    "__unread",
    "rectification",
    "removals",
    "delivery",
    "delivery_outcome",
    "delivery_attempt",
    "queue_event",
    "earlier",
    "audit_record",
    "audit_citizen",
    "answered_request",
    "purged_thread",
    "purged_document",
    "archive_release",
];

/// Every statement of every connection of this process.
static HEARD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// How a reader of PostgreSQL sets its connection.
static READER: Mutex<String> = Mutex::new(String::new());

struct Ear;

impl Instrumentation for Ear {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let statement = text.split(" -- binds:").next().unwrap();
            // What the tests ask themselves calls its answer `value`.
            // Rows that are handed over are not looked for.
            // The first of them: later ones may be the tests' own.
            let mut reader = READER.lock().unwrap();
            if reader.is_empty() && statement.contains("SET plan_cache_mode") {
                statement.clone_into(&mut reader);
            }
            let looks = ["SELECT", "UPDATE", "DELETE"].iter().any(|verb| statement.starts_with(verb));
            let ours = looks && !statement.contains(" AS value") && !statement.contains("unnest(");
            if ours && !statement.contains("__diesel") {
                HEARD.lock().unwrap().insert(statement.to_owned());
            }
        }
    }
}

/// Plays the stories on an engine: the statements that were heard, known by the quotes of its dialect; what the stage itself says has none.
fn statements(kind: Kind) -> Vec<String> {
    set_default_instrumentation(|| Some(Box::new(Ear))).unwrap();
    replay::play(kind, &scenario::all());
    let heard = HEARD.lock().unwrap();
    let found: Vec<String> = heard
        .iter()
        .filter(|statement| statement.contains(if kind == Kind::Sqlite { '`' } else { '"' }))
        .cloned()
        .collect();
    assert!(found.len() > 40, "only {} statements were heard on {kind:?}", found.len());
    found
}

#[test]
fn no_statement_scans_a_large_table_on_sqlite() {
    let database = Database::demo(Kind::Sqlite);
    let Plain::Sqlite(mut connection) = database.connection() else {
        panic!()
    };
    let mut scans = Vec::new();
    for statement in statements(Kind::Sqlite) {
        for (at, step) in explained_on_sqlite(&mut connection, &statement).into_iter().enumerate() {
            let words: Vec<&str> = step.split(' ').collect();
            let scans_all = words[0] == "SCAN" && LARGE.contains(&words[1]);
            // What is asked again for each row is not looked for among all there is of the citizen: a page would cost the square of it.
            // The list of the unread, where only that is wanted; the other pages are not joined with it at all.
            let is_listed = statement.contains("`__unread`.`recipient` = ?");
            if at == 0 && is_listed != step.starts_with("SEARCH __unread USING PRIMARY KEY (recipient=?")
                || at > 0 && words[1] == "__unread"
            {
                scans.push(format!("{step}: {statement}"));
            }
            let again = at > 0 && words[1] != "relation" && LARGE.contains(&words[1]) && step.contains("(citizen=?)");
            if scans_all || again {
                scans.push(format!("{step}: {statement}"));
            }
        }
    }
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}

#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

fn explained_on_sqlite(connection: &mut diesel::SqliteConnection, statement: &str) -> Vec<String> {
    use diesel::RunQueryDsl as _;
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
        .load(connection)
        .unwrap_or_else(|error| panic!("{error}: {statement}"));
    steps.into_iter().map(|step| step.detail).collect()
}

/// A plan as it runs: the lines of `EXPLAIN`, without what is never executed.
struct Plan {
    statement: String,
    lines: Vec<String>,
}

impl Plan {
    /// Tables, or their partitions, that are read from one end to the other, by an index or without.
    fn scanned(&self) -> BTreeSet<String> {
        let nexts = self.lines.iter().skip(1).map(String::as_str).chain([""]);
        self.lines
            .iter()
            .zip(nexts)
            .filter(|(line, next)| line.contains("Seq Scan on ") || line.contains("Index ") && !next.contains("Index Cond: "))
            .filter_map(|(line, _)| line.split_once(" on ").map(|(_, rest)| table(rest)))
            .filter(|table| LARGE.contains(&without_number(table)))
            .collect()
    }

    /// Partitions that are touched.
    fn partitions(&self) -> BTreeSet<String> {
        self.lines
            .iter()
            .filter_map(|line| line.split_once(" on ").map(|(_, rest)| table(rest)))
            .filter_map(|table| table.strip_prefix(without_number(&table)).map(str::to_owned))
            .filter(|number| !number.is_empty())
            .collect()
    }
}

/// `message_3 message` is `message_3`; an index is known by the table after it.
fn table(rest: &str) -> String {
    rest.split([' ', '(']).next().unwrap().to_owned()
}

fn without_number(table: &str) -> &str {
    match table.rsplit_once('_') {
        Some((name, number)) if number.parse::<u8>().is_ok() => name,
        _ => table,
    }
}

const MANY_ROWS: &str = include_str!("support/many_rows.sql");

/// A PostgreSQL with many rows in every table, and the statements explained on it: as they are for a writer, as readers plan, once for all
/// values, and as readers behind a pooler do, for each.
fn explained_on_postgres(many_rows: &str, wanted: fn(&str) -> bool) -> Vec<Plan> {
    static STATEMENTS: LazyLock<Vec<String>> = LazyLock::new(|| statements(Kind::Postgres));
    let database = Database::demo(Kind::Postgres);
    let mut connection = database.connection();
    connection.execute(many_rows).unwrap();
    let citizen = connection
        .texts("SELECT citizen::text AS value FROM message ORDER BY id LIMIT 1 OFFSET 100")
        .remove(0);
    let (mut plans, mut refused) = (Vec::new(), Vec::new());
    let statements = &*STATEMENTS;
    let reader = READER.lock().unwrap().clone();
    assert!(!reader.is_empty(), "no reader set its connection");
    let pooled = format!("{reader} SET plan_cache_mode = force_custom_plan; SET join_collapse_limit = 1");
    // What a reader's plan costs is no reason to compile it; only an EXPLAIN with costs tells whether it was.
    connection.execute("SET jit_above_cost = 0; SET jit = off").unwrap();
    for (settings, is_writer) in [
        ("SET plan_cache_mode = force_custom_plan", true),
        (&format!("SET jit = on; {reader}"), false),
        (&format!("SET jit = on; {pooled}"), false),
    ] {
        connection.execute(settings).unwrap();
        for statement in statements.iter().filter(|statement| wanted(statement)) {
            let reads = statement.starts_with("SELECT");
            let locks = statement.contains(" FOR ") || statement.contains("pg_advisory");
            // Readers have nothing but questions; lists and pages are asked by them alone.
            let passed_over = if is_writer {
                is_list(statement) || is_page(statement)
            } else {
                !reads || locks
            };
            if passed_over {
                continue;
            }
            if let Err(error) = connection.execute(&format!("PREPARE statement AS {statement}")) {
                refused.push(format!("{error}: {statement}"));
                continue;
            }
            let types =
                connection.texts("SELECT unnest(parameter_types)::text AS value FROM pg_prepared_statements WHERE name = 'statement'");
            let values: Vec<String> = types.iter().map(|kind| value(kind, &citizen)).collect();
            let values = if values.is_empty() {
                String::new()
            } else {
                format!("({})", values.join(", "))
            };
            let analyze = if reads && !locks {
                "ANALYZE, TIMING OFF, SUMMARY OFF, "
            } else {
                ""
            };
            let lines = connection.plan(&format!("EXPLAIN ({analyze}COSTS) EXECUTE statement{values}"));
            plans.push(Plan {
                statement: statement.clone(),
                lines: lines.into_iter().filter(|line| !line.contains("never executed")).collect(),
            });
            connection.execute("DEALLOCATE statement").unwrap();
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    let compiled = plans.iter().find(|plan| plan.lines.iter().any(|line| line.starts_with("JIT:")));
    assert!(compiled.is_none(), "compiled: {}", compiled.unwrap().statement);
    plans
}

/// Inboxes and a company's replies: what is sent to somebody, whoever the citizens are.
fn is_list(statement: &str) -> bool {
    let to = ["\"message\".\"recipient\" = $", "\"message\".\"to_company_cvr\" = $"];
    !names_a_citizen(statement) && to.iter().any(|condition| statement.contains(condition))
}

/// A page of a citizen's messages, without a filter.
fn is_page(statement: &str) -> bool {
    let conditions = ["\"citizen\" = $7)", "\"removals\".\"message\" = \"message\".\"id\")))))"];
    let page = |condition: &str| format!("{condition} ORDER BY \"message\".\"id\" DESC LIMIT $8");
    conditions.iter().any(|condition| statement.ends_with(&page(condition)))
}

/// One citizen, that is: what a commit asks about all of its calls names several.
fn names_a_citizen(statement: &str) -> bool {
    statement.contains("\"citizen\" = $")
}

/// A value for a parameter of a statement; each identifier is the citizen's.
fn value(kind: &str, citizen: &str) -> String {
    if let Some(kind) = kind.strip_suffix("[]") {
        return format!("ARRAY[{}]::{kind}[]", value(kind, citizen));
    }
    let value = match kind {
        "uuid" => citizen,
        "text" | "character varying" => "8/90101",
        "boolean" => "false",
        "bytea" => "\\x00",
        "timestamp with time zone" | "date" => "2026-05-04",
        _ => "7", // `PAGE`
    };
    format!("'{value}'::{kind}")
}

#[test]
fn no_statement_scans_a_large_table_on_postgres() {
    if support::database::postgres_is_missing() {
        return;
    }
    let plans = explained_on_postgres(MANY_ROWS, |_| true);
    let scans: Vec<String> = plans
        .iter()
        .filter(|plan| !plan.scanned().is_empty())
        .map(|plan| format!("{:?}: {}\n{}", plan.scanned(), plan.statement, plan.lines.join("\n")))
        .collect();
    assert!(scans.is_empty(), "{}", scans.join("\n"));

    // What is said of one citizen is found in one partition.
    let mut in_one = 0;
    let mut wide = Vec::new();
    for plan in &plans {
        match plan.partitions().len() {
            0 => {}
            1 => in_one += 1,
            _ if !names_a_citizen(&plan.statement) => {}
            _ => wide.push(format!("{:?}: {}\n{}", plan.partitions(), plan.statement, plan.lines.join("\n"))),
        }
    }
    assert!(wide.is_empty(), "{}", wide.join("\n"));
    assert!(in_one > 10, "only {in_one} plans were seen to stay in one partition");
}

/// Where nearly all messages are to citizens, the tables' statistics know no other recipient, and a plan for any recipient expects them all.
#[test]
fn an_authority_finds_its_messages_among_those_to_citizens_on_postgres() {
    if support::database::postgres_is_missing() {
        return;
    }
    let to_any = "'8/' || (90000 + (hashtext(citizen.key::text || n) & 255))";
    assert!(MANY_ROWS.contains(to_any));
    let plans = explained_on_postgres(&MANY_ROWS.replace(to_any, "'citizen'"), is_list);
    assert!(plans.len() > 2, "only {} lists were explained", plans.len());
    for plan in plans {
        assert!(
            plan.scanned().is_empty(),
            "{:?}: {}\n{}",
            plan.scanned(),
            plan.statement,
            plan.lines.join("\n")
        );
    }
}

/// An inbox of which only the unread is wanted costs what is unread, and one since an instant what came since: not what was ever sent. What
/// wants neither is not joined with the list of the unread.
#[test]
fn an_inbox_reads_no_more_than_it_holds_on_postgres() {
    if support::database::postgres_is_missing() {
        return;
    }
    let (to_any, most) = ("'8/' || (90000 + (hashtext(citizen.key::text || n) & 255))", "WHERE n % 4 <> 0");
    assert!(MANY_ROWS.contains(to_any) && MANY_ROWS.contains(most));
    let all_read = MANY_ROWS
        .replace(to_any, "'8/90101'")
        .replace(most, "WHERE n > 1 OR hashtext(id::text) % 100 <> 0");
    let plans = explained_on_postgres(&all_read, |statement| is_list(statement) || is_page(statement));
    let (mut unread, mut since) = (0, 0);
    for plan in plans {
        let told = format!("{}\n{}", plan.statement, plan.lines.join("\n"));
        let is_unread = plan.statement.contains("\"__unread\".\"recipient\" = $");
        assert_eq!(is_unread, told.contains(" on __unread"), "{told}");
        if is_unread {
            unread += 1;
            let rows = plan.lines.iter().filter_map(|line| rows(line)).max().unwrap();
            assert!(rows <= 100, "{rows}: {told}");
        } else if plan.statement.contains("\"message\".\"id\" >= $") {
            since += 1;
            assert!(
                plan.lines
                    .iter()
                    .any(|line| line.contains("Index Cond: ") && line.contains("(id >= ")),
                "{told}"
            );
        }
    }
    assert!(
        unread >= 2 && since >= 2,
        "{unread} inboxes of the unread, {since} lists since an instant"
    );
}

/// A page costs what it holds: with two thousand messages of each citizen, nothing that belongs to them is read for those beyond the page.
#[test]
fn a_page_reads_no_more_than_it_holds_on_postgres() {
    if support::database::postgres_is_missing() {
        return;
    }
    let (citizens, messages) = ("generate_series(1, 2000) i", "generate_series(1, 20) n");
    assert!(MANY_ROWS.contains(citizens) && MANY_ROWS.contains(messages));
    let few_with_many = MANY_ROWS
        .replace(citizens, "generate_series(1, 20) i")
        .replace(messages, "generate_series(1, 2000) n");
    let plans = explained_on_postgres(&few_with_many, is_page);
    assert!(plans.len() > 2, "only {} pages were explained", plans.len());
    for plan in plans {
        let most = plan.lines.iter().filter_map(|line| rows(line)).max().unwrap();
        // A rectified message is read and passed over; a third of them is, and many may follow one another.
        assert!(most <= 20 * PAGE, "{most}: {}\n{}", plan.statement, plan.lines.join("\n"));
    }
}

/// How many rows `value` asks for.
const PAGE: u64 = 7;

/// The rows of a step of a plan, of all its loops together.
fn rows(line: &str) -> Option<u64> {
    let (rows, rest) = line.split_once("(actual rows=")?.1.split_once(" loops=")?;
    let loops = rest.split_once(')')?.0;
    Some(rows.parse::<u64>().ok()? * loops.parse::<u64>().ok()?)
}
