//! Reading what operators write: durations, and the word they probably meant.

use std::time::Duration;

/// The candidate nearest to `word`, if one is near enough to be meant (at most one edit per
/// three characters, a swap of neighbours counts as one).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (distance(&word, &c.to_lowercase()), c))
        .filter(|(d, c)| {
            let length = c.chars().count().max(word.chars().count());
            *d <= (length / 3).max(1) && *d < length
        })
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Optimal string alignment distance; words longer than 64 characters are as far as can be.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(65).collect();
    let b: Vec<char> = b.chars().take(65).collect();
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &cb) in b.iter().enumerate() {
            let mut d = (last[j] + usize::from(ca != cb))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && ca == b[j - 1] && a[i - 1] == cb {
                d = d.min(before[j - 1] + 1);
            }
            row.push(d);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// A duration as operators write it: `500ms`, `2s`, `1.5s`, `3m`, `1h`; a bare number is seconds.
/// At most a day, so that no later arithmetic can overflow.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let per_unit = match unit.trim() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let seconds: f64 = number.parse::<f64>().ok()? * per_unit;
    if !(0.0..=86_400.0).contains(&seconds) {
        return None;
    }
    Some(Duration::from_millis((seconds * 1000.0).round() as u64))
}

/// A duration as operators write it.
pub fn show_duration(d: Duration) -> String {
    let ms = d.as_millis();
    if ms == 0 || !ms.is_multiple_of(1000) {
        format!("{ms}ms")
    } else if ms.is_multiple_of(3_600_000) {
        format!("{}h", ms / 3_600_000)
    } else if ms.is_multiple_of(60_000) {
        format!("{}m", ms / 60_000)
    } else {
        format!("{}s", ms / 1000)
    }
}

/// `a`, `a or b`, `a, b or c`.
pub fn either(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_written() {
        for (text, ms) in [
            ("500ms", 500),
            ("2s", 2000),
            ("1.5 s", 1500),
            ("3m", 180_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Some(Duration::from_millis(ms)),
                "{text}"
            );
        }
        assert_eq!(
            parse_duration("1h").map(show_duration).as_deref(),
            Some("1h")
        );
        assert_eq!(
            parse_duration("90").map(show_duration).as_deref(),
            Some("90s")
        );
        for wrong in [
            "", "s", "-1s", "2 weeks", "1e9s", "25h", ".5s", "1..2s", "∞",
        ] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let words = ["strategy", "ring_for", "music"];
        assert_eq!(nearest("stratgey", words), Some("strategy"));
        assert_eq!(nearest("ringfor", words), Some("ring_for"));
        assert_eq!(nearest("colour", words), None);
        assert_eq!(nearest(&"x".repeat(1000), words), None);
        assert_eq!(nearest("", words), None);
    }
}
