//! Invoices and orders of nobody, made of their numbers: the same number gives the same answer,
//! with days around today. Numbers that end in 9 do not exist.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use serde_json::{Value, json};

/// An invoice: six digits, of which the first is not 0. It is paid when it ends in 0 to 3, open
/// (4 to 6) or overdue (7 and 8).
pub(super) fn invoice(number: &str, today: Date) -> Option<Value> {
    let n = known(number, 6)?;
    let (state, due) = match n % 10 {
        0..=3 => ("paid", on(today, (-30 - days(n, 20)).days())),
        4..=6 => ("open", on(today, (3 + days(n, 14)).days())),
        _ => ("overdue", on(today, (-3 - days(n, 21)).days())),
    };
    // From 19.00 to 248.95, in steps of 5 cents.
    let cents = 1900 + mixed(n) % 4600 * 5;
    Some(json!({
        "number": number,
        "state": state,
        "amount": format!("{}.{:02}", cents / 100, cents % 100),
        "currency": "EUR",
        "due": due.to_string(),
    }))
}

/// An order: five digits, of which the first is not 0. It is being packed when it ends in 0 to 2,
/// on its way (3 to 6) or delivered (7 and 8).
pub(super) fn order(number: &str, today: Date) -> Option<Value> {
    let n = known(number, 5)?;
    Some(match n % 10 {
        0..=2 => json!({ "number": number, "progress": "packing" }),
        3..=6 => {
            let day = working(today, 1.day(), days(n, 2));
            let from = [8, 12, 16][mixed(n) as usize % 3];
            let window = json!({
                "from": format!("{from:02}:00"),
                "until": format!("{:02}:00", from + 4),
            });
            json!({
                "number": number,
                "progress": "shipped",
                "day": day.to_string(),
                "window": window,
            })
        }
        _ => {
            let day = working(today, -1.day(), days(n, 4));
            json!({ "number": number, "progress": "delivered", "day": day.to_string() })
        }
    })
}

/// What a report of a damaged parcel says, with nothing in it that would name anybody.
#[derive(Debug, PartialEq)]
pub(super) struct Report {
    /// Digits of the order's number.
    pub order: usize,
    /// Whether the caller's number is known.
    pub caller: &'static str,
}

/// A report as the demo line sends it: an order of five digits, and who called.
pub(super) fn report(body: &[u8]) -> Option<Report> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let order = body.get("order")?.as_str()?;
    let is_one = order.len() == 5 && order.bytes().all(|b| b.is_ascii_digit());
    let caller = match body.get("from")? {
        Value::String(_) => "known",
        Value::Null => "withheld",
        _ => return None,
    };
    is_one.then_some(Report {
        order: order.len(),
        caller,
    })
}

/// The number, if such a one exists.
fn known(number: &str, digits: usize) -> Option<u64> {
    let is_one = number.len() == digits && number.bytes().all(|b| b.is_ascii_digit());
    let n = number.parse().ok().filter(|_| is_one)?;
    (!number.starts_with('0') && n % 10 != 9).then_some(n)
}

/// Neighbouring numbers have nothing to do with each other (Knuth's multiplicative hash).
fn mixed(n: u64) -> u64 {
    (n.wrapping_mul(2_654_435_761) >> 7) & 0xffff
}

/// Fewer than `below` days.
fn days(n: u64, below: u64) -> i64 {
    i64::try_from(mixed(n / 10) % below).unwrap_or(0)
}

fn on(day: Date, after: Span) -> Date {
    day.checked_add(after).unwrap_or(day)
}

/// The next day in steps of `step`, and `more` after it, on which parcels come: not on Sundays.
fn working(from: Date, step: Span, more: i64) -> Date {
    let mut day = on(from, step);
    let mut left = more;
    while left > 0 || day.weekday() == Weekday::Sunday {
        left -= i64::from(day.weekday() != Weekday::Sunday);
        day = on(day, step);
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_ends_in_nine_or_is_no_number_does_not_exist() {
        let today = date(2026, 11, 25);
        for number in [
            "204519",
            "099991",
            "12345",
            "1234567",
            "",
            "12345x",
            "+12345",
            "１２３４５６",
        ] {
            assert_eq!(invoice(number, today), None, "{number}");
        }
        for number in ["31419", "03141", "3141", "314159", "3141 "] {
            assert_eq!(order(number, today), None, "{number}");
        }
    }

    #[test]
    fn a_report_tells_of_nobody() {
        let known = report(br#"{"order":"31415","from":"+4930901820","wish":"x"}"#);
        let withheld = report(br#"{"order":"31415","from":null}"#);
        let callers = [known, withheld].map(|r| r.map(|r| (r.order, r.caller)));
        assert_eq!(callers, [Some((5, "known")), Some((5, "withheld"))]);
        for body in [
            "",
            "31415",
            "{}",
            r#"{"order":"31415"}"#,
            r#"{"order":31415,"from":null}"#,
            r#"{"order":"3141","from":null}"#,
            r#"{"order":"3141x","from":null}"#,
            r#"{"order":"31415","from":1}"#,
        ] {
            assert_eq!(report(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn every_number_has_an_answer_that_fits_itself() {
        let today = date(2026, 11, 25);
        let mut seen = std::collections::BTreeSet::new();
        for n in (100_000..1_000_000).step_by(7) {
            let number = n.to_string();
            let Some(found) = invoice(&number, today) else {
                assert_eq!(n % 10, 9);
                continue;
            };
            let due: Date = found["due"].as_str().unwrap().parse().unwrap();
            let state = found["state"].as_str().unwrap().to_owned();
            assert_eq!(due < today, state != "open", "{found}");
            let amount: f64 = found["amount"].as_str().unwrap().parse().unwrap();
            assert!((19.0..=250.0).contains(&amount), "{found}");
            seen.insert(state);
        }
        for n in 10_000..100_000 {
            let Some(found) = order(&n.to_string(), today) else {
                assert_eq!(n % 10, 9);
                continue;
            };
            let progress = found["progress"].as_str().unwrap().to_owned();
            if let Some(day) = found["day"].as_str() {
                let day: Date = day.parse().unwrap();
                assert_ne!(day.weekday(), Weekday::Sunday, "{found}");
                assert_eq!(day > today, progress == "shipped", "{found}");
                assert!((day - today).get_days().abs() < 7, "{found}");
            }
            seen.insert(progress);
        }
        assert_eq!(seen.len(), 6, "{seen:?}");
    }
}
