//! Writes signatures, timestamp and id into headers, the reverse of `offered`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::headers::Name;
use crate::scheme::rules::{GrammarRule, Names, Rules, SourceRule, TaggedRule};

/// What a signed message carries.
pub(crate) struct Signatures<'s> {
    pub(crate) rules: &'s Rules,
    pub(crate) names: &'s Names,
    pub(crate) timestamp: Option<&'s str>,
    pub(crate) id: Option<&'s str>,
    /// Encoded, in the order of the keys, and whether the key is a previous one.
    pub(crate) signatures: &'s [(bool, String)],
}

impl Signatures<'_> {
    /// How many headers it takes, or more.
    pub(crate) fn count(&self) -> usize {
        let names = self.names;
        let single = [&names.id, &names.timestamp, &names.twin].into_iter().flatten().count();
        single.saturating_add(names.required.len()).saturating_add(names.signature.len().min(self.signatures.len()))
    }

    /// Hands each header to `out`; `None` if there are more signatures than places.
    pub(crate) fn write(&self, out: &mut dyn FnMut(&Name, String)) -> Option<()> {
        let names = self.names;
        if let (Some(name), Some(id)) = (&names.id, self.id) {
            out(name, id.to_string());
        }
        for name in [&names.timestamp, &names.twin].into_iter().flatten() {
            out(name, self.timestamp?.to_string());
        }
        for (name, value) in &names.required {
            out(name, value.to_string());
        }
        match &*names.signature {
            [one] => {
                out(one, self.value(self.signatures)?);
                Some(())
            }
            several => {
                if self.signatures.len() > several.len() {
                    return None;
                }
                several.iter().zip(self.signatures).try_for_each(|(name, signature)| {
                    out(name, self.value(core::slice::from_ref(signature))?);
                    Some(())
                })
            }
        }
    }

    fn value(&self, signatures: &[(bool, String)]) -> Option<String> {
        value(self.rules, self.timestamp.unwrap_or_default(), signatures)
    }
}

/// The text that holds the signatures, wherever it is; `None` if the grammar has room for one only.
pub(super) fn value(rules: &Rules, timestamp: &str, signatures: &[(bool, String)]) -> Option<String> {
    Some(match (&rules.grammar, signatures) {
        (GrammarRule::Whole, [(_, signature)]) => signature.clone(),
        (GrammarRule::Prefix { text, .. }, [(_, signature)]) => [text, signature.as_str()].concat(),
        (GrammarRule::Whole | GrammarRule::Prefix { .. }, _) => return None,
        (GrammarRule::List { between, prefix }, _) => {
            let first = matches!(rules.timestamp, Some((SourceRule::FirstItem, _))).then_some(timestamp);
            let items: Vec<&str> = first.into_iter().chain(signatures.iter().map(|(_, text)| text.as_str())).collect();
            [prefix, items.join(separator(*between, false).as_str()).as_str()].concat()
        }
        (GrammarRule::Tagged(grammar), _) => match grammar.group {
            Some(group) => {
                let groups: Vec<String> =
                    signatures.iter().map(|one| tagged(rules, grammar, timestamp, core::slice::from_ref(one))).collect();
                groups.join(separator(group, false).as_str())
            }
            None => tagged(rules, grammar, timestamp, signatures),
        },
    })
}

fn tagged(rules: &Rules, tagged: &TaggedRule, timestamp: &str, signatures: &[(bool, String)]) -> String {
    let pair = char::from(tagged.pair);
    let mut items = Vec::new();
    let sources = rules.timestamp.iter().map(|(source, _)| source).chain(&rules.twin);
    for source in sources {
        if let SourceRule::Tag(tag) = source {
            items.push(alloc::format!("{tag}{pair}{timestamp}"));
        }
    }
    for (previous, signature) in signatures {
        let tag = if *previous { tagged.emit_previous.as_ref().unwrap_or(&tagged.emit) } else { &tagged.emit };
        items.push(alloc::format!("{tag}{pair}{signature}"));
    }
    items.join(separator(tagged.between, tagged.blank).as_str())
}

fn separator(byte: u8, blank: bool) -> String {
    let mut text = String::from(char::from(byte));
    if blank {
        text.push(' ');
    }
    text
}
