use std::io::Write;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::ids::{ContactId, Digits, Key, PhoneNumber};
use crate::menu::value::Value;
use crate::now::Wall;
use crate::queue::Arrival;
use crate::queue::acd::Acd;
use crate::queue::settings::{AcdSettings, QueueSettings};
use crate::record::card::ContextCard;
use crate::record::facts::Facts;
use crate::record::timeline::{EntryValue, Event, TransferTo};
use crate::record::verdict::{Stage, Verdict};
use crate::store::MessageMeta;

const NUMBER: &str = "+4930901820";
const OUTSIDE: &str = "+34911234567";
const PIN: &str = "471190";

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(b);
        Ok(b.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn pin() -> Value {
    let mut d = Digits::new();
    PIN.chars()
        .filter_map(Key::from_char)
        .for_each(|k| d.push(k));
    Value::Digits(d)
}

/// Every event and every other thing that carries a number or digits.
fn private_events() -> Vec<Event> {
    let outside = TransferTo::Number {
        number: PhoneNumber::new(OUTSIDE),
    };
    vec![
        Event::Started {
            line: "support".into(),
            dialled: "100".into(),
            caller: PhoneNumber::new(NUMBER),
        },
        Event::Entry {
            name: "account".into(),
            value: EntryValue::of(&pin(), false),
        },
        Event::TransferStarted {
            agent: "ann".into(),
            to: outside.clone(),
        },
        Event::Transferred {
            to: outside.clone(),
        },
        Event::Ended {
            verdict: Verdict::TransferredOut { to: outside },
        },
    ]
}

#[test]
fn a_number_never_reaches_a_log_line_or_a_metric() {
    let recorder = recorder();
    let metrics = recorder.handle();
    for format in [LogFormat::Text, LogFormat::Json] {
        let buffer = Buffer::default();
        let writer = {
            let buffer = buffer.clone();
            move || buffer.clone()
        };
        let subscriber = subscriber(format, "trace", writer).unwrap();
        metrics::with_local_recorder(&recorder, || {
            tracing::subscriber::with_default(subscriber, say_everything);
        });
        let log = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
        assert!(
            log.contains("said everything"),
            "the log was captured: {log}"
        );
        clean(&log);
    }
    let metrics = metrics.render();
    assert!(
        metrics.contains(r#"zeroline_calls_total{line="support",verdict="transferred_out"} 2"#),
        "{metrics}"
    );
    clean(&metrics);
}

#[track_caller]
fn clean(text: &str) {
    for secret in [NUMBER, &NUMBER[1..], OUTSIDE, &OUTSIDE[1..], PIN] {
        assert!(!text.contains(secret), "{secret} in:\n{text}");
    }
}

fn say_everything() {
    let contact = ContactId::from_u64(1 << 40);
    let caller = PhoneNumber::new(NUMBER);
    let span = tracing::info_span!("call", %contact, %caller, ?caller);
    let _in = span.enter();
    let mut card = ContextCard::new(contact, "support".into(), caller.clone(), Wall::default());
    card.entry("account", EntryValue::of(&pin(), false));
    card.entry("pin", EntryValue::of(&pin(), true));
    let mut facts = Facts::default();
    for event in private_events() {
        facts.add(Duration::from_secs(1), &event);
        tracing::info!(?event, kind = event.as_str());
        if let Event::Ended { verdict } = &event {
            tracing::info!(%verdict, ?verdict);
        }
    }
    let meta = MessageMeta {
        contact,
        line: None,
        queue: None,
        caller: Some(caller.clone()),
        taken: Wall::default(),
        length: Duration::ZERO,
    };
    let filter = crate::store::rows::ContactFilter {
        caller: Some(caller),
        ..Default::default()
    };
    tracing::info!(?card, ?facts, ?meta, ?filter, "said everything");
    figures::call_started();
    figures::call_ended(Some(&"support".into()), &facts);
}

#[test]
fn the_queue_s_figures_are_rendered() {
    let recorder = recorder();
    let metrics = recorder.handle();
    let mut acd = Acd::new(AcdSettings {
        queues: vec![QueueSettings::new("people")],
        ..Default::default()
    });
    let now = crate::now::Now::default();
    acd.handle_enter(now, Arrival::new(ContactId::from_u64(1), "people"));
    metrics::with_local_recorder(&recorder, || {
        figures::describe();
        figures::queues(&acd.snapshot(now));
        figures::queue_answered(&"people".into(), Duration::from_secs(7));
        let mut lost = Facts::default();
        let ended = Event::Ended {
            verdict: Verdict::Fault {
                stage: Stage::Menu,
                what: "x".into(),
            },
        };
        lost.add(Duration::from_secs(3), &ended);
        figures::call_started();
        figures::call_ended(None, &lost);
    });
    let text = metrics.render();
    for line in [
        r#"zeroline_queue_waiting{queue="people"} 0"#,
        r#"zeroline_queue_entries_total{queue="people",outcome="overflowed"} 1"#,
        r#"zeroline_queue_wait_seconds_bucket{queue="people",le="10"} 1"#,
        r#"zeroline_queue_wait_seconds_bucket{queue="people",le="5"} 0"#,
        r#"zeroline_promise_broken_total{verdict="fault"} 1"#,
        "zeroline_calls_active 0",
    ] {
        assert!(text.contains(line), "{line} in:\n{text}");
    }
}

#[test]
fn a_filter_that_is_none_is_refused() {
    let error = subscriber(LogFormat::Text, "zeroline=loud", std::io::sink);
    assert!(matches!(error, Err(ObserveError::Filter { .. })));
}

#[tokio::test]
async fn health_says_how_far_the_server_is() {
    let health = Health::new();
    let recorder = recorder();
    metrics::with_local_recorder(&recorder, figures::call_started);
    let router = router(recorder.handle(), health.clone(), MenuState::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, router, async {
        let _ = stopped.await;
    }));
    let ask = async |path: &str| {
        let mut s = tokio::net::TcpStream::connect(addr).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        s.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        s.read_to_string(&mut answer).await.unwrap();
        answer
    };
    assert!(ask("/health").await.starts_with("HTTP/1.1 503"));
    assert!(ask("/health/live").await.starts_with("HTTP/1.1 200"));
    health.set(Readiness::Ready);
    assert!(ask("/health").await.starts_with("HTTP/1.1 200"));
    assert!(ask("/metrics").await.contains("zeroline_calls_active 1"));
    health.set(Readiness::Draining);
    assert!(ask("/health/ready").await.ends_with("draining\n"));
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

#[test]
fn a_day_of_a_calendar_is_told_as_callers_meet_it_also_when_clocks_change() {
    use crate::menu::calendar::{
        Calendar, DayRule, Holiday, Hours, MonthDay, Observed, Span, Week,
    };
    use calendars::{Calendars, MetView};

    let hours = |text: &str| Hours::new(vec![Span::parse(text).unwrap()]);
    let eve = Holiday {
        rule: DayRule::Yearly(MonthDay::new(12, 24).unwrap()),
        observed: Observed::No,
        hours: hours("09:00-12:00"),
        label: "Christmas Eve".to_owned(),
    };
    let calendar = Calendar {
        name: "office".into(),
        label: "Office".to_owned(),
        zone: jiff::tz::TimeZone::get("Europe/Copenhagen").unwrap(),
        week: Week::new(std::array::from_fn(|_| hours("01:00-03:30"))),
        seasons: Vec::new(),
        holidays: vec![eve],
        closures: Vec::new(),
        worked: Default::default(),
    };
    let all = Calendars::new([Arc::new(calendar)]);
    let now = Wall::from_unix_millis(1_795_000_000_000);
    let day = |date: &str| all.told(Some(date.parse().unwrap()), now).remove(0);
    let told = |m: &MetView| (m.at.clone(), m.open, m.label.clone());
    let back = day("2026-10-25").day;
    let wanted = [
        ("2026-10-25T00:00:00+02:00".to_owned(), false, None),
        ("2026-10-25T01:00:00+02:00".to_owned(), true, None),
        ("2026-10-25T03:30:00+01:00".to_owned(), false, None),
    ];
    assert_eq!(back.iter().map(told).collect::<Vec<_>>(), wanted);
    let eve = day("2026-12-24");
    assert_eq!(eve.day.len(), 3);
    assert_eq!(eve.day[1].at, "2026-12-24T09:00:00+01:00");
    assert_eq!(eve.day[1].cause, "holiday");
    assert_eq!(eve.day[1].label.as_deref(), Some("Christmas Eve"));
    assert_eq!(eve.special.len(), 1);
    assert_eq!(eve.week[0].days, "Mon-Sun");
    // Without a day it is today, by the clock of the place.
    assert_eq!(all.told(None, now)[0].date, "2026-11-18");
}

#[test]
fn what_a_queue_is_watched_by_is_rendered_with_its_limits() {
    use super::limits::{self, Limit, Shares};
    let recorder = recorder();
    let metrics = recorder.handle();
    let queue = "people".into();
    let told = |crossed| {
        limits::shares(
            &queue,
            &Shares {
                today: Some(0.75),
                aim: 0.8,
                ..Shares::default()
            },
        );
        limits::agents(&queue, &[("ready", 2), ("engaged", 1)]);
        limits::limit(
            &queue,
            &Limit {
                figure: "service_level",
                side: "below",
                level: "warning",
                limit: 0.8,
                crossed,
            },
        );
    };
    metrics::with_local_recorder(&recorder, || {
        figures::describe();
        told(true);
    });
    let limit = r#"{queue="people",figure="service_level",side="below",level="warning"}"#;
    let text = metrics.render();
    for line in [
        r#"zeroline_queue_service_level_ratio{queue="people",span="today"} 0.75"#.to_owned(),
        r#"zeroline_queue_service_level_ratio{queue="people",span="half_hour"} NaN"#.to_owned(),
        r#"zeroline_queue_service_level_aim_ratio{queue="people"} 0.8"#.to_owned(),
        r#"zeroline_queue_agents_state{queue="people",state="engaged"} 1"#.to_owned(),
        format!("zeroline_queue_threshold{limit} 0.8"),
        format!("zeroline_queue_threshold_crossed{limit} 1"),
        "# HELP zeroline_queue_threshold_crossed 1: the limit is crossed".to_owned(),
    ] {
        assert!(text.contains(&line), "{line} in:\n{text}");
    }
    metrics::with_local_recorder(&recorder, || told(false));
    let text = metrics.render();
    let over = format!("zeroline_queue_threshold_crossed{limit} 0");
    assert!(text.contains(&over), "{text}");
}
