//! A JSON text as a tree that keeps what parsers usually lose: the order of members and the spelling of numbers.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A value of a JSON text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    /// `true`, `false`, `null`, or a number as it was spelt.
    Bare(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Deeper texts are left alone.
const MOST_DEPTH: u8 = 64;

impl Json {
    /// Reads a whole text; `None` if it is not JSON.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let raw: &RawValue = serde_json::from_slice(text).ok()?;
        Self::of(raw, MOST_DEPTH)
    }

    fn of(raw: &RawValue, depth: u8) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        let text = raw.get();
        let mut inner = serde_json::Deserializer::from_str(text);
        Some(match text.as_bytes().first()? {
            b'"' => Self::Text(serde_json::from_str(text).ok()?),
            b'[' => {
                let items: Vec<&RawValue> = inner.deserialize_seq(Items).ok()?;
                Self::List(items.into_iter().map(|item| Self::of(item, depth)).collect::<Option<_>>()?)
            }
            b'{' => {
                let members = inner.deserialize_map(Members).ok()?;
                let member = |(name, value)| Some((name, Self::of(value, depth)?));
                Self::Object(members.into_iter().map(member).collect::<Option<_>>()?)
            }
            _ => Self::Bare(text.to_string()),
        })
    }

    /// Whether it is a list or an object.
    pub(super) const fn is_container(&self) -> bool {
        matches!(self, Self::List(_) | Self::Object(_))
    }

    /// Changes every value, parents after their children.
    pub(super) fn map(self, change: &mut dyn FnMut(Self) -> Self) -> Self {
        let inner = match self {
            Self::List(items) => Self::List(items.into_iter().map(|item| item.map(change)).collect()),
            Self::Object(members) => Self::Object(members.into_iter().map(|(name, value)| (name, value.map(change))).collect()),
            leaf => leaf,
        };
        change(inner)
    }
}

struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(items)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_numbers_are_kept() {
        let tree = Json::parse(br#" {"b":1.50,"a":[1e3,null,"x\u00e9\/"],"b":{}} "#).unwrap();
        let Json::Object(members) = tree else { panic!() };
        assert_eq!(members.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b", "a", "b"]);
        assert_eq!(members[0].1, Json::Bare("1.50".into()));
        assert_eq!(
            members[1].1,
            Json::List(alloc::vec![Json::Bare("1e3".into()), Json::Bare("null".into()), Json::Text("xé/".into())])
        );
        assert!(Json::parse(b"{").is_none());
        assert!(Json::parse(&[b'['; 1000]).is_none());
    }
}
