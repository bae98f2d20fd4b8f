//! Calls and phones that get stuck, are off, or are too large for a datagram.

use super::*;

#[tokio::test]
async fn calls_that_nobody_takes_are_refused() {
    let mut server = Server::start(Options {
        room: Some(1),
        ..Options::default()
    });
    let peer = Peer::new(server.udp).await;
    for n in 0..2 {
        peer.socket
            .send(request("INVITE", "UDP", peer.own, n).as_bytes())
            .await
            .expect("send");
    }
    let refusal = loop {
        let answer = peer.answer().await;
        if !answer.starts_with("SIP/2.0 1") {
            break answer;
        }
    };
    assert!(
        refusal.starts_with("SIP/2.0 503") && refusal.contains("Retry-After: "),
        "{refusal}"
    );
    assert_eq!(server.handle.stats().await.expect("alive").not_taken, 1);
    // A call whose task is gone is ended too.
    let call = server.call().await;
    drop(call.events);
    drop(call.sender);
    let cancel = request("CANCEL", "UDP", peer.own, 0);
    peer.socket.send(cancel.as_bytes()).await.expect("send");
    timeout(PATIENCE, async {
        while server
            .handle
            .endpoint_stats()
            .await
            .expect("alive")
            .pending_invites
            > 0
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("ended");
}

#[tokio::test]
async fn a_call_that_is_stuck_loses_its_leg_and_nobody_else_waits() {
    let mut server = Server::start(Options::default());
    let peer = Peer::new(server.udp).await;
    peer.socket
        .send(request("INVITE", "UDP", peer.own, 0).as_bytes())
        .await
        .expect("send");
    let mut call = server.call().await;
    // Fills its channel, as a peer could with INFO.
    while call
        .sender
        .try_send((call.invite.leg, LegEvent::Ended(LegEnd::NoAck)))
        .is_ok()
    {}
    peer.socket
        .send(request("CANCEL", "UDP", peer.own, 0).as_bytes())
        .await
        .expect("send");
    peer.socket
        .send(request("OPTIONS", "UDP", peer.own, 7).as_bytes())
        .await
        .expect("send");
    while !peer.answer().await.contains("call7") {}
    // When it gets that far, the call learns that its leg is over.
    for _ in 0..LEG_EVENTS {
        leg_event(&mut call.events).await;
    }
    let last = leg_event(&mut call.events).await;
    assert!(
        matches!(last, LegEvent::Ended(LegEnd::PeerCancelled)),
        "{last:?}"
    );
}

#[tokio::test]
async fn a_phone_that_is_off_is_noticed_at_once() {
    let server = Server::start(Options::default());
    let closed = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let at = closed.local_addr().expect("bound");
    drop(closed);
    let (sender, mut events) = mpsc::channel(LEG_EVENTS);
    let contact = Contact {
        uri: format!("sip:bob@{at}"),
        path: Vec::new(),
        flow: None,
    };
    let began = clock::mono();
    let call = invite(LegId(1), CallTarget::Contact(contact));
    server.handle.place(call, sender).await.expect("alive");
    let end = verdict(&mut events).await;
    assert!(
        matches!(end, LegEvent::Ended(LegEnd::Unreachable)),
        "{end:?}"
    );
    // Without ICMP it is timer B: 32 s.
    assert!(clock::mono().since(began) < Duration::from_secs(5));
    assert_eq!(
        server
            .handle
            .endpoint_stats()
            .await
            .expect("alive")
            .undeliverable,
        1
    );
}

#[tokio::test]
async fn a_large_request_goes_by_stream_where_one_is_taken() {
    let server = Server::start(Options::default());
    let mut other = Server::start(Options::default());
    // The other listens on unlike ports for UDP and TCP: by TCP nobody is at the UDP port.
    for (port, transport) in [(other.udp, Transport::Udp), (other.tcp, Transport::Tcp)] {
        let (sender, _events) = mpsc::channel(LEG_EVENTS);
        let contact = Contact {
            uri: format!("sip:bob@{port}"),
            path: Vec::new(),
            flow: None,
        };
        let large = OutgoingInvite {
            offer: Some(bytes::Bytes::from("v=0\r\n".repeat(200))),
            ..invite(LegId(u64::from(port.port())), CallTarget::Contact(contact))
        };
        server.handle.place(large, sender).await.expect("alive");
        let call = other.call().await;
        assert_eq!(call.invite.flow.transport, transport);
        assert_eq!(call.invite.offer.map(|o| o.len()), Some(1000));
    }
}
