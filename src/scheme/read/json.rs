//! Reads one declared field of a JSON body, without parsing the rest and without allocating.

use super::field::Fault;

/// Finds a text or a number in a JSON body (RFC 8259) by its path of member names with dots between them.
///
/// A text is returned without its quotes; one with escapes is malformed, because it would have to be rewritten.
pub(crate) fn scalar<'b>(body: &'b [u8], path: &str) -> Result<&'b [u8], Fault> {
    let mut at = Cursor(body);
    for name in path.split('.') {
        at = at.member(name.as_bytes())?;
    }
    at.scalar()
}

/// Finds a text or a number as [`scalar`] does and hands its bytes to `out` piece by piece, the escapes of a text decoded.
pub(crate) fn decoded(body: &[u8], path: &str, out: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
    let mut at = Cursor(body);
    for name in path.split('.') {
        at = at.member(name.as_bytes())?;
    }
    at.skip_whitespace();
    match at.0 {
        [b'"', ..] => unescape(at.string()?, out),
        _ => at.scalar().map(out),
    }
}

/// The same, but a member that is missing or `null` counts as empty.
pub(crate) fn or_empty(body: &[u8], path: &str, out: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
    match scalar(body, path) {
        Err(Fault::Missing) | Ok(b"null") => {
            // A text that says `null` is not empty.
            let mut at = Cursor(body);
            for name in path.split('.') {
                match at.member(name.as_bytes()) {
                    Err(Fault::Missing) => return Ok(()),
                    other => at = other?,
                }
            }
            at.skip_whitespace();
            if at.0.first() == Some(&b'"') { decoded(body, path, out) } else { Ok(()) }
        }
        _ => decoded(body, path, out),
    }
}

/// Hands the items of an array to `each`: the text of every item, as it is there.
pub(crate) fn items<'b, E: From<Fault>>(
    body: &'b [u8],
    path: &str,
    each: &mut dyn FnMut(&'b [u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut at = Cursor(body);
    for name in path.split('.') {
        at = at.member(name.as_bytes())?;
    }
    if !at.eat(b'[') {
        return Err(Fault::Malformed.into());
    }
    if at.eat(b']') {
        return Ok(());
    }
    loop {
        at.skip_whitespace();
        let start = at.0;
        at.skip_value()?;
        let len = start.len().saturating_sub(at.0.len());
        each(start.get(..len).unwrap_or_default())?;
        if at.eat(b']') {
            return Ok(());
        }
        if !at.eat(b',') {
            return Err(Fault::Malformed.into());
        }
    }
}

/// Decodes the escapes of a JSON text (RFC 8259, section 7). A surrogate without its other half is malformed.
fn unescape(text: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.iter().position(|b| *b == b'\\').unwrap_or(rest.len());
        let (head, tail) = rest.split_at_checked(plain).unwrap_or((rest, b""));
        out(head);
        rest = match tail {
            [] => return Ok(()),
            [_, b'u', tail @ ..] => {
                let (first, tail) = hex4(tail)?;
                let (code, tail) = match (first, tail) {
                    (0xd800..=0xdbff, [b'\\', b'u', tail @ ..]) => {
                        let (second, tail) = hex4(tail)?;
                        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or(Fault::Malformed)?;
                        let high = first.saturating_sub(0xd800) << 10;
                        ((high | low).saturating_add(0x1_0000), tail)
                    }
                    _ => (first, tail),
                };
                let c = char::from_u32(code).ok_or(Fault::Malformed)?;
                out(c.encode_utf8(&mut [0; 4]).as_bytes());
                tail
            }
            [_, escaped, tail @ ..] => {
                let byte = match escaped {
                    b'"' | b'\\' | b'/' => *escaped,
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    _ => return Err(Fault::Malformed),
                };
                out(&[byte]);
                tail
            }
            [_] => return Err(Fault::Malformed),
        };
    }
    Ok(())
}

/// Four hexadecimal digits and what follows them.
fn hex4(text: &[u8]) -> Result<(u32, &[u8]), Fault> {
    let (digits, tail) = text.split_at_checked(4).ok_or(Fault::Malformed)?;
    let mut bytes = [0; 2];
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| Fault::Malformed)?;
    Ok((u32::from(u16::from_be_bytes(bytes)), tail))
}

/// Whether another reader could take this member name for that one: all decode `\u0061`, and some take any letter case.
fn spells(key: &[u8], name: &[u8]) -> Result<bool, Fault> {
    let (mut left, mut same) = (name, true);
    unescape(key, &mut |piece| {
        let (head, tail) = left.split_at_checked(piece.len()).unwrap_or_default();
        same &= head.eq_ignore_ascii_case(piece);
        left = tail;
    })?;
    Ok(same && left.is_empty())
}

/// The rest of a JSON text.
#[derive(Clone, Copy)]
struct Cursor<'b>(&'b [u8]);

impl<'b> Cursor<'b> {
    fn skip_whitespace(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', tail @ ..] = self.0 {
            self.0 = tail;
        }
    }

    /// The next byte after whitespace, if it is this one.
    fn eat(&mut self, byte: u8) -> bool {
        self.skip_whitespace();
        match self.0 {
            [first, tail @ ..] if *first == byte => {
                self.0 = tail;
                true
            }
            _ => false,
        }
    }

    /// The inside of a string, quotes off; the cursor must be before the opening quote.
    fn string(&mut self) -> Result<&'b [u8], Fault> {
        if !self.eat(b'"') {
            return Err(Fault::Malformed);
        }
        let start = self.0;
        let mut len = 0_usize;
        loop {
            match self.0 {
                [b'"', tail @ ..] => {
                    self.0 = tail;
                    return start.get(..len).ok_or(Fault::Malformed);
                }
                [b'\\', _, tail @ ..] => {
                    self.0 = tail;
                    len = len.saturating_add(2);
                }
                [_, tail @ ..] => {
                    self.0 = tail;
                    len = len.saturating_add(1);
                }
                [] => return Err(Fault::Malformed),
            }
        }
    }

    /// Passes over one value of any kind; nesting is counted, not recursed into.
    fn skip_value(&mut self) -> Result<(), Fault> {
        let mut depth = 0_usize;
        loop {
            self.skip_whitespace();
            match self.0 {
                [b'"', ..] => {
                    self.string()?;
                }
                [b'{' | b'[', tail @ ..] => {
                    self.0 = tail;
                    depth = depth.saturating_add(1);
                }
                [b'}' | b']', tail @ ..] if depth > 0 => {
                    self.0 = tail;
                    depth = depth.saturating_sub(1);
                }
                [b',' | b':', tail @ ..] if depth > 0 => {
                    self.0 = tail;
                    continue;
                }
                _ => {
                    self.bare()?;
                }
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn bare(&mut self) -> Result<&'b [u8], Fault> {
        let fits = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        let len = self.0.iter().take_while(|b| fits(b)).count();
        let (word, tail) = self.0.split_at_checked(len).ok_or(Fault::Malformed)?;
        self.0 = tail;
        if word.is_empty() { Err(Fault::Malformed) } else { Ok(word) }
    }

    /// The value of a member of the object at the cursor. The whole object is read, so that a second one is noticed.
    fn member(mut self, name: &[u8]) -> Result<Self, Fault> {
        if !self.eat(b'{') {
            return Err(Fault::Malformed);
        }
        let mut found = Err(Fault::Missing);
        if self.eat(b'}') {
            return found;
        }
        loop {
            let key = self.string()?;
            if !self.eat(b':') {
                return Err(Fault::Malformed);
            }
            self.skip_whitespace();
            if key != name && spells(key, name)? {
                return Err(Fault::Malformed);
            }
            if key == name {
                if found.is_ok() {
                    return Err(Fault::Repeated);
                }
                found = Ok(self);
            }
            self.skip_value()?;
            if self.eat(b'}') {
                return found;
            }
            if !self.eat(b',') {
                return Err(Fault::Malformed);
            }
        }
    }

    fn scalar(mut self) -> Result<&'b [u8], Fault> {
        self.skip_whitespace();
        match self.0 {
            [b'"', ..] => self.string().and_then(|text| if text.contains(&b'\\') { Err(Fault::Malformed) } else { Ok(text) }),
            [b'{' | b'[', ..] => Err(Fault::Malformed),
            _ => self.bare(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn json_fields() {
        let body = br#" { "a" : [1,{"t":9}], "s\"t":"}", "t" : 1759999995000 , "n":{"x":"y","deep":{"z":-1.5e3}} } "#;
        assert_eq!(scalar(body, "t"), Ok(b"1759999995000".as_slice()));
        assert_eq!(scalar(body, "n.x"), Ok(b"y".as_slice()));
        assert_eq!(scalar(body, "n.deep.z"), Ok(b"-1.5e3".as_slice()));
        assert_eq!(scalar(body, "missing"), Err(Fault::Missing));
        assert_eq!(scalar(body, "n"), Err(Fault::Malformed));
        assert_eq!(scalar(b"{}", "t"), Err(Fault::Missing));
        assert_eq!(scalar(br#"{"t":1,"t":2}"#, "t"), Err(Fault::Repeated));
        assert_eq!(scalar(br#"{"t":"a\u0041"}"#, "t"), Err(Fault::Malformed));
        // Another spelling of the name would be the same member to another reader.
        assert_eq!(scalar(br#"{"t":1,"\u0074":2}"#, "t"), Err(Fault::Malformed));
        assert_eq!(scalar(br#"{"t":1,"T":2}"#, "t"), Err(Fault::Malformed));
        for broken in [
            "",
            "[]",
            "{",
            "{\"t\"",
            "{\"t\":",
            "{\"t\":1",
            "{\"t\":1,",
            "{t:1}",
            "{\"t\":1 \"u\":2}",
            "null",
            "{\"t\":\"",
            "{\"t\":\"\\",
        ] {
            assert!(scalar(broken.as_bytes(), "t").is_err(), "{broken}");
        }
    }

    #[test]
    fn json_texts_are_decoded() {
        let read = |body: &str| {
            let mut out = Vec::new();
            decoded(body.as_bytes(), "a.b", &mut |piece| out.extend_from_slice(piece)).map(|()| out)
        };
        let text = |inner: &str| read(&alloc::format!(r#"{{"a":{{"b":{inner}}}}}"#));
        assert_eq!(text(r#""x\/\n\u00e9\ud83d\ude00\"\\ ü""#), Ok("x/\né😀\"\\ ü".into()));
        assert_eq!(text("12.50"), Ok(b"12.50".to_vec()));
        for bad in [r#""\ud83d""#, r#""\ud83d\u0041""#, r#""\x""#, r#""\u12""#, "{}", "[1]"] {
            assert_eq!(text(bad), Err(Fault::Malformed), "{bad}");
        }
        let or_empty = |body: &str| {
            let mut out = Vec::new();
            or_empty(body.as_bytes(), "a.b", &mut |piece| out.extend_from_slice(piece)).map(|()| out)
        };
        assert_eq!(or_empty("{}"), Ok(Vec::new()));
        assert_eq!(or_empty(r#"{"a":{"b":null}}"#), Ok(Vec::new()));
        assert_eq!(or_empty(r#"{"a":{"b":"null"}}"#), Ok(b"null".to_vec()));
        assert_eq!(or_empty(r#"{"a":{"b":true}}"#), Ok(b"true".to_vec()));
        assert_eq!(or_empty(r#"{"a":{"b":1,"b":1}}"#), Err(Fault::Repeated));
    }

    #[test]
    fn items_of_an_array() {
        let read = |body: &'static str| {
            let mut items = Vec::new();
            super::items::<Fault>(body.as_bytes(), "list", &mut |item| {
                items.push(core::str::from_utf8(item).unwrap());
                Ok(())
            })
            .map(|()| items)
        };
        assert_eq!(read(r#"{"list": [ {"a":[1,2]} , 3,"x]"]}"#), Ok(alloc::vec![r#"{"a":[1,2]}"#, "3", "\"x]\""]));
        assert_eq!(read(r#"{"list":[]}"#), Ok(Vec::new()));
        for bad in ["{\"list\":{}}", "{\"list\":[1", "{\"list\":[1 2]}", "{\"list\":[,]}"] {
            assert_eq!(read(bad), Err(Fault::Malformed), "{bad}");
        }
    }

    #[test]
    fn deep_nesting_does_not_recurse() {
        let mut body = b"{\"a\":".to_vec();
        body.extend(core::iter::repeat_n(b'[', 1_000_000));
        body.extend(core::iter::repeat_n(b']', 1_000_000));
        body.extend(b",\"t\":1}");
        assert_eq!(scalar(&body, "t"), Ok(b"1".as_slice()));
    }
}
