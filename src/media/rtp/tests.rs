use super::*;

#[test]
fn a_written_header_is_read_back() {
    let header = RtpHeader {
        payload_type: 101,
        marker: true,
        sequence: 0xfffe,
        timestamp: 0x0102_0304,
        ssrc: 0xdead_beef,
    };
    let mut buf = vec![9; 3];
    header.write(&[1, 2, 3], &mut buf);
    let packet = RtpPacket::parse(&buf).unwrap();
    assert_eq!(packet.header, header);
    assert_eq!(packet.payload, [1, 2, 3]);
    assert_eq!(packet.header_len, HEADER_LEN);
}

#[test]
fn contributing_sources_extension_and_padding_are_taken_off() {
    let mut p = vec![0xb2, 0x00, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    p.extend_from_slice(&[0; 8]); // two CSRCs
    p.extend_from_slice(&[0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0]); // one word of extension
    p.extend_from_slice(&[7, 8, 9, 0, 0, 3]); // payload and three bytes of padding
    let packet = RtpPacket::parse(&p).unwrap();
    assert_eq!(packet.header_len, 28);
    assert_eq!(packet.payload, [7, 8, 9]);
}

#[test]
fn what_is_not_rtp_is_refused() {
    let good = RtpHeader::default().to_bytes();
    assert_eq!(RtpPacket::parse(&good[..11]), Err(RtpError::Short));
    let mut p = good;
    p[0] = 0x40;
    assert_eq!(RtpPacket::parse(&p), Err(RtpError::Version));
    p[0] = 0x8f; // 15 CSRCs that are not there
    assert_eq!(RtpPacket::parse(&p), Err(RtpError::Short));
    p[0] = 0x90; // an extension that is not there
    assert_eq!(RtpPacket::parse(&p), Err(RtpError::Short));
    p[0] = 0xa0; // padding of nothing
    assert_eq!(RtpPacket::parse(&p), Err(RtpError::Padding));
    let mut q = p.to_vec();
    q.extend_from_slice(&[1, 2, 200]);
    assert_eq!(RtpPacket::parse(&q), Err(RtpError::Padding));
    q[14] = 0;
    assert_eq!(RtpPacket::parse(&q), Err(RtpError::Padding));
    assert_eq!(RtpPacket::parse(&[0x80; 1501]), Err(RtpError::Long));
    let mut long_extension = vec![0x90; 12];
    long_extension.extend_from_slice(&[0, 0, 0xff, 0xff, 1, 2, 3, 4]);
    assert_eq!(RtpPacket::parse(&long_extension), Err(RtpError::Short));
}

#[test]
fn rtp_and_rtcp_on_one_port_are_told_apart() {
    let mut p = [0u8; 12];
    p[0] = 0x80;
    assert_eq!(classify(&p), PacketKind::Rtp);
    p[1] = 0x80 | 101; // marker and telephone-event
    assert_eq!(classify(&p), PacketKind::Rtp);
    p[1] = 200;
    assert_eq!(classify(&p), PacketKind::Rtcp);
    assert_eq!(classify(&p[..8]), PacketKind::Rtcp);
    p[1] = 0;
    assert_eq!(classify(&p[..8]), PacketKind::Other);
    assert_eq!(
        classify(&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]),
        PacketKind::Other
    );
    assert_eq!(classify(b"\r\n"), PacketKind::Other);
}

#[test]
fn a_sender_counts_marks_talkspurts_and_wraps() {
    let mut s = RtpSender::new(7, 0xffff, u32::MAX - 159);
    let a = s.next(0, 160, 160);
    assert_eq!(
        (a.sequence, a.marker, a.timestamp),
        (0x7fff, true, u32::MAX - 159)
    );
    let b = s.next(0, 160, 160);
    assert_eq!((b.sequence, b.marker, b.timestamp), (0x8000, false, 0));
    s.pause(320);
    let c = s.next(0, 160, 160);
    assert_eq!((c.sequence, c.marker, c.timestamp), (0x8001, true, 480));
    let e = s.event(101, false, 480, 4);
    assert_eq!(
        (e.sequence, e.timestamp, e.payload_type),
        (0x8002, 480, 101)
    );
    assert_eq!((s.packets(), s.octets()), (4, 484));
}

#[test]
fn any_bytes() {
    bolero::check!()
        .with_iterations(20_000)
        .for_each(|bytes: &[u8]| {
            let _ = classify(bytes);
            if let Ok(packet) = RtpPacket::parse(bytes) {
                assert!(packet.header_len + packet.payload.len() <= bytes.len());
            }
        });
}
