use super::order::{Dice, by_priority};
use super::*;

const ALL: Reach = Reach {
    udp: true,
    tcp: true,
    tls: true,
    v4: true,
    v6: true,
};

/// Fixed records; what is not there has no answer. `slow` NAPTR never answers.
#[derive(Default)]
struct Zone {
    naptr: Vec<Naptr>,
    srv: Vec<(&'static str, Vec<Srv>)>,
    hosts: Vec<(&'static str, &'static str)>,
    slow_naptr: bool,
}

impl Records for Zone {
    async fn naptr(&self, _: &str) -> Option<Vec<Naptr>> {
        if self.slow_naptr {
            std::future::pending::<()>().await;
        }
        Some(self.naptr.clone())
    }
    async fn srv(&self, name: &str) -> Option<Vec<Srv>> {
        let found = self.srv.iter().find(|(n, _)| *n == name);
        found.map(|(_, list)| list.clone())
    }
    async fn addresses(&self, name: &str, _: Reach) -> Option<Vec<IpAddr>> {
        let found = self.hosts.iter().filter(|(n, _)| *n == name);
        Some(found.map(|(_, ip)| ip.parse().expect("ip")).collect())
    }
}

fn srv(priority: u16, weight: u16, port: u16, target: &str) -> Srv {
    Srv {
        priority,
        weight,
        port,
        target: target.into(),
    }
}

fn naptr(order: u16, service: &str, replacement: &str) -> Naptr {
    Naptr {
        order,
        preference: 1,
        flags: "s".into(),
        service: service.into(),
        replacement: replacement.into(),
    }
}

fn question(host: &str) -> Question {
    Question {
        host: host.into(),
        port: None,
        transport: None,
        secure: false,
    }
}

async fn ask(zone: Zone, question: &Question, reach: Reach) -> Vec<String> {
    let limits = DnsLimits {
        overall: Duration::from_millis(300),
        each: Duration::from_millis(100),
        in_flight: 2,
    };
    let found = Locator::new(zone, limits).locate(question, reach, 7).await;
    let show = |t: &ResolvedTarget| {
        let name = t.server_name.as_deref().unwrap_or("-");
        format!("{} {} {name}", t.transport.via_word(), t.remote)
    };
    found.iter().map(show).collect()
}

#[tokio::test]
async fn literal_addresses_need_no_look_up() {
    let q = |host: &str, port, transport, secure| Question {
        host: host.into(),
        port,
        transport,
        secure,
    };
    let ask = async |q: Question| ask(Zone::default(), &q, ALL).await;
    assert_eq!(
        ask(q("192.0.2.1", None, None, false)).await,
        ["UDP 192.0.2.1:5060 -"]
    );
    assert_eq!(
        ask(q("[2001:db8::1]", None, None, true)).await,
        ["TLS [2001:db8::1]:5061 -"]
    );
    let tcp = Some(Transport::Tcp);
    assert_eq!(
        ask(q("192.0.2.1", Some(7), tcp, false)).await,
        ["TCP 192.0.2.1:7 -"]
    );
}

#[tokio::test]
async fn naptr_leads_to_srv_and_addresses() {
    let zone = || Zone {
        naptr: vec![
            naptr(20, "SIP+D2U", "_sip._udp.x"),
            naptr(10, "SIPS+D2T", "_sips._tcp.x"),
            naptr(5, "E2U+email", "nothing"),
        ],
        srv: vec![
            (
                "_sips._tcp.x",
                vec![srv(2, 0, 5071, "b.x"), srv(1, 0, 5061, "a.x")],
            ),
            ("_sip._udp.x", vec![srv(1, 0, 5060, "a.x")]),
        ],
        hosts: vec![
            ("a.x", "192.0.2.1"),
            ("a.x", "2001:db8::1"),
            ("b.x", "192.0.2.2"),
        ],
        slow_naptr: false,
    };
    assert_eq!(
        ask(zone(), &question("x"), ALL).await,
        [
            "TLS 192.0.2.1:5061 x",
            "TLS [2001:db8::1]:5061 x",
            "TLS 192.0.2.2:5071 x",
            "UDP 192.0.2.1:5060 -",
            "UDP [2001:db8::1]:5060 -",
        ]
    );
    let no_tls_no_v6 = Reach {
        tls: false,
        v6: false,
        ..ALL
    };
    assert_eq!(
        ask(zone(), &question("x"), no_tls_no_v6).await,
        ["UDP 192.0.2.1:5060 -"]
    );
    let secure = Question {
        secure: true,
        ..question("x")
    };
    assert!(
        ask(zone(), &secure, ALL)
            .await
            .iter()
            .all(|t| t.starts_with("TLS"))
    );
}

#[tokio::test]
async fn without_naptr_srv_and_without_srv_addresses() {
    let zone = Zone {
        srv: vec![("_sip._tcp.x", vec![srv(1, 0, 5080, "a.x")])],
        hosts: vec![("a.x", "192.0.2.1"), ("x", "192.0.2.9")],
        ..Zone::default()
    };
    assert_eq!(
        ask(zone, &question("x"), ALL).await,
        ["TCP 192.0.2.1:5080 -"]
    );
    let hosts = || Zone {
        hosts: vec![("x", "192.0.2.9")],
        ..Zone::default()
    };
    assert_eq!(
        ask(hosts(), &question("x."), ALL).await,
        ["UDP 192.0.2.9:5060 -"]
    );
    let with_port = Question {
        port: Some(6000),
        ..question("x")
    };
    assert_eq!(
        ask(hosts(), &with_port, ALL).await,
        ["UDP 192.0.2.9:6000 -"]
    );
    assert!(ask(Zone::default(), &question("x"), ALL).await.is_empty());
}

#[tokio::test]
async fn a_naptr_that_never_answers_leaves_time_for_the_rest() {
    let zone = Zone {
        hosts: vec![("x", "192.0.2.9")],
        slow_naptr: true,
        ..Zone::default()
    };
    assert_eq!(
        ask(zone, &question("x"), ALL).await,
        ["UDP 192.0.2.9:5060 -"]
    );
}

#[test]
fn weights_share_the_load_and_priorities_come_first() {
    let mut first = [0u32; 3];
    let mut dice = Dice::new(1);
    for _ in 0..10_000 {
        let records = vec![
            srv(2, 100, 1, "late"),
            srv(1, 75, 2, "a"),
            srv(1, 25, 3, "b"),
            srv(1, 0, 4, "c"),
        ];
        let order = by_priority(records, &mut dice);
        assert_eq!(order.len(), 4);
        assert_eq!(order[3].target, "late");
        first[usize::from(order[0].port) - 2] += 1;
    }
    assert!((7_000..8_000).contains(&first[0]), "{first:?}");
    assert!((2_000..3_000).contains(&first[1]), "{first:?}");
    assert!(first[2] > 0 && first[2] < 500, "{first:?}");
    let none = by_priority(vec![srv(0, 0, 0, ".")], &mut dice);
    assert!(none.is_empty());
}

#[tokio::test]
async fn a_resolver_that_never_answers_costs_its_time_limit_only() {
    // Swallows every query.
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("bind");
    let server = silent.local_addr().expect("address");
    let limits = DnsLimits {
        overall: Duration::from_millis(400),
        each: Duration::from_millis(150),
        in_flight: 4,
    };
    let records = SystemRecords::by_servers(&[server], limits).expect("resolver");
    let locator = Arc::new(Locator::new(records, limits));
    let begin = clock::mono();
    let questions: Vec<_> = (0..20)
        .map(|i| {
            let locator = Arc::clone(&locator);
            tokio::spawn(async move {
                let q = question(&format!("host{i}.example"));
                locator.locate(&q, ALL, 0).await
            })
        })
        .collect();
    for q in questions {
        assert!(q.await.expect("no panic").is_empty());
    }
    let took = clock::mono().since(begin);
    assert!(took < Duration::from_millis(1500), "{took:?}");
    let mut buffer = [0u8; 512];
    assert!(silent.try_recv(&mut buffer).is_ok(), "it was asked");
}
