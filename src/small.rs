//! A few bytes on the stack, for what a proof keeps of the headers.

use alloc::boxed::Box;

const INLINE: usize = 46;

/// Bytes that are nearly always short. Up to [`INLINE`] are held without an allocation: a UUID has 36, the ids of Standard
/// Webhooks senders about 31, a timestamp and its separators 14.
#[derive(Clone)]
pub(crate) enum Small {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

impl Small {
    pub(crate) const EMPTY: Self = Self::Inline { len: 0, bytes: [0; INLINE] };

    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut small = Self::EMPTY;
        small.push(bytes);
        small
    }

    pub(crate) fn push(&mut self, more: &[u8]) {
        match self {
            Self::Inline { len, bytes } => {
                let start = usize::from(*len);
                let end = start.saturating_add(more.len());
                match (bytes.get_mut(start..end), u8::try_from(end)) {
                    (Some(room), Ok(end)) => {
                        room.copy_from_slice(more);
                        *len = end;
                    }
                    _ => *self = Self::Heap([self.as_bytes(), more].concat().into()),
                }
            }
            Self::Heap(held) => *held = [held, more].concat().into(),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Heap(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_from_the_stack_to_the_heap() {
        let mut small = Small::EMPTY;
        let mut wanted = alloc::vec::Vec::new();
        for n in 0..200_u8 {
            small.push(&[n]);
            wanted.push(n);
            assert_eq!(small.as_bytes(), wanted);
            assert_eq!(matches!(small, Small::Inline { .. }), wanted.len() <= INLINE);
        }
    }
}
