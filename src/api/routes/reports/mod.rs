//! The page of reports: waits, people, self-service and promises of a span of time, interval by
//! interval, from one reading of the record.

mod view;

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::tz::TimeZone;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use utoipa::IntoParams;

use self::view::{Figures, ReviewView};
use super::statistics::spans_of;
use crate::api::Api;
use crate::api::fields::{Query, name};
use crate::api::problem::{Answer, Problem};
use crate::api::who::{Right, Who};
use crate::ids::{LineName, QueueName};
use crate::now::Wall;
use crate::statistics::spans::{Span, Unit};
use crate::store::StoreError;
use crate::task::{board, clock};

/// More intervals than that nobody reads.
const MOST: usize = 400;
/// More contacts are asked for by parts: so many are read in the time that a request has.
const MOST_CONTACTS: u64 = 200_000;
/// So long a report waits for another one to be drawn.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// One at a time: the record is large, and the machine has calls to serve.
static TURN: Semaphore = Semaphore::const_new(1);

/// Which report.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// From then on: `2026-11-02`, `2026-11-02T08:00`, or `7d` (ago); without it today.
    since: Option<String>,
    /// To before then, likewise; without it now.
    until: Option<String>,
    /// By `quarter` (of an hour), `hour` (the default), `day`, `week` or `month`; at most 400 of them.
    by: Option<String>,
    /// By the clock of this zone: `Europe/Copenhagen`; without it that of the server's machine.
    zone: Option<String>,
    /// Calls to this line only.
    line: Option<String>,
    /// This queue only; what belongs to lines is then of all queues.
    queue: Option<String>,
}

/// What a span of time came to, interval by interval
///
/// A contact counts where it began. At most 200000 contacts, and one report at a time is drawn.
#[utoipa::path(get, path = "/reports", tag = "statistics", params(Asked),
    responses((status = 200, body = ReviewView), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<ReviewView>> {
    who.need(Right::SeeAll)?;
    let line = asked.opt("line", name).map(LineName::new);
    let queue = asked.opt("queue", name).map(QueueName::new);
    if let Some(queue) = &queue
        && api.queue(queue.as_str()).is_none()
    {
        asked.tell("queue", "is none of ours", "GET /api/v1/queues lists them");
    }
    let found = spans_of(&mut asked, MOST, Some(Unit::Hour));
    let (spans, by, zone) = asked.finish(found)?;
    let Ok(Ok(turn)) = tokio::time::timeout(LONGEST_WAIT, TURN.acquire()).await else {
        return Err(Problem::unavailable("another report is being drawn")
            .remedy("try again in a moment, or ask for a shorter time"));
    };
    // The record is written behind the calls.
    api.store.flush().await?;
    let all = whole(&spans);
    let contacts = api.reader.contacts_in(all).await?;
    if contacts > MOST_CONTACTS {
        let what = format!("that is {contacts} contacts; {MOST_CONTACTS} are read at most");
        return Err(Problem::field("since", what, "ask for a shorter time"));
    }
    let now = clock::now().wall;
    let rules = board::rules(&api.config());
    let teams = board::teams(&api.config());
    // What is read is read beside the tasks of calls, and not between them.
    let reader = api.reader.clone();
    let runtime = Handle::current();
    let drawn = tokio::task::spawn_blocking(move || {
        // Who asked may be gone: it is drawn all the same, and the next one waits for it.
        let _turn = turn;
        runtime.block_on(async {
            let (parts, sum) = reader.review(&rules, &spans, line.as_ref(), now).await?;
            let callbacks = reader.callbacks_in(all).await?;
            let figures = Figures {
                line: line.as_ref(),
                queue: queue.as_ref(),
                teams: &teams,
                zone: zone_name(&zone, now),
                by: word(by.unwrap_or(Unit::Hour)),
            };
            Ok::<_, StoreError>(figures.view(&spans, parts, sum, &callbacks))
        })
    });
    let view = drawn.await.map_err(|_| Problem::internal())??;
    Ok(Json(view))
}

fn whole(spans: &[Span]) -> Span {
    let never = Wall::from_unix_millis(0);
    Span {
        since: spans.first().map_or(never, |s| s.since),
        until: spans.last().map_or(never, |s| s.until),
    }
}

const fn word(by: Unit) -> &'static str {
    match by {
        Unit::Quarter => "quarter",
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
    }
}

/// As browsers know it; a machine's zone without a name by its offset.
fn zone_name(zone: &TimeZone, now: Wall) -> String {
    match zone.iana_name() {
        Some(name) => name.to_owned(),
        None => {
            let now = jiff::Timestamp::from_millisecond(now.unix_millis()).unwrap_or_default();
            let minutes = zone.to_offset(now).seconds() / 60;
            let sign = if minutes < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
    }
}
