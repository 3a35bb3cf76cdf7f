//! Prints a JSON tree in the ways of the usual serialisers.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::json::Json;

/// Where spaces and line breaks are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) item: &'static str,
    pub(super) pair: &'static str,
    /// One step of indentation; `None` for a single line.
    pub(super) indent: Option<&'static str>,
    pub(super) line: &'static str,
    /// Jackson's way: lists on one line with spaces inside, `{ }` and `[ ]`.
    pub(super) jackson: bool,
}

const fn line(item: &'static str, pair: &'static str) -> Layout {
    Layout { item, pair, indent: None, line: "", jackson: false }
}

const fn pretty(indent: &'static str, pair: &'static str) -> Layout {
    Layout { item: ",", pair, indent: Some(indent), line: "\n", jackson: false }
}

const fn windows(layout: Layout) -> Layout {
    Layout { line: "\r\n", ..layout }
}

/// From the usual to the rare. The first four are tried together with other causes.
pub(super) const LAYOUTS: [Layout; 17] = [
    line(",", ":"),
    line(", ", ": "),
    pretty("  ", ": "),
    pretty("    ", ": "),
    line(",", ": "),
    line(", ", ":"),
    pretty("\t", ": "),
    pretty("   ", " : "),
    pretty("  ", " : "),
    Layout { jackson: true, ..pretty("  ", " : ") },
    pretty("  ", ":"),
    pretty("\t", ":"),
    pretty(" ", ": "),
    pretty("", ": "),
    windows(pretty("  ", ": ")),
    windows(pretty("    ", ": ")),
    Layout { item: ", ", ..pretty("  ", ": ") },
];

/// How members are ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Order {
    Kept,
    Sorted,
    /// By length and then by bytes, as PostgreSQL and MySQL store JSON.
    ByLength,
    /// Without regard to letter case.
    SortedNoCase,
    Reversed,
}

/// Which characters are escaped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Escapes {
    /// Everything but ASCII, as `\u00e9`.
    pub(super) unicode: bool,
    pub(super) upper: bool,
    pub(super) slash: bool,
    /// Further characters that are written as `\u003c`.
    pub(super) more: &'static str,
}

const fn escapes(unicode: bool, upper: bool, slash: bool, more: &'static str) -> Escapes {
    Escapes { unicode, upper, slash, more }
}

/// Plain, Python and Ruby with ASCII, PHP, slashes only, Go, .NET, Gson, Rails, and the like. The first five are tried together
/// with other causes.
pub(super) const ESCAPES: [Escapes; 14] = [
    escapes(false, false, false, ""),
    escapes(true, false, false, ""),
    escapes(true, false, true, ""),
    escapes(false, false, false, "<>&\u{2028}\u{2029}"),
    escapes(false, false, true, ""),
    escapes(true, true, false, "<>&'+\"`\u{7f}"),
    escapes(false, false, false, "<>&='\u{2028}\u{2029}"),
    escapes(true, true, false, ""),
    escapes(true, false, false, "<>&"),
    escapes(true, false, true, "<>&'\""),
    escapes(false, true, false, "<>&'+\"`"),
    escapes(true, true, true, ""),
    escapes(false, false, false, "\u{2028}\u{2029}"),
    escapes(true, false, false, "\u{7f}"),
];

/// One way to print.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub(super) layout: Layout,
    pub(super) order: Order,
    pub(super) escapes: Escapes,
}

impl Style {
    pub(super) fn print(&self, value: &Json) -> Vec<u8> {
        let mut out = String::new();
        self.value(value, 0, &mut out);
        out.into_bytes()
    }

    fn value(&self, value: &Json, depth: usize, out: &mut String) {
        match value {
            Json::Bare(text) => out.push_str(text),
            Json::Text(text) => self.text(text, out),
            Json::List(items) => self.list(items, depth, out),
            Json::Object(members) => self.object(members, depth, out),
        }
    }

    fn list(&self, items: &[Json], depth: usize, out: &mut String) {
        if self.layout.jackson {
            out.push_str("[ ");
            for (n, item) in items.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { ", " });
                // Jackson indents objects by the number of objects around them.
                self.value(item, depth, out);
            }
            out.push_str(if items.is_empty() { "]" } else { " ]" });
            return;
        }
        if items.is_empty() {
            out.push_str("[]");
            return;
        }
        out.push('[');
        for (n, item) in items.iter().enumerate() {
            out.push_str(if n == 0 { "" } else { self.layout.item });
            self.new_line(depth.saturating_add(1), out);
            self.value(item, depth.saturating_add(1), out);
        }
        self.new_line(depth, out);
        out.push(']');
    }

    fn object(&self, members: &[(String, Json)], depth: usize, out: &mut String) {
        if members.is_empty() {
            out.push_str(if self.layout.jackson { "{ }" } else { "{}" });
            return;
        }
        let mut order: Vec<&(String, Json)> = members.iter().collect();
        match self.order {
            Order::Kept => {}
            Order::Sorted => order.sort_by(|a, b| a.0.cmp(&b.0)),
            Order::ByLength => order.sort_by(|a, b| (a.0.len(), &a.0).cmp(&(b.0.len(), &b.0))),
            Order::SortedNoCase => order.sort_by_key(|member| member.0.to_lowercase()),
            Order::Reversed => order.reverse(),
        }
        out.push('{');
        for (n, (name, value)) in order.into_iter().enumerate() {
            out.push_str(if n == 0 { "" } else { self.layout.item });
            self.new_line(depth.saturating_add(1), out);
            self.text(name, out);
            out.push_str(self.layout.pair);
            self.value(value, depth.saturating_add(1), out);
        }
        self.new_line(depth, out);
        out.push('}');
    }

    fn new_line(&self, depth: usize, out: &mut String) {
        if let Some(indent) = self.layout.indent {
            out.push_str(self.layout.line);
            (0..depth).for_each(|_| out.push_str(indent));
        }
    }

    fn text(&self, text: &str, out: &mut String) {
        out.push('"');
        for c in text.chars() {
            let named = match c {
                '"' if !self.escapes.more.contains('"') => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\u{8}' => "\\b",
                '\u{c}' => "\\f",
                '/' if self.escapes.slash => "\\/",
                _ => "",
            };
            if !named.is_empty() {
                out.push_str(named);
            } else if c < ' ' || (self.escapes.unicode && !c.is_ascii()) || self.escapes.more.contains(c) {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&if self.escapes.upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") });
                }
            } else {
                out.push(c);
            }
        }
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn prints(layout: usize, order: Order, escapes: usize, wanted: &str) {
        let tree = Json::parse(r#"{"b":[1,{"x":"é/<"}],"a":{},"c":[]}"#.as_bytes()).unwrap();
        let style = Style { layout: LAYOUTS[layout], order, escapes: ESCAPES[escapes] };
        assert_eq!(String::from_utf8(style.print(&tree)).unwrap(), wanted);
    }

    #[test]
    fn styles() {
        prints(0, Order::Kept, 0, r#"{"b":[1,{"x":"é/<"}],"a":{},"c":[]}"#);
        prints(1, Order::Sorted, 1, r#"{"a": {}, "b": [1, {"x": "\u00e9/<"}], "c": []}"#);
        prints(0, Order::Kept, 2, r#"{"b":[1,{"x":"\u00e9\/<"}],"a":{},"c":[]}"#);
        prints(0, Order::Kept, 3, r#"{"b":[1,{"x":"é/\u003c"}],"a":{},"c":[]}"#);
        prints(
            2,
            Order::Kept,
            0,
            "{\n  \"b\": [\n    1,\n    {\n      \"x\": \"é/<\"\n    }\n  ],\n  \"a\": {},\n  \"c\": []\n}",
        );
        prints(9, Order::Kept, 0, "{\n  \"b\" : [ 1, {\n    \"x\" : \"é/<\"\n  } ],\n  \"a\" : { },\n  \"c\" : [ ]\n}");
    }
}
