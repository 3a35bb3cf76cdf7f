//! What wiped lanes hold.

use super::*;

#[test]
fn what_is_wiped_holds_no_state_and_no_message() {
    let Some(engine) = ShaNi::detect() else { return };
    let keys = [1, 2].map(|byte| LaneKey::new(engine, &[byte; 32]));
    let mut lanes = Lanes::new(engine);
    lanes.start(&keys, Some([7; 8]));
    lanes.update(&[b'x'; 70]);
    lanes.zeroize();
    assert_eq!((lanes.states, lanes.outer, lanes.buffer), ([[0; 8]; MAX_LANES], [[0; 8]; MAX_LANES], [0; BLOCK]));
}
