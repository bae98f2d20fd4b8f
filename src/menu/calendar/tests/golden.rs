use super::*;
use super::super::*;
#[test]
fn x() {
    let c = calendar(OFFICE);
    for t in ["2026-12-24T17:59","2026-12-24T10:00","2026-09-01T15:00","2026-09-01T10:00","2026-07-10T15:59"] {
        let at = wall(&c, t);
        println!("{}", status_text(&c, at, &c.status(at)));
        println!("{}", status_json(&c, at, &c.status(at)));
    }
    for y in [2026, 2027] { println!("{}", year_text(&c.year(y))); }
    println!("{}", year_json(&c.year(2027)));
}
