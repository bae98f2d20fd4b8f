//! The rows of an SQL dump, as far as menus need them.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::CharIndices;

use super::super::flow::At;
use super::super::{File, Unreadable};

/// Tables whose rows are kept; of others nothing is read.
const WANTED: [&str; 16] = [
    "announcement",
    "callback",
    "daynight",
    "directory_details",
    "incoming",
    "ivr_details",
    "ivr_entries",
    "languages",
    "miscdests",
    "queues_config",
    "recordings",
    "ringgroups",
    "timeconditions",
    "timegroups_details",
    "timegroups_groups",
    "users",
];
/// More rows of one table are refused.
const MAX_ROWS: usize = 20_000;

/// Rows by table.
#[derive(Debug, Default)]
pub struct Tables {
    /// Names of columns, in their order.
    columns: BTreeMap<String, Vec<String>>,
    rows: BTreeMap<String, Vec<Row>>,
}

/// One row.
#[derive(Debug)]
pub struct Row {
    /// Where it is written.
    pub at: At,
    /// Columns that are not NULL.
    values: BTreeMap<String, String>,
}

impl Tables {
    /// The rows of a table.
    pub fn rows(&self, table: &str) -> &[Row] {
        self.rows.get(table).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the files speak of a table.
    pub fn has(&self, table: &str) -> bool {
        self.rows.contains_key(table) || self.columns.contains_key(table)
    }
}

impl Row {
    /// A column; NULL and what is not there are empty.
    pub fn get(&self, column: &str) -> &str {
        self.values.get(column).map_or("", |v| v.trim())
    }
}

/// Reads a dump.
pub fn read(file: &File, tables: &mut Tables) -> Result<(), Unreadable> {
    let mut lexer = Lexer {
        file: &file.name,
        chars: file.text.char_indices().peekable(),
        line: 1,
    };
    while let Some(token) = lexer.next()? {
        match token.word().as_deref() {
            Some("CREATE") => create(&mut lexer, tables)?,
            Some("INSERT" | "REPLACE") => insert(&mut lexer, tables)?,
            Some(_) | None => lexer.skip(&token)?,
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq)]
enum Token {
    /// Without quotes: keywords, numbers.
    Word(String),
    /// In backquotes.
    Name(String),
    /// In quotes.
    Text(String),
    Mark(char),
}

impl Token {
    fn word(&self) -> Option<String> {
        match self {
            Token::Word(w) => Some(w.to_ascii_uppercase()),
            Token::Name(_) | Token::Text(_) | Token::Mark(_) => None,
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Token::Word(n) | Token::Name(n) => Some(n),
            Token::Text(_) | Token::Mark(_) => None,
        }
    }
}

struct Lexer<'t> {
    file: &'t str,
    chars: Peekable<CharIndices<'t>>,
    line: usize,
}

impl Lexer<'_> {
    fn at(&self) -> At {
        At::new(self.file, self.line)
    }

    fn bump(&mut self) -> Option<char> {
        let (_, c) = self.chars.next()?;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|(_, c)| *c)
    }

    fn next(&mut self) -> Result<Option<Token>, Unreadable> {
        while let Some(c) = self.bump() {
            match c {
                c if c.is_whitespace() => {}
                '#' => self.skip_line(),
                '-' if self.peek() == Some('-') => self.skip_line(),
                '/' if self.peek() == Some('*') => self.comment()?,
                '\'' | '"' | '`' => {
                    let text = self.quoted(c)?;
                    return Ok(Some(if c == '`' {
                        Token::Name(text)
                    } else {
                        Token::Text(text)
                    }));
                }
                c if c.is_alphanumeric() || "_-.+$".contains(c) => {
                    let mut word = String::from(c);
                    while let Some(c) = self
                        .peek()
                        .filter(|c| c.is_alphanumeric() || "_-.+$".contains(*c))
                    {
                        word.push(c);
                        self.bump();
                    }
                    return Ok(Some(Token::Word(word)));
                }
                c => return Ok(Some(Token::Mark(c))),
            }
        }
        Ok(None)
    }

    fn skip_line(&mut self) {
        while self.bump().is_some_and(|c| c != '\n') {}
    }

    fn comment(&mut self) -> Result<(), Unreadable> {
        let at = self.at();
        self.bump();
        let mut last = ' ';
        while let Some(c) = self.bump() {
            if last == '*' && c == '/' {
                return Ok(());
            }
            last = c;
        }
        Err(Unreadable::new(
            at,
            "a comment that does not end",
            "the dump is cut off: make it anew",
        ))
    }

    fn quoted(&mut self, quote: char) -> Result<String, Unreadable> {
        let at = self.at();
        let mut text = String::new();
        while let Some(c) = self.bump() {
            if c == quote {
                if self.peek() != Some(quote) {
                    return Ok(text);
                }
                self.bump();
                text.push(quote);
            } else if c == '\\' && quote != '`' {
                match self.bump() {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some('0') => text.push('\0'),
                    Some(c) => text.push(c),
                    None => break,
                }
            } else {
                text.push(c);
            }
        }
        Err(Unreadable::new(
            at,
            "a text that does not end",
            "the dump is cut off: make it anew",
        ))
    }

    /// To the end of the statement.
    fn skip(&mut self, from: &Token) -> Result<(), Unreadable> {
        if *from == Token::Mark(';') {
            return Ok(());
        }
        while let Some(token) = self.next()? {
            if token == Token::Mark(';') {
                break;
            }
        }
        Ok(())
    }
}

/// A table's name, perhaps behind its database: the last part.
fn table(lexer: &mut Lexer<'_>, first: Token) -> Result<(String, Option<Token>), Unreadable> {
    let mut name = first.name().unwrap_or_default().to_owned();
    loop {
        let token = lexer.next()?;
        match token {
            Some(Token::Word(dot)) if dot == "." => {}
            Some(Token::Name(n)) => name = n,
            other => {
                let last = name.rsplit('.').next().unwrap_or(&name);
                return Ok((last.to_ascii_lowercase(), other));
            }
        }
    }
}

fn create(lexer: &mut Lexer<'_>, tables: &mut Tables) -> Result<(), Unreadable> {
    let Some(what) = lexer.next()? else {
        return Ok(());
    };
    if what.word().as_deref() != Some("TABLE") {
        return lexer.skip(&what);
    }
    let mut first = lexer.next()?;
    while let Some("IF" | "NOT" | "EXISTS") = first.as_ref().and_then(Token::word).as_deref() {
        first = lexer.next()?;
    }
    let Some(first) = first else { return Ok(()) };
    let (name, open) = table(lexer, first)?;
    let Some(open) = open else { return Ok(()) };
    if open != Token::Mark('(') {
        return lexer.skip(&open);
    }
    const NO_COLUMN: [&str; 8] = [
        "PRIMARY",
        "KEY",
        "UNIQUE",
        "CONSTRAINT",
        "FULLTEXT",
        "INDEX",
        "FOREIGN",
        "CHECK",
    ];
    let mut columns = Vec::new();
    let (mut depth, mut begins) = (1usize, true);
    while let Some(token) = lexer.next()? {
        match &token {
            Token::Mark(';') => break,
            Token::Mark('(') => depth += 1,
            Token::Mark(')') => depth = depth.saturating_sub(1),
            Token::Mark(',') if depth == 1 => {
                begins = true;
                continue;
            }
            Token::Name(n) if begins && depth == 1 => columns.push(n.to_ascii_lowercase()),
            Token::Word(w) if begins && depth == 1 => {
                if !NO_COLUMN.contains(&w.to_ascii_uppercase().as_str()) {
                    columns.push(w.to_ascii_lowercase());
                }
            }
            Token::Word(_) | Token::Name(_) | Token::Text(_) | Token::Mark(_) => {}
        }
        begins = false;
    }
    if WANTED.contains(&name.as_str()) {
        tables.columns.insert(name, columns);
    }
    Ok(())
}

fn insert(lexer: &mut Lexer<'_>, tables: &mut Tables) -> Result<(), Unreadable> {
    let mut first = lexer.next()?;
    let mut into = false;
    while let Some("INTO" | "IGNORE" | "DELAYED" | "LOW_PRIORITY") =
        first.as_ref().and_then(Token::word).as_deref()
    {
        into = true;
        first = lexer.next()?;
    }
    let Some(first) = first else { return Ok(()) };
    if !into {
        return lexer.skip(&first);
    }
    let (name, mut token) = table(lexer, first)?;
    if !WANTED.contains(&name.as_str()) {
        return match token {
            Some(token) => lexer.skip(&token),
            None => Ok(()),
        };
    }
    let mut columns: Option<Vec<String>> = None;
    if token == Some(Token::Mark('(')) {
        let mut named = Vec::new();
        while let Some(t) = lexer.next()?.filter(|t| *t != Token::Mark(')')) {
            named.extend(t.name().map(str::to_ascii_lowercase));
        }
        columns = Some(named);
        token = lexer.next()?;
    }
    let values = token.as_ref().and_then(Token::word);
    if values.as_deref() != Some("VALUES") && values.as_deref() != Some("VALUE") {
        return match token {
            Some(token) => lexer.skip(&token),
            None => Ok(()),
        };
    }
    let at = lexer.at();
    let Some(columns) = columns.or_else(|| tables.columns.get(&name).cloned()) else {
        return Err(Unreadable::new(
            at,
            format!("the columns of `{name}` are not told"),
            "dump the tables with their structure, or with --complete-insert",
        ));
    };
    let rows = tables.rows.entry(name.clone()).or_default();
    loop {
        match lexer.next()? {
            Some(Token::Mark('(')) => {}
            Some(Token::Mark(',')) => continue,
            Some(token) => return lexer.skip(&token),
            None => return Ok(()),
        }
        let at = lexer.at();
        let found = values_of(lexer)?;
        if found.len() != columns.len() {
            return Err(Unreadable::new(
                at,
                format!(
                    "{} values for the {} columns of `{name}`",
                    found.len(),
                    columns.len()
                ),
                "the dump is damaged: make it anew",
            ));
        }
        if rows.len() >= MAX_ROWS {
            return Err(Unreadable::new(
                at,
                format!("more than {MAX_ROWS} rows of `{name}`"),
                "give the rows of the menus only",
            ));
        }
        let values = columns.iter().cloned().zip(found);
        let values = values.filter_map(|(column, value)| Some((column, value?)));
        rows.push(Row {
            at,
            values: values.collect(),
        });
    }
}

/// The values of one row up to its closing bracket; `None`: NULL.
fn values_of(lexer: &mut Lexer<'_>) -> Result<Vec<Option<String>>, Unreadable> {
    let mut all = Vec::new();
    let mut now: Option<String> = None;
    let mut depth = 0usize;
    loop {
        match lexer.next()? {
            None | Some(Token::Mark(';')) => {
                return Err(Unreadable::new(
                    lexer.at(),
                    "a row that does not end",
                    "the dump is cut off: make it anew",
                ));
            }
            Some(Token::Mark(')')) if depth == 0 => {
                all.push(now);
                return Ok(all);
            }
            Some(Token::Mark(',')) if depth == 0 => all.push(now.take()),
            Some(Token::Mark('(')) => depth += 1,
            Some(Token::Mark(')')) => depth -= 1,
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("NULL") => now = None,
            // `_binary 'text'`: the word before a text is its character set.
            Some(Token::Word(w)) if w.starts_with('_') => {}
            Some(Token::Word(w) | Token::Text(w) | Token::Name(w)) => now = Some(w),
            Some(Token::Mark(_)) => {}
        }
    }
}
