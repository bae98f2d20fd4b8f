//! What is wrong in a menu file, told like a compiler does.

use std::fmt;

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The line does not load.
    Error,
    /// The line loads; the operator should know.
    Warning,
}

/// One mistake at one place of one file.
///
/// `Display` gives `file:line:column: what`, the line with the offending text underlined, and
/// what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// How bad.
    pub severity: Severity,
    /// The file, as it was named when loading.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// Characters to underline.
    pub width: usize,
    /// The line of the file.
    pub source: String,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

/// A place in a menu file, kept after loading: what the checker finds is told at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named when loading.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// Characters to underline.
    pub width: usize,
    /// The line of the file.
    pub source: String,
}

impl Place {
    /// Something is wrong here.
    pub fn mistake(&self, severity: Severity, what: String, remedy: String) -> Mistake {
        Mistake {
            severity,
            file: self.file.clone(),
            line: self.line,
            column: self.column,
            width: self.width,
            source: self.source.clone(),
            what,
            remedy,
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        write!(
            f,
            "{}:{}:{}: {word}{}",
            self.file, self.line, self.column, self.what
        )?;
        // Long lines are shown around the mistake only.
        let skip = self.column.saturating_sub(60);
        let shown: String = self.source.chars().skip(skip).take(110).collect();
        let shown = shown.replace('\t', " ");
        let pad = " ".repeat(self.column.saturating_sub(1 + skip));
        let room = shown.chars().count().saturating_sub(pad.len()).max(1);
        let carets = "^".repeat(self.width.clamp(1, room));
        write!(f, "\n{:>5} | {shown}\n      | {pad}{carets}", self.line)?;
        if !self.remedy.is_empty() {
            write!(f, " {}", self.remedy)?;
        }
        Ok(())
    }
}
