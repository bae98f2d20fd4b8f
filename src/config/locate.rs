//! Finds the line of a key in a TOML file, for messages: headers and keys at the start of a
//! line, which is how such files are written. What it does not find, it leaves out.

use std::collections::HashMap;

/// The line (from 1) of a key like `queues[0].strategy`, or of the nearest thing around it.
pub(super) fn line_of(text: &str, key: &str) -> Option<usize> {
    let mut lines: HashMap<String, usize> = HashMap::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut table = String::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("[[").and_then(|l| l.split("]]").next()) {
            let count = counts.entry(name.trim().to_owned()).or_default();
            table = format!("{}[{count}]", name.trim());
            *count += 1;
        } else if let Some(name) = line.strip_prefix('[').and_then(|l| l.split(']').next()) {
            table = name.trim().to_owned();
        } else if let Some((name, _)) = line.split_once('=') {
            let name = name.trim().trim_matches('"');
            let path = if table.is_empty() {
                name.to_owned()
            } else {
                format!("{table}.{name}")
            };
            lines.entry(path).or_insert(number);
            continue;
        } else {
            continue;
        }
        lines.entry(table.clone()).or_insert(number);
    }
    let mut key = key;
    loop {
        if let Some(line) = lines.get(key) {
            return Some(*line);
        }
        let cut = key.rfind(['.', '['])?;
        key = key.get(..cut)?;
    }
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn lines_of_keys() {
        let text = "a = 1\n[sip]\nlisten = [\n \"x\"]\n\n[[queues]]\nname = \"a\"\n[[queues]]\n\
                    name = \"b\"\n";
        assert_eq!(line_of(text, "a"), Some(1));
        assert_eq!(line_of(text, "sip.listen[0]"), Some(3));
        assert_eq!(line_of(text, "sip.realm"), Some(2));
        assert_eq!(line_of(text, "queues[1].name"), Some(9));
        assert_eq!(line_of(text, "queues[1].strategy"), Some(8));
        assert_eq!(line_of(text, "trunks[0]"), None);
    }
}
