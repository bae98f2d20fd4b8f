//! The header fields of a message, in order, as bytes.

use std::fmt;

use bytes::Bytes;

use super::lex::ListItems;
use super::name::HeaderName;

/// One header field: its name and its value without surrounding blanks, folds undone.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// The name.
    pub name: HeaderName,
    /// The value. Holds neither CR nor LF; need not be UTF-8.
    value: Bytes,
}

impl Header {
    /// The value.
    pub const fn value(&self) -> &Bytes {
        &self.value
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: …{} bytes", self.name, self.value.len())
    }
}

/// Header fields in the order of the message. Values share the message's buffer.
///
/// Whatever is put in by [`push`](Headers::push) and its kin can not break out of its line: CR,
/// LF and NUL become blanks. Content-Length is not kept here: writing a message adds it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    list: Vec<Header>,
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.list).finish()
    }
}

/// `value` with what could end the line made blanks.
fn safe(value: Bytes) -> Bytes {
    if !value.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
        return value;
    }
    value
        .iter()
        .map(|&b| {
            if matches!(b, b'\r' | b'\n' | 0) {
                b' '
            } else {
                b
            }
        })
        .collect()
}

impl Headers {
    /// None.
    pub const fn new() -> Headers {
        Headers { list: Vec::new() }
    }

    pub(crate) fn with_capacity(n: usize) -> Headers {
        Headers {
            list: Vec::with_capacity(n),
        }
    }

    /// For values that came off the wire and hold no line end.
    pub(crate) fn push_wire(&mut self, name: HeaderName, value: Bytes) {
        self.list.push(Header { name, value });
    }

    /// How many header fields.
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.list.iter()
    }

    /// The value of the first field of that name.
    pub fn get(&self, name: impl Into<HeaderName>) -> Option<&[u8]> {
        let name = name.into();
        self.raw(&name)
    }

    pub(crate) fn raw(&self, name: &HeaderName) -> Option<&[u8]> {
        self.list
            .iter()
            .find(|h| h.name == *name)
            .map(|h| h.value.as_ref())
    }

    /// As [`Headers::get`]; `None` also when the value is not UTF-8.
    pub fn get_str(&self, name: impl Into<HeaderName>) -> Option<&str> {
        std::str::from_utf8(self.get(name)?).ok()
    }

    /// As [`Headers::get`], sharing the buffer.
    pub fn get_bytes(&self, name: impl Into<HeaderName>) -> Option<Bytes> {
        let name = name.into();
        self.list
            .iter()
            .find(|h| h.name == name)
            .map(|h| h.value.clone())
    }

    /// Whether a field of that name is there.
    pub fn contains(&self, name: impl Into<HeaderName>) -> bool {
        self.get(name).is_some()
    }

    /// Every field of that name, unsplit.
    pub fn fields(&self, name: impl Into<HeaderName>) -> impl Iterator<Item = &Bytes> {
        let name = name.into();
        self.list
            .iter()
            .filter(move |h| h.name == name)
            .map(|h| &h.value)
    }

    /// Every value of that name: fields in order, each split at commas where the header is a
    /// list (RFC 3261 §7.3.1).
    pub fn values(&self, name: impl Into<HeaderName>) -> Values<'_> {
        Values {
            name: name.into(),
            fields: self.list.iter(),
            items: ListItems::none(),
        }
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: impl Into<HeaderName>, value: impl Into<Bytes>) {
        self.list.push(Header {
            name: name.into(),
            value: safe(value.into()),
        });
    }

    /// Adds a field before all others: our Via, a Record-Route.
    pub fn push_front(&mut self, name: impl Into<HeaderName>, value: impl Into<Bytes>) {
        self.list.insert(
            0,
            Header {
                name: name.into(),
                value: safe(value.into()),
            },
        );
    }

    /// Puts one field in place of all of that name, where the first stood.
    pub fn set(&mut self, name: impl Into<HeaderName>, value: impl Into<Bytes>) {
        let name = name.into();
        let value = safe(value.into());
        match self.list.iter().position(|h| h.name == name) {
            None => self.list.push(Header { name, value }),
            Some(at) => {
                let mut i = 0;
                self.list.retain(|h| {
                    i += 1;
                    i - 1 <= at || h.name != name
                });
                if let Some(h) = self.list.get_mut(at) {
                    h.value = value;
                }
            }
        }
    }

    /// Takes away all fields of that name; whether there were any.
    pub fn remove(&mut self, name: impl Into<HeaderName>) -> bool {
        let name = name.into();
        let before = self.list.len();
        self.list.retain(|h| h.name != name);
        self.list.len() != before
    }

    /// Copies all fields of that name from another message, in order.
    pub fn copy_from(&mut self, other: &Headers, name: &HeaderName) {
        self.list
            .extend(other.list.iter().filter(|h| h.name == *name).cloned());
    }

    /// Puts `value` in place of the first value of a list header (the top Via), leaving the
    /// others as they are. Nothing happens when there is none.
    pub fn replace_first_value(&mut self, name: impl Into<HeaderName>, value: impl AsRef<[u8]>) {
        let name = name.into();
        let Some(h) = self.list.iter_mut().find(|h| h.name == name) else {
            return;
        };
        let mut items = ListItems::new(&h.value);
        items.next();
        let mut out = value.as_ref().to_vec();
        for item in items {
            out.extend_from_slice(b", ");
            out.extend_from_slice(item);
        }
        h.value = safe(Bytes::from(out));
    }

    /// Takes away the first value of a list header (our Via from a response, the top Route).
    pub fn remove_first_value(&mut self, name: impl Into<HeaderName>) {
        let name = name.into();
        let Some(at) = self.list.iter().position(|h| h.name == name) else {
            return;
        };
        let rest: Vec<u8> = match self.list.get(at) {
            None => return,
            Some(h) => {
                let mut items = ListItems::new(&h.value);
                items.next();
                items.collect::<Vec<_>>().join(&b", "[..])
            }
        };
        if rest.is_empty() {
            self.list.remove(at);
        } else if let Some(h) = self.list.get_mut(at) {
            h.value = Bytes::from(rest);
        }
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// The values of one header: see [`Headers::values`].
#[derive(Clone, Debug)]
pub struct Values<'a> {
    name: HeaderName,
    fields: std::slice::Iter<'a, Header>,
    items: ListItems<'a>,
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            if let Some(item) = self.items.next() {
                return Some(item);
            }
            let field = self.fields.find(|h| h.name == self.name)?;
            if !self.name.is_list() {
                return Some(&field.value);
            }
            self.items = ListItems::new(&field.value);
        }
    }
}
