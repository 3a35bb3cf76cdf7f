//! Reads one declared field of a body, without parsing the rest and without allocating.
//!
//! Bodies are not parsed here: the field of a JSON or form body that a scheme names is found, and nothing else is looked
//! at. A field that occurs twice is an error, because two parsers could choose differently.

/// Why a field was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing,
    Malformed,
    Repeated,
}

/// Finds a text or a number in a JSON body (RFC 8259) by its path of member names with dots between them.
///
/// A text is returned without its quotes; one with escapes is malformed, because it would have to be rewritten.
pub(crate) fn json<'b>(body: &'b [u8], path: &str) -> Result<&'b [u8], Fault> {
    let mut at = Cursor(body);
    for name in path.split('.') {
        at = at.member(name.as_bytes())?;
    }
    at.scalar()
}

/// Finds a field of a form body by its name and hands its decoded bytes to `out`, piece by piece.
pub(crate) fn form(body: &[u8], name: &str, out: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
    let value = form_raw(body, name)?;
    let mut rest = value;
    while let [byte, tail @ ..] = rest {
        rest = match (byte, tail) {
            (b'%', [high, low, after @ ..]) => {
                let mut decoded = [0];
                hex::decode_to_slice([*high, *low], &mut decoded).map_err(|_| Fault::Malformed)?;
                out(&decoded);
                after
            }
            (b'%', _) => return Err(Fault::Malformed),
            (b'+', after) => {
                out(b" ");
                after
            }
            (plain, after) => {
                out(&[*plain]);
                after
            }
        };
    }
    Ok(())
}

/// Finds a field of a form body that must occur once; its value is still percent-encoded.
pub(crate) fn form_raw<'b>(body: &'b [u8], name: &str) -> Result<&'b [u8], Fault> {
    let mut found = Err(Fault::Missing);
    for pair in body.split(|b| *b == b'&') {
        let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
        let (key, value) = pair.split_at_checked(at).unwrap_or((pair, b""));
        if key == name.as_bytes() {
            found = if found == Err(Fault::Missing) { Ok(value.get(1..).unwrap_or_default()) } else { Err(Fault::Repeated) };
        }
    }
    found
}

/// The rest of a JSON text.
#[derive(Clone, Copy)]
struct Cursor<'b>(&'b [u8]);

impl<'b> Cursor<'b> {
    fn skip_blanks(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', tail @ ..] = self.0 {
            self.0 = tail;
        }
    }

    /// The next byte after blanks, if it is this one.
    fn eat(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        match self.0 {
            [first, tail @ ..] if *first == byte => {
                self.0 = tail;
                true
            }
            _ => false,
        }
    }

    /// The inside of a string, quotes off; the cursor must stand before the opening quote.
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
            self.skip_blanks();
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
            self.skip_blanks();
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
        self.skip_blanks();
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
        assert_eq!(json(body, "t"), Ok(b"1759999995000".as_slice()));
        assert_eq!(json(body, "n.x"), Ok(b"y".as_slice()));
        assert_eq!(json(body, "n.deep.z"), Ok(b"-1.5e3".as_slice()));
        assert_eq!(json(body, "missing"), Err(Fault::Missing));
        assert_eq!(json(body, "n"), Err(Fault::Malformed));
        assert_eq!(json(b"{}", "t"), Err(Fault::Missing));
        assert_eq!(json(br#"{"t":1,"t":2}"#, "t"), Err(Fault::Repeated));
        assert_eq!(json(br#"{"t":"a\u0041"}"#, "t"), Err(Fault::Malformed));
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
            assert!(json(broken.as_bytes(), "t").is_err(), "{broken}");
        }
    }

    #[test]
    fn deep_nesting_does_not_recurse() {
        let mut body = b"{\"a\":".to_vec();
        body.extend(core::iter::repeat_n(b'[', 1_000_000));
        body.extend(core::iter::repeat_n(b']', 1_000_000));
        body.extend(b",\"t\":1}");
        assert_eq!(json(&body, "t"), Ok(b"1".as_slice()));
    }

    #[test]
    fn form_fields() {
        let read = |body: &[u8], name| {
            let mut out = Vec::new();
            form(body, name, &mut |piece| out.extend_from_slice(piece)).map(|()| out)
        };
        assert_eq!(read(b"a=1&id=a%2Fb+c&z", "id"), Ok(b"a/b c".to_vec()));
        assert_eq!(read(b"a=1", "id"), Err(Fault::Missing));
        assert_eq!(read(b"id=1&id=1", "id"), Err(Fault::Repeated));
        assert_eq!(read(b"id=%2", "id"), Err(Fault::Malformed));
        assert_eq!(read(b"id=%zz", "id"), Err(Fault::Malformed));
        assert_eq!(read(b"id", "id"), Ok(Vec::new()));
    }
}
