//! Limits for a queue's figures: `longest_wait > 2m for 30s: critical`.

use std::time::Duration;

use super::reader::{Parsed, duration};
use crate::statistics::threshold::{Figure, Level, Side, Threshold};
use crate::text::{either, nearest};

const LIKE: &str = "`longest_wait > 2m for 30s: warning` or `ready < 1: critical`";

/// One limit.
pub(super) fn threshold(t: &str) -> Parsed<Threshold> {
    let wrong =
        || format!("write a figure, `>` or `<`, a limit, how long, and how bad, like {LIKE}");
    let (rest, level) = t.rsplit_once(':').ok_or_else(wrong)?;
    let level = match level.trim() {
        "warning" => Level::Warning,
        "critical" => Level::Critical,
        _ => return Err("end it with `: warning` or `: critical`".to_owned()),
    };
    let (rest, lasting) = match rest.split_once(" for ") {
        Some((rest, lasting)) => (rest, duration("0s", "1h")(lasting.trim())?),
        None => (rest, Duration::ZERO),
    };
    let (name, side, limit) = match (rest.split_once('>'), rest.split_once('<')) {
        (Some((name, limit)), None) => (name.trim(), Side::Above, limit.trim()),
        (None, Some((name, limit))) => (name.trim(), Side::Below, limit.trim()),
        (_, _) => return Err(wrong()),
    };
    let figure = figure(name)?;
    let limit = limit_of(figure, limit)?;
    Ok(Threshold {
        figure,
        side,
        limit,
        lasting,
        level,
    })
}

fn figure(name: &str) -> Parsed<Figure> {
    let names = Figure::ALL.map(|(name, _)| name);
    let found = Figure::ALL.iter().find(|(n, _)| *n == name);
    found
        .map(|(_, figure)| *figure)
        .ok_or_else(|| match nearest(name, names) {
            Some(near) => format!("there is no figure `{name}`; did you mean `{near}`?"),
            None => format!("there is no figure `{name}`; write {}", either(&names)),
        })
}

fn limit_of(figure: Figure, limit: &str) -> Parsed<f64> {
    match figure {
        Figure::LongestWait => Ok(duration("1s", "24h")(limit)?.as_secs_f64()),
        Figure::Waiting | Figure::Ready | Figure::Staffed => {
            let n: Option<u16> = limit.parse().ok();
            n.map(f64::from)
                .ok_or_else(|| format!("the limit of {} is a whole number", figure.as_str()))
        }
        Figure::ServiceLevel | Figure::ServiceLevelNow | Figure::AbandonRate => {
            let n = limit
                .strip_suffix('%')
                .and_then(|n| n.trim().parse::<u8>().ok());
            n.filter(|n| *n <= 100)
                .map(f64::from)
                .ok_or_else(|| format!("the limit of {} is a share, like `80%`", figure.as_str()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_as_they_are_written() {
        let read = |t: &str| threshold(t).unwrap_or_else(|e| panic!("{t}: {e}"));
        let wait = read("longest_wait > 2m for 30s: warning");
        assert_eq!(
            (wait.figure, wait.side, wait.limit, wait.lasting, wait.level),
            (
                Figure::LongestWait,
                Side::Above,
                120.0,
                Duration::from_secs(30),
                Level::Warning
            )
        );
        let ready = read("ready<1: critical");
        assert_eq!((ready.limit, ready.lasting), (1.0, Duration::ZERO));
        assert_eq!(read("service_level_now < 80% for 5m: warning").limit, 80.0);
    }

    #[test]
    fn a_mistake_says_what_would_do() {
        for (written, told) in [
            ("waiting > 5", "write a figure"),
            ("waiting = 5: warning", "write a figure"),
            ("waiting > 5: bad", "end it with"),
            ("waitin > 5: warning", "did you mean `waiting`?"),
            ("service_level < 80: warning", "is a share, like `80%`"),
            ("ready < some: warning", "is a whole number"),
            ("longest_wait > 2x: warning", "write a time"),
        ] {
            let wrong = threshold(written).expect_err(written);
            assert!(wrong.contains(told), "{written}: {wrong}");
        }
    }
}
