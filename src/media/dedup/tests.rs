use proptest::prelude::*;

use super::*;

const WAYS: [DtmfWay; 3] = [DtmfWay::Event, DtmfWay::Tone, DtmfWay::Info];

fn at(ms: u64) -> Mono {
    Mono::from_millis(ms)
}

fn key(i: u8) -> Key {
    Key::from_event(i).unwrap()
}

#[test]
fn one_press_by_three_ways_counts_once() {
    let mut d = KeyDedup::new();
    assert!(d.accept(at(0), Key::ZERO, DtmfWay::Info));
    assert!(!d.accept(at(40), Key::ZERO, DtmfWay::Event));
    assert!(!d.accept(at(1400), Key::ZERO, DtmfWay::Tone));
}

#[test]
fn quick_presses_by_one_way_all_count() {
    let mut d = KeyDedup::new();
    for i in 0..200 {
        assert!(d.accept(at(80 * i), Key::ZERO, DtmfWay::Event), "{i}");
    }
}

#[test]
fn quick_presses_told_again_later_count_once_each() {
    let mut d = KeyDedup::new();
    assert!(d.accept(at(0), key(5), DtmfWay::Event));
    assert!(d.accept(at(90), key(5), DtmfWay::Event));
    assert!(!d.accept(at(700), key(5), DtmfWay::Info));
    assert!(!d.accept(at(790), key(5), DtmfWay::Info));
    assert!(d.accept(at(880), key(5), DtmfWay::Info));
    assert!(!d.accept(at(900), key(5), DtmfWay::Event));
}

#[test]
fn another_key_and_a_later_press_count() {
    let mut d = KeyDedup::new();
    assert!(d.accept(at(0), key(1), DtmfWay::Event));
    assert!(d.accept(at(10), key(2), DtmfWay::Info));
    assert!(d.accept(at(1501), key(1), DtmfWay::Info));
}

#[test]
fn the_memory_is_bounded() {
    let mut d = KeyDedup::new();
    for i in 0..10_000u64 {
        d.accept(at(i / 100), key((i % 16) as u8), DtmfWay::Event);
    }
    assert!(d.recent.len() <= MAX_PRESSES);
}

/// One press in the model: key, pause after the one before, which ways tell it.
type Press = (u8, u64, [bool; 3]);

/// What each way tells, merged by time: each way in order, with its own delay and jitter.
fn told(presses: &[Press], delay: [u64; 3], jitter: &[u64]) -> Vec<(u64, Key, DtmfWay)> {
    let mut all = Vec::new();
    for (w, way) in WAYS.into_iter().enumerate() {
        let (mut pressed, mut last) = (0, 0);
        for (i, &(k, pause, ways)) in presses.iter().enumerate() {
            pressed += pause;
            if ways[w] {
                let wobble = jitter[(i * 3 + w) % jitter.len()];
                last = last.max(pressed + delay[w] + wobble);
                all.push((last, key(k), way));
            }
        }
    }
    // Stable: what a way tells at one moment stays in order.
    all.sort_by_key(|&(t, _, _)| t);
    all
}

fn accepted(told: Vec<(u64, Key, DtmfWay)>) -> Vec<Key> {
    let mut d = KeyDedup::new();
    told.into_iter()
        .filter(|&(t, k, way)| d.accept(at(t), k, way))
        .map(|(_, k, _)| k)
        .collect()
}

fn presses(pause: std::ops::Range<u64>) -> impl Strategy<Value = Vec<Press>> {
    // Few keys, so that the same comes often.
    let some = any::<[bool; 3]>().prop_filter("told by someone", |w| w.contains(&true));
    prop::collection::vec((0u8..3, pause, some), 1..30)
}

proptest! {
    /// One way tells everything, the others what they like: each press counts exactly once.
    #[test]
    fn with_one_whole_way_each_press_counts_once(
        mut presses in presses(80..600),
        whole in 0usize..3,
        delay in prop::array::uniform3(0u64..1300),
        jitter in prop::collection::vec(0u64..150, 8),
    ) {
        for p in &mut presses {
            p.2[whole] = true;
        }
        let mut got = accepted(told(&presses, delay, &jitter));
        let mut want: Vec<Key> = presses.iter().map(|p| key(p.0)).collect();
        got.sort();
        want.sort();
        prop_assert_eq!(got, want);
    }

    /// All ways tell everything: each press exactly once and in order.
    #[test]
    fn with_all_ways_the_order_holds(
        mut presses in presses(80..600),
        delay in prop::array::uniform3(0u64..1300),
        jitter in prop::collection::vec(0u64..150, 8),
    ) {
        for p in &mut presses {
            p.2 = [true; 3];
        }
        let got = accepted(told(&presses, delay, &jitter));
        let want: Vec<Key> = presses.iter().map(|p| key(p.0)).collect();
        prop_assert_eq!(got, want);
    }

    /// Presses further apart than the window, each told by any non-empty set of ways.
    #[test]
    fn far_apart_any_set_of_ways_will_do(
        presses in presses(3200..5000),
        delay in prop::array::uniform3(0u64..1300),
        jitter in prop::collection::vec(0u64..150, 8),
    ) {
        let got = accepted(told(&presses, delay, &jitter));
        let want: Vec<Key> = presses.iter().map(|p| key(p.0)).collect();
        prop_assert_eq!(got, want);
    }
}
