//! What was known of a caller before: earlier contacts, what is owed to them, and what the operator's
//! own books (a CRM) say. All of it is looked up beside the call, and is on the card when it is known.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::ids::{AgentId, ContactId, LineName, QueueName};
use crate::now::Wall;

/// Earlier contacts that are told of.
pub const MAX_PAST: usize = 5;
/// Things that are owed that are told of.
pub const MAX_OWED: usize = 5;
/// Octets of what a CRM answers.
pub const MAX_ANSWER: usize = 16 << 10;
/// Characters of a name or a value of a CRM; more is cut.
const MAX_VALUE: usize = 80;
/// Characters of notes.
const MAX_NOTES: usize = 600;
/// Characters of an address.
const MAX_URL: usize = 1_024;
/// Further values.
const MAX_FIELDS: usize = 12;

/// Something that is found out about a caller while the call goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Learnt {
    /// From our own record.
    History(History),
    /// How the asking of the CRM stands.
    Crm(Crm),
}

/// What our own record knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Earlier contacts, the newest first.
    pub past: Vec<Past>,
    /// What is not done yet.
    pub owed: Vec<Owed>,
}

/// An earlier contact.
#[derive(Clone, PartialEq)]
pub struct Past {
    /// Which.
    pub contact: ContactId,
    /// On this line.
    pub line: LineName,
    /// How it ended: a word of [`super::verdict::Verdict`]; `None`: it goes on.
    pub ended: Option<String>,
    /// Whom they talked to last.
    pub agent: Option<AgentId>,
    /// What the agent wrote up: a code of the queue's.
    pub code: Option<String>,
    /// And in their own words.
    pub note: Option<String>,
    /// The lowest answer to a survey, and the highest that there was.
    pub rated: Option<(u8, u8)>,
}

/// Something that is owed to the caller.
#[derive(Clone, PartialEq)]
pub struct Owed {
    /// `callback`, `message` or `follow_up`.
    pub what: String,
    /// Since when.
    pub since: Wall,
    /// Whose people do it.
    pub queue: Option<QueueName>,
    /// In an agent's words.
    pub title: Option<String>,
}

/// How the asking of the CRM stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Crm {
    /// Nobody is asked: there is none, or the number is not known.
    #[default]
    Unasked,
    /// It has been asked.
    Asked,
    /// It knows them; `late`: it took longer than it may.
    Known {
        /// What it says.
        customer: Box<Customer>,
        /// It came after its time.
        late: bool,
    },
    /// It does not know them.
    Stranger,
    /// It has not answered in its time; perhaps it will.
    Late,
    /// It can not tell, for this reason.
    Failed(String),
}

/// What a CRM says of a customer.
#[derive(Clone, Default, PartialEq)]
pub struct Customer {
    /// Their name.
    pub name: Option<String>,
    /// What kind of customer they are.
    pub tier: Option<String>,
    /// What is to be known of them.
    pub notes: Option<String>,
    /// Where there is more.
    pub url: Option<String>,
    /// Further names and values, in its order.
    pub fields: Vec<(String, String)>,
}

// What people wrote about somebody is for the agent's eyes, not for logs.

impl fmt::Debug for Past {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Past")
            .field("contact", &self.contact)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Owed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owed")
            .field("what", &self.what)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer").finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Answer {
    name: Option<String>,
    tier: Option<String>,
    notes: Option<String>,
    url: Option<String>,
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    value: Value,
}

impl Customer {
    /// Reads the answer of a CRM; `None`: it knows nothing. Longer texts are cut.
    ///
    /// # Errors
    /// In words, what is wrong with it; nothing of it is repeated.
    pub fn read(body: &[u8]) -> Result<Option<Customer>, String> {
        let answer: Option<Answer> = serde_json::from_slice(body)
            .map_err(|e| format!("it is not what was asked for, at column {}", e.column()))?;
        let Some(answer) = answer else {
            return Ok(None);
        };
        let url = match answer.url.map(|u| u.trim().to_owned()) {
            Some(url) if url.is_empty() => None,
            Some(url) if is_web(&url) => Some(url),
            Some(_) => return Err("its `url` is no address of the web".to_owned()),
            None => None,
        };
        let mut fields = Vec::new();
        for field in answer.fields.into_iter().take(MAX_FIELDS) {
            let value = match field.value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(yes) => if yes { "yes" } else { "no" }.to_owned(),
                Value::Null => continue,
                Value::Array(_) | Value::Object(_) => {
                    return Err("a field's `value` is neither text nor a number".to_owned());
                }
            };
            if let (Some(name), Some(value)) =
                (clean(&field.name, MAX_VALUE), clean(&value, MAX_VALUE))
            {
                fields.push((name, value));
            }
        }
        let text = |text: Option<String>, most| text.and_then(|t| clean(&t, most));
        let customer = Customer {
            name: text(answer.name, MAX_VALUE),
            tier: text(answer.tier, MAX_VALUE),
            notes: text(answer.notes, MAX_NOTES),
            url,
            fields,
        };
        Ok((customer != Customer::default()).then_some(customer))
    }

    fn to_json(&self) -> Value {
        let field = |(name, value): &(String, String)| json!({ "name": name, "value": value });
        json!({
            "name": self.name,
            "tier": self.tier,
            "notes": self.notes,
            "url": self.url,
            "fields": self.fields.iter().map(field).collect::<Vec<_>>(),
        })
    }
}

impl Crm {
    /// For the card: `null` where nobody is asked; else how it stands, and what it says.
    pub fn to_json(&self) -> Value {
        match self {
            Crm::Unasked => Value::Null,
            Crm::Asked => json!({ "state": "asked" }),
            Crm::Stranger => json!({ "state": "none" }),
            Crm::Late => json!({ "state": "late" }),
            Crm::Failed(why) => json!({ "state": "failed", "why": why }),
            Crm::Known { customer, late } => {
                let mut told = customer.to_json();
                told["state"] = json!("known");
                told["late"] = json!(late);
                told
            }
        }
    }
}

impl History {
    /// Earlier contacts, for the card.
    pub fn past_json(&self) -> Value {
        let past = self.past.iter().map(|p| {
            json!({
                "contact": p.contact.to_string(),
                "at": stamp(p.contact.started()),
                "line": p.line,
                "ended": p.ended,
                "agent": p.agent,
                "code": p.code,
                "note": p.note,
                "rated": p.rated.map(|(answer, of)| json!({ "answer": answer, "of": of })),
            })
        });
        past.collect()
    }

    /// What is owed, for the card.
    pub fn owed_json(&self) -> Value {
        let owed = self.owed.iter().map(|o| {
            json!({
                "what": o.what,
                "since": stamp(o.since),
                "queue": o.queue,
                "title": o.title,
            })
        });
        owed.collect()
    }
}

fn stamp(at: Wall) -> String {
    let at = jiff::Timestamp::from_millisecond(at.unix_millis());
    at.map(|t| t.to_string()).unwrap_or_default()
}

fn is_web(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let good = |c: char| !c.is_control() && !c.is_whitespace() && !"<>\"'`".contains(c);
    rest.is_some_and(|r| !r.is_empty()) && url.len() <= MAX_URL && url.chars().all(good)
}

/// One line of at most so many characters; `None`: nothing is left.
pub fn clean(text: &str, most: usize) -> Option<String> {
    let mut words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty());
    let mut line = words.next()?.to_owned();
    for word in words {
        line.push(' ');
        line.push_str(word);
    }
    if line.chars().count() > most {
        line = line.chars().take(most - 1).collect();
        line.push('…');
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Option<Customer>, String> {
        Customer::read(body.as_bytes())
    }

    #[test]
    fn an_answer_is_read_bounded_and_cleaned() {
        let long = "x".repeat(9_999);
        let body = json!({
            "name": "  Ann\n Example ", "tier": "gold", "notes": long, "more": [1, 2],
            "url": "https://crm.example/c/7",
            "fields": (0..99).map(|n| json!({ "name": format!("f{n}"), "value": n })).collect::<Vec<_>>(),
        });
        let customer = read(&body.to_string()).unwrap().unwrap();
        assert_eq!(customer.name.as_deref(), Some("Ann Example"));
        assert_eq!(customer.notes.as_ref().unwrap().chars().count(), MAX_NOTES);
        assert_eq!(customer.fields.len(), MAX_FIELDS);
        assert_eq!(customer.fields[1], ("f1".to_owned(), "1".to_owned()));
        assert!(!format!("{customer:?}").contains("Ann"));
        let told = Crm::Known {
            customer: Box::new(customer),
            late: true,
        };
        let told = told.to_json();
        assert_eq!(
            (&told["state"], &told["late"]),
            (&json!("known"), &json!(true))
        );
        assert_eq!(told["fields"][0]["name"], "f0");
    }

    /// It is read within its bounds, or refused in words that repeat nothing of it.
    #[test]
    fn anything_may_come() {
        let good = r#"{"name": "Ann", "tier": "gold", "notes": "Wants\ta call", "more": {"a": []},
            "url": "https://crm.example/c/7", "fields": [{"name": "since", "value": 2019},
            {"name": "vip", "value": true}, {"name": "debt", "value": null}]}"#;
        assert!(matches!(read(good), Ok(Some(_))));
        let fits = |text: &str, most: usize| {
            (1..=most).contains(&text.chars().count()) && !text.contains(char::is_control)
        };
        bolero::check!()
            .with_iterations(3000)
            .with_type::<(Vec<u8>, Vec<(u16, u8)>)>()
            .for_each(|(bytes, changes)| {
                let mut changed = good.as_bytes().to_vec();
                for (at, byte) in changes.iter().take(4) {
                    let at = usize::from(*at) % changed.len();
                    changed[at] = *byte;
                }
                for body in [bytes, &changed] {
                    let customer = match Customer::read(body) {
                        Ok(Some(customer)) => customer,
                        Ok(None) => continue,
                        Err(why) => {
                            assert!(fits(&why, 100), "{why}");
                            continue;
                        }
                    };
                    let short = [&customer.name, &customer.tier];
                    let short = short.into_iter().flatten();
                    let pairs = customer
                        .fields
                        .iter()
                        .flat_map(|(name, value)| [name, value]);
                    assert!(short.chain(pairs).all(|text| fits(text, MAX_VALUE)));
                    assert!(customer.notes.iter().all(|n| fits(n, MAX_NOTES)));
                    assert!(customer.url.iter().all(|u| fits(u, MAX_URL) && is_web(u)));
                    assert!(customer.fields.len() <= MAX_FIELDS);
                    let told = customer.to_json().to_string();
                    assert!(serde_json::from_str::<Value>(&told).is_ok());
                }
            });
    }

    #[test]
    fn who_knows_nothing_may_say_so_in_several_ways() {
        for nothing in ["{}", "null", "{\"name\": \" \", \"fields\": []}"] {
            assert_eq!(read(nothing), Ok(None), "{nothing}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_what_was_said() {
        for (body, part) in [
            ("<html>4711</html>", "at column 1"),
            ("{\"name\": 4711}", "not what was asked for"),
            ("{\"url\": \"javascript:4711\"}", "`url`"),
            ("{\"url\": \"https://a b\"}", "`url`"),
            (
                "{\"fields\": [{\"name\": \"a\", \"value\": [4711]}]}",
                "`value`",
            ),
            ("", "at column"),
        ] {
            let told = read(body).unwrap_err();
            assert!(
                told.contains(part) && !told.contains("4711"),
                "{body}: {told}"
            );
        }
    }
}
