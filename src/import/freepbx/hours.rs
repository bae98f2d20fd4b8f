//! Times as Asterisk writes them (`09:00-17:00|mon-fri|*|*`) as weekly hours.

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY: u32 = 24 * 60;

/// The spans of a week, by day in minutes.
#[derive(Debug, Default)]
pub struct Week {
    days: [Vec<(u32, u32)>; 7],
    /// What is not weekly, or makes no sense.
    pub lost: Vec<String>,
}

impl Week {
    /// Adds a time; what is not weekly is listed.
    pub fn add(&mut self, time: &str) {
        let mut parts = time.split(['|', ',']).map(str::trim);
        let (hours, days) = (parts.next().unwrap_or("*"), parts.next().unwrap_or("*"));
        let weekly = parts.take(2).all(|p| p == "*" || p.is_empty());
        let read = weekly.then(|| spans(hours).zip(days_of(days))).flatten();
        let Some((spans, days)) = read else {
            self.lost.push(format!("the time {time}"));
            return;
        };
        for (day, all) in self.days.iter_mut().enumerate() {
            if days.contains(&day) {
                all.extend(&spans);
            }
        }
    }

    /// Days and their spans, the days that are alike together. Empty: never open.
    pub fn rows(mut self) -> Vec<(String, Vec<String>)> {
        let days: Vec<Vec<String>> = self.days.iter_mut().map(|d| merged(d)).collect();
        let mut rows: Vec<(String, Vec<String>)> = Vec::new();
        let mut first = 0;
        while let Some(spans) = days.get(first) {
            let alike = days.iter().skip(first).take_while(|d| *d == spans).count();
            let last = first + alike.max(1) - 1;
            let name = |i: usize| DAYS.get(i).copied().unwrap_or("sun");
            if !spans.is_empty() {
                let days = if first == last {
                    name(first).to_owned()
                } else {
                    format!("{}-{}", name(first), name(last))
                };
                rows.push((days, spans.clone()));
            }
            first = last + 1;
        }
        rows
    }
}

fn merged(spans: &mut [(u32, u32)]) -> Vec<String> {
    spans.sort_unstable();
    let mut all: Vec<(u32, u32)> = Vec::new();
    for (from, to) in spans.iter().copied() {
        match all.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            Some(_) | None => all.push((from, to)),
        }
    }
    let clock = |m: u32| format!("{:02}:{:02}", m / 60, m % 60);
    let shown = all
        .iter()
        .map(|(a, b)| format!("{}-{}", clock(*a), clock(*b)));
    shown.collect()
}

fn spans(text: &str) -> Option<Vec<(u32, u32)>> {
    if text == "*" || text.is_empty() {
        return Some(vec![(0, DAY)]);
    }
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    // A day ends at 23:59 there.
    let to = if to == DAY - 1 { DAY } else { to };
    (from < to).then(|| vec![(from, to)])
}

fn minute(text: &str) -> Option<u32> {
    let (h, m) = text.trim().split_once(':')?;
    let (h, m) = (h.parse::<u32>().ok()?, m.parse::<u32>().ok()?);
    (h < 24 && m < 60).then_some(h * 60 + m)
}

fn days_of(text: &str) -> Option<Vec<usize>> {
    let day = |t: &str| {
        let t = t.trim().to_lowercase();
        DAYS.iter().position(|d| t.starts_with(d))
    };
    if text == "*" || text.is_empty() {
        return Some((0..7).collect());
    }
    let mut all = Vec::new();
    for part in text.split('&') {
        match part.split_once('-') {
            None => all.push(day(part)?),
            Some((from, to)) => {
                let (from, to) = (day(from)?, day(to)?);
                let days = (to + 7 - from) % 7 + 1;
                all.extend((0..days).map(|n| (from + n) % 7));
            }
        }
    }
    Some(all)
}
