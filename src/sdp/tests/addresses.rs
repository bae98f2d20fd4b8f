//! Where media is never sent.

use super::*;
use crate::sdp::address::{BadAddress, check};

#[test]
fn addresses_that_are_not_sent_to() {
    use BadAddress::*;
    let offer = |c: &str, port: u16| {
        let offer = format!("v=0\r\nc={c}\r\nm=audio {port} RTP/AVP 8\r\n");
        answer(&offer, &local()).map(|_| ())
    };
    for (c, port, want) in [
        ("IN IP4 198.51.100.1", 4000, Ok(())),
        ("IN IP4 10.0.0.1", 4000, Ok(())),
        ("IN IP4 phone.example", 4000, Err(HostName)),
        ("IN IP4 1.2.3", 4000, Err(HostName)),
        ("IN IP4 224.2.1.1/127/3", 4000, Err(Multicast)),
        ("IN IP4 239.255.255.250", 4000, Err(Multicast)),
        ("IN IP4 255.255.255.255", 4000, Err(Reserved)),
        ("IN IP4 250.1.1.1", 4000, Err(Reserved)),
        ("IN IP4 0.1.2.3", 4000, Err(Reserved)),
        ("IN IP4 127.0.0.1", 4000, Err(Loopback)),
        ("IN IP4 198.51.100.1", 53, Err(Port)),
        ("IN IP4 192.0.2.10", 5060, Err(Ourselves)),
        ("IN IP6 2001:db8::1", 4000, Err(Family)),
        ("IN IP6 ff02::1", 4000, Err(Family)),
        ("IN IP6 ::ffff:127.0.0.1", 4000, Err(Loopback)),
    ] {
        assert_eq!(offer(c, port), want.map_err(Refusal::Address), "{c} {port}");
    }
}

#[test]
fn a_peer_on_this_machine_may_use_loopback() {
    let ours = IpAddr::from([127, 0, 0, 1]);
    let to = "127.0.0.1:4000".parse().unwrap();
    assert!(check(to, ours, Some(ours), &[]).is_ok());
    assert!(check(to, ours, None, &[]).is_ok());
    assert_eq!(
        check(to, ours, Some(IpAddr::from([192, 0, 2, 1])), &[]),
        Err(BadAddress::Loopback)
    );
    let sip = ["[::]:5060".parse().unwrap()];
    let to = "127.0.0.1:5060".parse().unwrap();
    assert_eq!(
        check(to, ours, Some(ours), &sip),
        Err(BadAddress::Ourselves)
    );
    let six: IpAddr = "::1".parse().unwrap();
    let to = "[ff02::1]:4000".parse().unwrap();
    assert_eq!(check(to, six, None, &[]), Err(BadAddress::Multicast));
}
