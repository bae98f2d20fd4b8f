//! Statements for both databases.
//!
//! A statement is written once, in what SQLite and PostgreSQL share, with `?1`, `?2` … for what is
//! bound. Numbers have 64 bits (with a fraction: DOUBLE PRECISION), truth is 0 or 1, and everything else is text, so that a row means the
//! same on both. Where the two differ there is a function for it, not a second text.

use std::marker::PhantomData;
use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, ColumnIndex, Decode, Row as _, SqlSafeStr, SqlStr, Type};

mod pool;

pub(super) use pool::{Connection, On, Pool};

/// A statement with `?1`, `?2` … for what is bound.
pub(super) fn query(sql: impl SqlSafeStr) -> Query {
    Query {
        sql: sql.into_sql_str(),
        values: Vec::new(),
    }
}

/// The same, of which the first column is asked for.
pub(super) fn query_scalar<T>(sql: impl SqlSafeStr) -> Scalar<T> {
    Scalar {
        query: query(sql),
        of: PhantomData,
    }
}

/// A statement and what is bound to it.
pub(super) struct Query {
    sql: SqlStr,
    values: Vec<Value>,
}

/// A statement of which the first column is asked for.
pub(super) struct Scalar<T> {
    query: Query,
    of: PhantomData<fn() -> T>,
}

/// Something bound. NULL has a type as well: PostgreSQL asks for it.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(Option<i64>),
    Real(Option<f64>),
    Text(Option<Arc<str>>),
}

/// What can be bound.
pub(super) trait Bind {
    const NULL: Value;

    fn value(self) -> Value;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Bind for $number {
            const NULL: Value = Value::Number(None);

            fn value(self) -> Value {
                Value::Number(Some(i64::from(self)))
            }
        }
    )*};
}

numbers!(bool, u8, u16, u32, i64);

impl Bind for f64 {
    const NULL: Value = Value::Real(None);

    fn value(self) -> Value {
        Value::Real(Some(self))
    }
}

impl Bind for &str {
    const NULL: Value = Value::Text(None);

    fn value(self) -> Value {
        Value::Text(Some(self.into()))
    }
}

impl Bind for String {
    const NULL: Value = Value::Text(None);

    fn value(self) -> Value {
        Value::Text(Some(self.into()))
    }
}

/// What is kept elsewhere is not copied.
impl Bind for Arc<str> {
    const NULL: Value = Value::Text(None);

    fn value(self) -> Value {
        Value::Text(Some(self))
    }
}

impl<T: Bind + Clone> Bind for &T {
    const NULL: Value = T::NULL;

    fn value(self) -> Value {
        self.clone().value()
    }
}

impl<T: Bind> Bind for Option<T> {
    const NULL: Value = T::NULL;

    fn value(self) -> Value {
        self.map_or(T::NULL, Bind::value)
    }
}

/// What can be read from a row.
pub(super) trait Get<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

impl<'r, T> Get<'r> for T where
    T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

/// A row of either.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// A column, by its place or name.
    pub(super) fn try_get<'r, T, I>(&'r self, column: I) -> Result<T, sqlx::Error>
    where
        T: Get<'r>,
        I: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        match self {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
    }
}

/// What a statement did.
pub(super) struct Done(u64);

impl Done {
    pub(super) fn rows_affected(&self) -> u64 {
        self.0
    }
}

impl Query {
    pub(super) fn bind(mut self, value: impl Bind) -> Query {
        self.values.push(value.value());
        self
    }

    pub(super) async fn execute<'c>(self, on: impl Into<On<'c>>) -> Result<Done, sqlx::Error> {
        let mut held = None;
        let db = on.into().connection(&mut held).await?;
        db.execute(self).await
    }

    pub(super) async fn fetch_all<'c>(
        self,
        on: impl Into<On<'c>>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let mut held = None;
        let db = on.into().connection(&mut held).await?;
        db.fetch_all(self).await
    }

    pub(super) async fn fetch_optional<'c>(
        self,
        on: impl Into<On<'c>>,
    ) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.fetch_all(on).await?.into_iter().next())
    }

    pub(super) async fn fetch_one<'c>(self, on: impl Into<On<'c>>) -> Result<Row, sqlx::Error> {
        let row = self.fetch_optional(on).await?;
        row.ok_or(sqlx::Error::RowNotFound)
    }

    fn on_sqlite(
        self,
    ) -> Result<sqlx::query::Query<'static, Sqlite, SqliteArguments>, sqlx::Error> {
        let mut bound = SqliteArguments::default();
        for value in self.values {
            let added = match value {
                Value::Number(number) => Arguments::add(&mut bound, number),
                Value::Real(number) => Arguments::add(&mut bound, number),
                Value::Text(Some(text)) => Arguments::add(&mut bound, text),
                Value::Text(None) => Arguments::add(&mut bound, None::<String>),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        Ok(sqlx::query_with(self.sql, bound))
    }

    fn on_postgres(
        self,
    ) -> Result<sqlx::query::Query<'static, Postgres, PgArguments>, sqlx::Error> {
        let mut bound = PgArguments::default();
        for value in self.values {
            let added = match value {
                Value::Number(number) => Arguments::add(&mut bound, number),
                Value::Real(number) => Arguments::add(&mut bound, number),
                // The one character that PostgreSQL does not keep: better another than no record.
                Value::Text(Some(text)) if text.contains('\0') => {
                    Arguments::add(&mut bound, text.replace('\0', "\u{fffd}"))
                }
                Value::Text(text) => Arguments::add(&mut bound, text.as_deref()),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        let sql = AssertSqlSafe(dollars(self.sql.as_str()));
        Ok(sqlx::query_with(sql, bound))
    }
}

impl<T: for<'r> Get<'r>> Scalar<T> {
    pub(super) fn bind(mut self, value: impl Bind) -> Scalar<T> {
        self.query = self.query.bind(value);
        self
    }

    pub(super) async fn fetch_all<'c>(self, on: impl Into<On<'c>>) -> Result<Vec<T>, sqlx::Error> {
        let rows = self.query.fetch_all(on).await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    }

    pub(super) async fn fetch_optional<'c>(
        self,
        on: impl Into<On<'c>>,
    ) -> Result<Option<T>, sqlx::Error> {
        let row = self.query.fetch_optional(on).await?;
        row.map(|row| row.try_get(0)).transpose()
    }

    pub(super) async fn fetch_one<'c>(self, on: impl Into<On<'c>>) -> Result<T, sqlx::Error> {
        self.query.fetch_one(on).await?.try_get(0)
    }
}

/// A statement that is put together as it is asked for.
pub(super) struct QueryBuilder {
    sql: String,
    values: Vec<Value>,
}

impl QueryBuilder {
    pub(super) fn new(sql: &'static str) -> QueryBuilder {
        QueryBuilder {
            sql: sql.to_owned(),
            values: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, sql: &'static str) -> &mut QueryBuilder {
        self.sql.push_str(sql);
        self
    }

    pub(super) fn push_bind(&mut self, value: impl Bind) -> &mut QueryBuilder {
        self.values.push(value.value());
        self.sql.push('?');
        self.sql.push_str(&self.values.len().to_string());
        self
    }

    pub(super) fn build(self) -> Query {
        Query {
            sql: AssertSqlSafe(self.sql).into_sql_str(),
            values: self.values,
        }
    }
}

/// `$1` for `?1`. One without a number has the next one, as in SQLite.
fn dollars(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let (mut quoted, mut next) = (false, 0);
    let mut letters = sql.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '?' if !quoted => {
                out.push('$');
                if !letters.peek().is_some_and(char::is_ascii_digit) {
                    next += 1;
                    out.push_str(&next.to_string());
                }
            }
            c => {
                quoted ^= c == '\'';
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bound_has_the_name_that_each_database_wants() {
        let sql = "SELECT '?1' FROM t WHERE a = ?2 AND b = ?10";
        assert_eq!(dollars(sql), "SELECT '?1' FROM t WHERE a = $2 AND b = $10");
        assert_eq!(dollars("VALUES (?,?),(?,?)"), "VALUES ($1,$2),($3,$4)");
    }

    #[test]
    fn a_builder_counts_what_is_bound() {
        let mut q = QueryBuilder::new("SELECT 1 WHERE ");
        q.push("a = ").push_bind(7_i64);
        q.push(" OR b = ").push_bind(None::<&str>);
        let query = q.build();
        assert_eq!(query.sql.as_str(), "SELECT 1 WHERE a = ?1 OR b = ?2");
        assert!(matches!(
            query.values[..],
            [Value::Number(Some(7)), Value::Text(None)]
        ));
    }
}
