//! Opening hours of a day and of a week, as the local clock shows them.

use std::fmt;

use jiff::civil::Weekday;

/// Minutes of a day.
pub(super) const DAY: u16 = 24 * 60;

/// The days of the week as operators write them, in full and short.
pub(crate) const WEEKDAYS: [(&str, &str); 7] = [
    ("monday", "mon"),
    ("tuesday", "tue"),
    ("wednesday", "wed"),
    ("thursday", "thu"),
    ("friday", "fri"),
    ("saturday", "sat"),
    ("sunday", "sun"),
];

/// One stretch of opening hours: from a minute of the day on which it begins until a minute of
/// that day or, overnight, of the next. The end itself is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    start: u16,
    end: u16,
}

/// Why a text is no [`Span`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanFault {
    /// Not two times of day with a dash between them.
    Form,
    /// There is no such time of day.
    NoSuchTime,
    /// It ends when it begins: nothing, or the whole day?
    Empty,
}

impl Span {
    /// From `start` to `end`, minutes after midnight of the day on which it begins; `None`
    /// unless `start < 1440` and it lasts from a minute to a day.
    pub fn new(start: u16, end: u16) -> Option<Span> {
        let good = start < DAY && start < end && end - start <= DAY;
        good.then_some(Span { start, end })
    }

    /// What is left of one: it may begin after midnight.
    pub(super) fn rest(start: u16, end: u16) -> Span {
        Span { start, end }
    }

    /// `08:00-17:00`; `22:00-06:00` ends on the next day; `00:00-24:00` is the whole day.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Span, SpanFault> {
        let (start, end) = text.split_once(['-', '–']).ok_or(SpanFault::Form)?;
        let (start, end) = (parse_minute(start)?, parse_minute(end)?);
        if start == DAY {
            return Err(SpanFault::NoSuchTime);
        }
        if start == end {
            return Err(SpanFault::Empty);
        }
        let end = if end < start { end + DAY } else { end };
        Span::new(start, end).ok_or(SpanFault::NoSuchTime)
    }

    /// Minutes after midnight.
    pub const fn start(self) -> u16 {
        self.start
    }

    /// Minutes after midnight of the day on which it begins: above 1440 on the next day.
    pub const fn end(self) -> u16 {
        self.end
    }

    /// Whether it runs into the next day.
    pub const fn overnight(self) -> bool {
        self.end > DAY
    }

    /// How many minutes the clock shows between its ends.
    pub const fn minutes(self) -> u16 {
        self.end - self.start
    }

    /// Whether it holds at this minute, counted like its ends.
    pub const fn contains(self, minute: u16) -> bool {
        self.start <= minute && minute < self.end
    }
}

/// `8:00`, `08:00`; `24:00` is the end of the day.
pub(crate) fn parse_minute(text: &str) -> Result<u16, SpanFault> {
    let (h, m) = text.trim().split_once(':').ok_or(SpanFault::Form)?;
    let number = |t: &str, least: usize| {
        let good = (least..=2).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
        good.then(|| t.parse::<u16>().ok())
            .flatten()
            .ok_or(SpanFault::Form)
    };
    let (h, m) = (number(h, 1)?, number(m, 2)?);
    if m > 59 || h * 60 + m > DAY {
        return Err(SpanFault::NoSuchTime);
    }
    Ok(h * 60 + m)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.overnight() {
            self.end - DAY
        } else {
            self.end
        };
        let [s, e] = [self.start % DAY, end].map(|t| (t / 60, t % 60));
        write!(f, "{:02}:{:02}-{:02}:{:02}", s.0, s.1, e.0, e.1)
    }
}

/// The opening hours that begin on one day; none: closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours(Vec<Span>);

impl Hours {
    /// Closed all day.
    pub const CLOSED: &Hours = &Hours(Vec::new());

    /// In the order of the clock.
    pub fn new(mut spans: Vec<Span>) -> Hours {
        spans.sort_unstable();
        Hours(spans)
    }

    /// In the order of the clock.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// No hours at all.
    pub fn is_closed(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them holds at this minute; above 1440 on the next day.
    pub fn contains(&self, minute: u16) -> bool {
        self.0.iter().any(|s| s.contains(minute))
    }

    /// Two that hold at the same time.
    pub fn overlap(&self) -> Option<(Span, Span)> {
        self.0
            .iter()
            .zip(self.0.iter().skip(1))
            .find(|(a, b)| b.start < a.end)
            .map(|(a, b)| (*a, *b))
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_closed() {
            return f.write_str("closed");
        }
        for (i, span) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{span}")?;
        }
        Ok(())
    }
}

/// The hours of each day of the week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Week([Hours; 7]);

impl Week {
    /// Monday first.
    pub fn new(days: [Hours; 7]) -> Week {
        Week(days)
    }

    /// The hours that begin on this day of the week.
    pub fn on(&self, day: Weekday) -> &Hours {
        let i = usize::try_from(day.to_monday_zero_offset()).unwrap_or(0);
        self.0.get(i).unwrap_or(Hours::CLOSED)
    }

    /// Monday first.
    pub fn days(&self) -> &[Hours; 7] {
        &self.0
    }

    /// No hours on any day.
    pub fn is_closed(&self) -> bool {
        self.0.iter().all(Hours::is_closed)
    }

    /// Days with equal hours that follow each other, with their hours: `Mon-Thu`, `08:00-17:00`.
    pub fn lines(&self) -> Vec<(String, &Hours)> {
        let mut lines: Vec<(usize, usize, &Hours)> = Vec::new();
        for (i, hours) in self.0.iter().enumerate() {
            match lines.last_mut() {
                Some((_, last, same)) if *same == hours => *last = i,
                Some(_) | None => lines.push((i, i, hours)),
            }
        }
        let shown = lines.into_iter().map(|(first, last, hours)| {
            let days = if first == last {
                short(first)
            } else {
                format!("{}-{}", short(first), short(last))
            };
            (days, hours)
        });
        shown.collect()
    }
}

/// `Mon` for 0.
fn short(day: usize) -> String {
    let name = WEEKDAYS.get(day).map_or("", |(_, short)| short);
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Short for a day of the week: `Mon`.
pub(super) fn weekday(day: Weekday) -> String {
    short(usize::try_from(day.to_monday_zero_offset()).unwrap_or(0))
}

/// One day of the week, Monday is 0.
pub(crate) fn parse_weekday(text: &str) -> Option<usize> {
    let text = text.trim().to_ascii_lowercase();
    WEEKDAYS
        .iter()
        .position(|(long, short)| text == *long || text == *short)
}

/// `mon-thu`, `sat`, `fri-mon`, `mon, wed`: days of the week, Monday is 0; the first part that is
/// none of them otherwise.
pub(crate) fn parse_weekdays(text: &str) -> Result<Vec<usize>, &str> {
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once(['-', '–']).unwrap_or((part, part));
        let first = parse_weekday(first).ok_or(first.trim())?;
        let last = parse_weekday(last).ok_or(last.trim())?;
        let count = (last + 7 - first) % 7;
        days.extend((0..=count).map(|i| (first + i) % 7));
    }
    Ok(days)
}
