use super::Bytes;
use super::machine::{Grace, Machine as _, Op, Real, UNIT};
use super::model::Model;

fn grace(bytes: &mut Bytes<'_>) -> Grace {
    *bytes.pick(&[Grace::Zero, Grace::TwoUnits, Grace::TooLong])
}

/// Any operations under any clock: the ring is as the model of it says.
pub(crate) fn rings(data: &[u8]) {
    let mut bytes = Bytes(data);
    let (mut real, mut model, mut clock) = (Real::new(0, 0), Model::new(0, 0), 0_i64);
    let mut steps = 0;
    while !bytes.0.is_empty() && steps < 64 {
        steps += 1;
        clock += i64::from(bytes.byte() as i8 / 32) * UNIT / 4;
        let key = bytes.byte() % 10;
        let op = match bytes.byte() % 9 {
            0 => Op::Stage(key),
            1 => Op::Unstage(grace(&mut bytes)),
            2 => Op::Promote(grace(&mut bytes)),
            3 => Op::Rotate(key, grace(&mut bytes)),
            4 => Op::Rollback,
            5 => Op::Revoke(key),
            6 => Op::ReplaceCompromised(key),
            7 => Op::RebaseClock,
            _ => Op::WithoutExpired,
        };
        match (real.apply(op, clock), model.apply(op, clock)) {
            (Ok(next), Ok(wanted)) => (real, model) = (next, wanted),
            (Err(refused), Err(wanted)) => assert_eq!(refused, wanted, "{op:?}"),
            (got, wanted) => panic!("{op:?}: {:?} instead of {:?}", got.err(), wanted.err()),
        }
        assert_eq!(real.view(), model.view(), "{op:?}");
        assert_eq!(real.live(clock), model.live(clock), "{op:?}");
    }
}
