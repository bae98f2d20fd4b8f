//! Ports to listen on that nobody else takes before the program that shall have them.
//!
//! All are below the range from which the system picks ports by itself (from 32768 on): one that
//! it gave a moment ago can be anybody's connection by the time a program binds it. The softphones'
//! own RTP is at 31600 and above.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// Where the lots of ports to listen on begin, above all that browsers refuse to open; those for RTP
/// follow.
const FIRST: u16 = 10_100;
/// How many ports a test program has for itself.
const LOT: u16 = 400;
const LOTS: u16 = 10;
/// Where the blocks of RTP ports begin, and how many there are.
const RTP: u16 = FIRST + LOT * LOTS;
const BLOCK: u16 = 400;
const BLOCKS: u16 = 43;
/// The last of them are for servers that need several: what they fill is nobody else's.
const LARGE: u16 = 12;

/// An address to listen on, free for TCP and UDP alike. The port above is left to a program that takes it
/// for TLS by itself, as baresip does.
pub fn free(ip: IpAddr) -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    for _ in 0..LOT / 2 {
        let n = NEXT.fetch_add(2, Ordering::Relaxed) % LOT;
        let at = SocketAddr::new(ip, lot() + n);
        if TcpListener::bind(at).is_ok() && UdpSocket::bind(at).is_ok() {
            return at;
        }
    }
    panic!("no free port among the {LOT} from {} on", lot());
}

/// The first port of this program's lot: several test programs can run at a time. The lock goes
/// with the program.
fn lot() -> u16 {
    static MINE: OnceLock<(u16, File)> = OnceLock::new();
    let claim = |n: u16| {
        let file = std::env::temp_dir().join(format!("zeroline-tests-{n}"));
        let file = File::options().create(true).append(true).open(file).ok()?;
        file.try_lock().ok()?;
        Some((FIRST + n * LOT, file))
    };
    let mine = || (0..LOTS).find_map(claim).expect("a lot of ports");
    MINE.get_or_init(mine).0
}

/// A range of RTP ports for each server, in blocks of 400: the first and the last.
pub fn media(blocks: u16) -> (u16, u16) {
    use std::sync::atomic::AtomicU32;
    static NEXT: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];
    let large = blocks > 1;
    let room = match large {
        true => BLOCKS - LARGE..BLOCKS,
        false => 0..BLOCKS - LARGE,
    };
    // A server's ports are taken call by call: that they are free now tells little.
    let places = u32::from(room.len() as u16 / blocks);
    for _ in 0..BLOCKS {
        let n = NEXT[usize::from(large)].fetch_add(1, Ordering::Relaxed);
        let n = std::process::id().wrapping_mul(7).wrapping_add(n);
        let first = RTP + (room.start + (n % places) as u16 * blocks) * BLOCK;
        let last = first + BLOCK * blocks - 1;
        let free = |port: u16| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
        if (first..last).step_by(20).all(free) {
            return (first, last);
        }
    }
    panic!("no {BLOCK} UDP ports in a row are free");
}
