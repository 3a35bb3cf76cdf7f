//! SHA-256 compression of several states at once with the x86 SHA extensions.
//!
//! One state is a single dependency chain: each `sha256rnds2` waits for the one before it, and the
//! unit idles in between. Rounds of further states fit into those gaps. When the states absorb the
//! same message they share its schedule too, so only the rounds are paid per state.
//!
//! This is the one file of the crate with `unsafe`. Its two reasons are the instructions, which the
//! CPU must have, and the loads and stores, which go through pointers.
#![allow(unsafe_code, reason = "the SHA instructions are only reachable through unsafe functions")]
#![allow(
    unsafe_op_in_unsafe_fn,
    reason = "register-only intrinsics are unsafe before Rust 1.87; pointers get their own blocks"
)]

use core::array::{from_mut, from_ref};

/// Proof that this CPU has the instructions: only [`ShaNi::detect`] makes one.
#[derive(Clone, Copy)]
pub(crate) struct ShaNi(());

impl ShaNi {
    /// Asks the CPU; the answer is cached, so asking per message is fine.
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        cpufeatures::new!(cpu, "sha", "sse2", "ssse3", "sse4.1");
        cpu::get().then_some(Self(()))
    }

    /// Absorbs the whole blocks of `data` into every one of at most six states and returns the
    /// bytes after them.
    #[must_use]
    #[inline]
    pub(crate) fn compress_same<'a, const N: usize>(self, states: &mut [[u32; 8]; N], data: &'a [u8]) -> &'a [u8] {
        const { assert!(N <= 6, "`for_lanes` reaches six") };
        // SAFETY: `self` exists, so `detect` found every feature the function needs.
        unsafe { x86::compress_same(states, data) }
    }

    /// Absorbs into each outer state the digest that its inner state is, padded as the end of 96 bytes.
    ///
    /// Two at a time: each lane has a schedule of its own here, and with a third the sixteen
    /// registers overflow, which costs more than the gap it would fill.
    #[inline]
    pub(crate) fn compress_outer<const N: usize>(self, outer: &mut [[u32; 8]; N], inner: &[[u32; 8]; N]) {
        for (outer, inner) in outer.chunks_mut(2).zip(inner.chunks(2)) {
            if let (Some(outer), Some(inner)) = (outer.first_chunk_mut(), inner.first_chunk()) {
                // SAFETY: `self` exists, so `detect` found every feature the function needs.
                unsafe { x86::compress_outer::<2>(outer, inner) }
            } else if let ([outer], [inner]) = (outer, inner) {
                // SAFETY: as above; this is the last lane of an odd number.
                unsafe { x86::compress_outer::<1>(from_mut(outer), from_ref(inner)) }
            }
        }
    }
}

#[allow(clippy::indexing_slicing, reason = "the indices are constants, each compared with the length first")]
mod x86 {
    //! Every function needs the CPU features it names; only `ShaNi` calls in from outside.

    #[cfg(target_arch = "x86")]
    use core::arch::x86 as arch;
    #[cfg(target_arch = "x86_64")]
    use core::arch::x86_64 as arch;

    use arch::{
        __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_loadu_si128, _mm_set_epi32, _mm_set_epi64x,
        _mm_setzero_si128, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
        _mm_shuffle_epi32, _mm_storeu_si128,
    };

    /// The round constants: four passes of four quads of four rounds.
    static K: [[[u32; 4]; 4]; 4] = [
        [
            [0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5],
            [0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5],
            [0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3],
            [0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174],
        ],
        [
            [0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc],
            [0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da],
            [0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7],
            [0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967],
        ],
        [
            [0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13],
            [0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85],
            [0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3],
            [0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070],
        ],
        [
            [0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5],
            [0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
            [0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208],
            [0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2],
        ],
    ];

    /// Repeats `$body` for each lane `I` below `$n`, of six or of those that are listed, without a loop at any optimisation
    /// level: an array indexed by a variable cannot live in registers, which makes two lanes slower than two hashes.
    macro_rules! for_lanes {
        ($i:ident < $n:ident, $body:block) => {
            for_lanes!($i < $n of [0, 1, 2, 3, 4, 5], $body);
        };
        ($i:ident < $n:ident of [$($index:literal),+], $body:block) => {
            $(
                if $n > $index {
                    const $i: usize = $index;
                    $body
                }
            )+
        };
    }

    /// Four rounds of every lane, half by half: neighbours never wait for each other.
    macro_rules! rounds4 {
        ($n:ident, $lanes:ident, $w:expr, $k:expr) => {
            let low = add_constants($w, $k);
            for_lanes!(I < $n, {
                $lanes[I].cdgh = _mm_sha256rnds2_epu32($lanes[I].cdgh, $lanes[I].abef, low);
            });
            let high = _mm_shuffle_epi32(low, 0x0E);
            for_lanes!(I < $n, {
                $lanes[I].abef = _mm_sha256rnds2_epu32($lanes[I].abef, $lanes[I].cdgh, high);
            });
        };
    }

    /// One state, its words in the order the round instruction wants them.
    #[derive(Clone, Copy)]
    struct Lane {
        abef: __m128i,
        cdgh: __m128i,
    }

    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    unsafe fn load_state(state: &[u32; 8]) -> Lane {
        let words: *const __m128i = state.as_ptr().cast();
        // SAFETY: both unaligned 16-byte loads lie inside the 32 bytes of `state`.
        let (dcba, hgfe) = unsafe { (_mm_loadu_si128(words), _mm_loadu_si128(words.add(1))) };
        let cdab = _mm_shuffle_epi32(dcba, 0xB1);
        let efgh = _mm_shuffle_epi32(hgfe, 0x1B);
        Lane { abef: _mm_alignr_epi8(cdab, efgh, 8), cdgh: _mm_blend_epi16(efgh, cdab, 0xF0) }
    }

    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    unsafe fn store_state(state: &mut [u32; 8], lane: Lane) {
        let feba = _mm_shuffle_epi32(lane.abef, 0x1B);
        let dchg = _mm_shuffle_epi32(lane.cdgh, 0xB1);
        let dcba = _mm_blend_epi16(feba, dchg, 0xF0);
        let hgfe = _mm_alignr_epi8(dchg, feba, 8);
        let words: *mut __m128i = state.as_mut_ptr().cast();
        // SAFETY: both unaligned 16-byte stores lie inside the 32 bytes of `state`.
        unsafe {
            _mm_storeu_si128(words, dcba);
            _mm_storeu_si128(words.add(1), hgfe);
        }
    }

    /// Stores a lane as it is.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    unsafe fn keep(place: &mut [u32; 8], lane: Lane) {
        let words: *mut __m128i = place.as_mut_ptr().cast();
        // SAFETY: both unaligned 16-byte stores lie inside the 32 bytes of `place`.
        unsafe {
            _mm_storeu_si128(words, lane.abef);
            _mm_storeu_si128(words.add(1), lane.cdgh);
        }
    }

    /// What `keep` stored.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    unsafe fn kept_lane(place: &[u32; 8]) -> Lane {
        let words: *const __m128i = place.as_ptr().cast();
        // SAFETY: both unaligned 16-byte loads lie inside the 32 bytes of `place`.
        unsafe { Lane { abef: _mm_loadu_si128(words), cdgh: _mm_loadu_si128(words.add(1)) } }
    }

    /// What every block ends with.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    unsafe fn add_lane(lane: Lane, before: Lane) -> Lane {
        Lane { abef: _mm_add_epi32(lane.abef, before.abef), cdgh: _mm_add_epi32(lane.cdgh, before.cdgh) }
    }

    /// The sixteen big-endian words of a block.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    unsafe fn load_block(block: &[u8; 64]) -> [__m128i; 4] {
        let from: *const __m128i = block.as_ptr().cast();
        // SAFETY: the four unaligned 16-byte loads lie inside the 64 bytes of `block`.
        let mut words = unsafe {
            [_mm_loadu_si128(from), _mm_loadu_si128(from.add(1)), _mm_loadu_si128(from.add(2)), _mm_loadu_si128(from.add(3))]
        };
        let swap = _mm_set_epi64x(0x0C0D_0E0F_0809_0A0B, 0x0405_0607_0001_0203);
        for word in &mut words {
            *word = _mm_shuffle_epi8(*word, swap);
        }
        words
    }

    /// The four schedule words after the sixteen in `a b c d`.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    unsafe fn schedule(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> __m128i {
        let sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
        _mm_sha256msg2_epu32(sum, d)
    }

    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    unsafe fn add_constants(w: __m128i, k: &[u32; 4]) -> __m128i {
        // SAFETY: an unaligned 16-byte load from an array of 16 bytes.
        _mm_add_epi32(w, unsafe { _mm_loadu_si128(k.as_ptr().cast()) })
    }

    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    pub(super) unsafe fn compress_same<'a, const N: usize>(states: &mut [[u32; 8]; N], data: &'a [u8]) -> &'a [u8] {
        let zero = _mm_setzero_si128();
        let mut lanes = [Lane { abef: zero, cdgh: zero }; N];
        for_lanes!(I < N, { lanes[I] = load_state(&states[I]) });
        let [[k0, k1, k2, k3], later @ ..] = &K;
        // A loop of unknown length is not unrolled. Unrolled, the compiler shuffles the lanes
        // until they overflow the registers: three cost 1.24 of one instead of 1.07.
        let later: &[_] = core::hint::black_box(later);
        let blocks = data.chunks_exact(64);
        let rest = blocks.remainder();
        for block in blocks.flat_map(|block| block.first_chunk()) {
            // Kept where its owner wipes it: in a register it would be spilled to the stack, and stay there.
            for_lanes!(I < N, { keep(&mut states[I], lanes[I]) });
            let kept = core::hint::black_box(&*states);
            let [mut a, mut b, mut c, mut d] = load_block(block);
            rounds4!(N, lanes, a, k0);
            rounds4!(N, lanes, b, k1);
            rounds4!(N, lanes, c, k2);
            rounds4!(N, lanes, d, k3);
            for [k0, k1, k2, k3] in later {
                a = schedule(a, b, c, d);
                rounds4!(N, lanes, a, k0);
                b = schedule(b, c, d, a);
                rounds4!(N, lanes, b, k1);
                c = schedule(c, d, a, b);
                rounds4!(N, lanes, c, k2);
                d = schedule(d, a, b, c);
                rounds4!(N, lanes, d, k3);
            }
            for_lanes!(I < N, { lanes[I] = add_lane(lanes[I], kept_lane(&kept[I])) });
        }
        for_lanes!(I < N, { store_state(&mut states[I], lanes[I]) });
        rest
    }

    /// Four rounds of one lane.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    unsafe fn rounds4_alone(lane: Lane, w: __m128i, k: &[u32; 4]) -> Lane {
        let low = add_constants(w, k);
        let cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, low);
        Lane { abef: _mm_sha256rnds2_epu32(lane.abef, cdgh, _mm_shuffle_epi32(low, 0x0E)), cdgh }
    }

    /// At most two lanes.
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    pub(super) unsafe fn compress_outer<const N: usize>(states: &mut [[u32; 8]; N], digests: &[[u32; 8]; N]) {
        let zero = _mm_setzero_si128();
        let mut lanes = [Lane { abef: zero, cdgh: zero }; N];
        let mut words = [[zero; 4]; N];
        for_lanes!(I < N of [0, 1], {
            lanes[I] = load_state(&states[I]);
            let digest: *const __m128i = digests[I].as_ptr().cast();
            // SAFETY: both unaligned 16-byte loads lie inside the 32 bytes of a digest.
            let (low, high) = unsafe { (_mm_loadu_si128(digest), _mm_loadu_si128(digest.add(1))) };
            // The bit that ends a message; its length of 96 bytes in bits.
            words[I] = [low, high, _mm_set_epi32(0, 0, 0, i32::MIN), _mm_set_epi32(96 * 8, 0, 0, 0)];
        });
        // Read once more at the end: in a register it would be spilled to the stack, and stay there.
        let states = core::hint::black_box(states);
        let [first @ .., last] = &K;
        for k in first.as_flattened() {
            for_lanes!(I < N of [0, 1], {
                let [a, b, c, d] = words[I];
                lanes[I] = rounds4_alone(lanes[I], a, k);
                // The oldest quad makes way for the newest.
                words[I] = [b, c, d, schedule(a, b, c, d)];
            });
        }
        for k in last {
            for_lanes!(I < N of [0, 1], {
                let [a, b, c, d] = words[I];
                lanes[I] = rounds4_alone(lanes[I], a, k);
                words[I] = [b, c, d, a];
            });
        }
        for_lanes!(I < N of [0, 1], {
            let before = load_state(&states[I]);
            store_state(&mut states[I], add_lane(lanes[I], before));
        });
    }
}
