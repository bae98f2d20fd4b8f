//! Mistakes, as operators read them.

use super::*;

#[test]
fn every_mistake_of_every_layer_at_once() {
    told(
        "[sip]\nlisten = \"localhost\"\nrelm = \"x\"\n\n[media]\nports = \"40000\"\n\n\
         [[queues]]\nname = \"support\"\nstrategy = \"round\"\n",
        &[
            ("ZEROLINE__STOP__GRACE", "soon"),
            ("ZEROLINE__STOPP__GRACE", "1s"),
        ],
        &[("--http", "http.listen", "9060")],
        &[
            "zeroline.toml:2: sip.listen[0]: `localhost` does not fit; write `udp:0.0.0.0:5060`, \
             `tcp:[::]:5060`, `tls:0.0.0.0:5061`, or an address without transport for UDP and TCP",
            "zeroline.toml:3: sip.relm: there is no such setting; did you mean `realm`?",
            "zeroline.toml:6: media.ports: `40000` does not fit; write first and last port, like \
             `20000-29999`, at least 10 of them, above 1023",
            "zeroline.toml:10: queues[0].strategy: `round` does not fit; write longest-idle, \
             round-robin, fewest-contacts or ring-all",
            "--http: http.listen: `9060` does not fit; write address and port, like \
             `127.0.0.1:9060`, or `off`",
            "environment ZEROLINE__STOP__GRACE: stop.grace: `soon` does not fit; write a time \
             from 0s to 24h, like `30s` or `2m`",
            "environment ZEROLINE__STOPP: stopp: there is no such setting; did you mean `stop`?",
        ],
    );
}

#[test]
fn wrong_syntax() {
    told(
        "[sip\nlisten = 1\n",
        &[],
        &[],
        &[
            "zeroline.toml:1: not well-formed TOML\n  TOML parse error at line 1, column 5\n    |\n  \
           1 | [sip\n    |     ^\n  unclosed table, expected `]`",
        ],
    );
}

#[test]
fn tls_without_certificate() {
    told(
        "[sip]\nlisten = [\"tls:0.0.0.0\"]\n",
        &[],
        &[],
        &[
            "zeroline.toml:1: sip.tls: a TLS listener needs a certificate; write a section \
           [sip.tls] with cert and key (PEM files)",
        ],
    );
    told(
        "[sip.tls]\ncert = \"c.pem\"\n",
        &[],
        &[],
        &["zeroline.toml:1: sip.tls.key: is missing; write `key = \"/etc/zeroline/key.pem\"`"],
    );
}

#[test]
fn an_overflow_without_a_promise() {
    told(
        "[[queues]]\nname = \"a\"\noverflow = [\"queue:b\"]\n[[queues]]\nname = \"bb\"\n\
         overflow = [\"message\", \"queue:bb\", \"voicemail\"]\n",
        &[],
        &[],
        &[
            "zeroline.toml:6: queues[1].overflow[2]: `voicemail` does not fit; write `message`, \
             `callback`, `queue:NAME` or `outside:NUMBER`",
            "zeroline.toml:3: queues[0].overflow: callers would be left with nothing; the last \
             step must be `callback` or `message`",
            "zeroline.toml:3: queues[0].overflow: `b` is not a queue; did you mean `bb`?",
            "zeroline.toml:6: queues[1].overflow: steps after `message` are never reached; remove \
             them",
            "zeroline.toml:6: queues[1].overflow: leads back to the same queue; name another one",
        ],
    );
    // A last step that is misspelt is told once.
    told(
        "[[queues]]\nname = \"a\"\noverflow = [\"queue:b\", \"mesage\"]\n",
        &[],
        &[],
        &[
            "zeroline.toml:3: queues[0].overflow[1]: `mesage` does not fit; write `message`, \
             `callback`, `queue:NAME` or `outside:NUMBER`",
            "zeroline.toml:3: queues[0].overflow: `b` is not a queue; there are: a",
        ],
    );
}

#[test]
fn limits_of_an_agent() {
    told(
        "[[agents]]\nid = \"anna\"\npassword = \"x\"\nring_for = \"1s\"\nmax_tasks = 0\n",
        &[],
        &[],
        &[
            "zeroline.toml:4: agents[0].ring_for: `1s` does not fit; write a time from 5s to 2m, \
             like `30s` or `2m`",
            "zeroline.toml:5: agents[0].max_tasks: `0` does not fit; write a whole number from 1 \
             to 1000",
        ],
    );
}

#[test]
fn overflow_steps_that_lead_nowhere() {
    told(
        "[[trunks]]\nname = \"p\"\nuri = \"sip:sip.example.net\"\n\
         [outside]\ncountry = \"+45\"\n\
         [[queues]]\nname = \"a\"\noverflow = [\"callback\", \"outside:+45 70 10 11 55\"]\n\
         [[queues]]\nname = \"b\"\noverflow = [\"outside:+4590123456\", \"callback\"]\n\
         [[queues]]\nname = \"c\"\noverflow = [\"outside:112\", \"message\"]\n\
         [[queues]]\nname = \"d\"\noverflow = [\"outside:anna\", \"message\"]\n\
         [[queues]]\nname = \"e\"\noverflow = [\"callback\", \"queue:a\", \"callback\"]\n\
         [[queues]]\nname = \"f\"\noverflow = [\"message\", \"callback\"]\n",
        &[],
        &[],
        &[
            "zeroline.toml:17: queues[3].overflow[0]: `outside:anna` does not fit; write the number \
             as it is dialled, like `outside:+4930901820`",
            "zeroline.toml:8: queues[0].overflow: callers would be left with nothing; the last \
             step must be `callback` or `message`",
            "zeroline.toml:11: queues[1].overflow: `+4590123456` is a number that may not be called; \
             name another one, or allow it under [outside]",
            "zeroline.toml:14: queues[2].overflow: `112` is a number that may not be called; name \
             another one, or allow it under [outside]",
            "zeroline.toml:20: queues[4].overflow: the same step is there twice; keep one of them",
            "zeroline.toml:23: queues[5].overflow: steps after `message` are never reached; remove \
             them",
        ],
    );
}

#[test]
fn agents_that_can_not_be() {
    told(
        "[[agents]]\nid = \"a\"\nqueues = [\"suport\"]\n[[agents]]\nid = \"x1..x3\"\n\
         ha1_md5 = \"00000000000000000000000000000000\"\n[[agents]]\nid = \"x2\"\n\
         password = \"p\"\n[[agents]]\nid = \"x5..x4\"\ncontact = \"mailto:x\"\n",
        &[],
        &[],
        &[
            "zeroline.toml:3: agents[0].queues[0]: `suport` does not fit; no such queue; did you \
             mean `support`?",
            "zeroline.toml:1: agents[0].password: this agent could not be reached; add \
             `password`, or `contact` for a phone that does not register",
            "zeroline.toml:5: agents[1].id: an HA1 fits one agent, not a range; write them one by \
             one",
            "zeroline.toml:8: agents[2].id: the agent `x2` is there twice; remove one",
            "zeroline.toml:11: agents[3].id: `x5..x4` does not fit; write one name, or a range \
             like `agent001..agent999`",
            "zeroline.toml:12: agents[3].contact: `mailto:x` does not fit; write a SIP address, \
             like `sip:{id}@192.0.2.7:5060`",
        ],
    );
}

#[test]
fn a_trunk_says_where_its_calls_come_from_and_whether_to_believe_it() {
    let c = good(
        "[sip]\nlisten = [\"tls:127.0.0.1:5061\"]\n[sip.tls]\ncert = \"c\"\nkey = \"k\"\n\
         ca = \"provider.pem\"\n[[trunks]]\nname = \"p\"\nuri = \"sips:sip.example.net\"\n\
         peers = [\"192.0.2.0/28\"]\nverify = false\n[[trunks]]\nname = \"q\"\n\
         uri = \"sip:q.example.net;transport=TLS\"\n",
    );
    let ca = c.sip.tls.as_ref().and_then(|t| t.ca.clone());
    assert_eq!(ca, Some("provider.pem".into()));
    assert!(c.trunks[0].peers[0].contains("192.0.2.15".parse().unwrap()));
    assert!(!c.trunks[0].peers[0].contains("192.0.2.16".parse().unwrap()));
    assert!(!c.trunks[0].verify && c.trunks[1].verify && c.trunks[1].peers.is_empty());
    for uri in ["sips:a.example", "sip:a.example;transport=tls"] {
        told(
            &format!("[[trunks]]\nname = \"p\"\nuri = \"{uri}\"\npeers = [\"300.1.1.1\"]\n"),
            &[],
            &[],
            &[
                "zeroline.toml:4: trunks[0].peers[0]: `300.1.1.1` does not fit; write an address \
                 or a network, like `192.0.2.10` or `192.0.2.0/24`",
                "zeroline.toml:3: trunks[0].uri: asks for TLS, and nothing here listens for it; \
                 add `tls:0.0.0.0:5061` to sip.listen, with a section [sip.tls]",
            ],
        );
    }
}

#[test]
fn trunks_that_can_not_be() {
    told(
        "[[trunks]]\nname = \"p\"\nuri = \"sip.example.net\"\nregister = true\n[[trunks]]\n\
         name = \"p\"\n",
        &[],
        &[],
        &[
            "zeroline.toml:3: trunks[0].uri: `sip.example.net` does not fit; write a SIP address, \
             like `sip:sip.example.net` or `sips:192.0.2.1:5061`",
            "zeroline.toml:1: trunks[0].user: is missing; registering needs `user`, or write \
             `register = false`",
            "zeroline.toml:6: trunks[1].name: another trunk has this name; choose one of its own",
            "zeroline.toml:5: trunks[1].uri: is missing; write `uri = \"sip:sip.example.net\"`",
        ],
    );
}

#[test]
fn bounds_and_shapes() {
    told(
        "sip = 5\nqueues = \"support\"\n[media]\nthreads = 0\ncodecs = [\"pcmu\", \"g729\"]\n\
         rtp_silence = \"1s\"\nrealtime = \"maybe\"\n[sip2]\n[log]\nformat = [\"text\"]\n",
        &[],
        &[],
        &[
            "zeroline.toml:1: sip: must be a table, not one value; write it as a section [sip]",
            "zeroline.toml:5: media.codecs[1]: `g729` does not fit; write pcma, pcmu, g722 or opus",
            "zeroline.toml:4: media.threads: `0` does not fit; write a whole number from 1 to 256",
            "zeroline.toml:7: media.realtime: `maybe` does not fit; write true or false",
            "zeroline.toml:6: media.rtp_silence: `1s` does not fit; write a time from 5s to 1h, \
             like `30s` or `2m`",
            "zeroline.toml:2: queues: must be a list of tables; write each as a section \
             [[queues]] in the file",
            "zeroline.toml:10: log.format: must be one value, not a list",
            "zeroline.toml:8: sip2: there is no such setting; did you mean `sip`?",
        ],
    );
}

#[test]
fn times_that_contradict_each_other() {
    told(
        "[sip.session_timer]\nexpires = \"2m\"\nmin = \"5m\"\n[sip.registration]\nmin = \"1h\"\n\
         max = \"10m\"\n[sip]\nadvertise = \"0.0.0.0\"\ntrusted_peers = [\"10.0.0.0/33\"]\n",
        &[],
        &[],
        &[
            "zeroline.toml:8: sip.advertise: `0.0.0.0` does not fit; write the IP address that \
             others reach us at",
            "zeroline.toml:2: sip.session_timer.expires: is shorter than `min`; raise it, or \
             lower `min`",
            "zeroline.toml:6: sip.registration.max: is shorter than `min`; raise it, or lower \
             `min`",
            "zeroline.toml:9: sip.trusted_peers[0]: `10.0.0.0/33` does not fit; the prefix is at \
             most 32",
        ],
    );
}

#[test]
fn speech_engines() {
    let c = good("[store]\ndir = \"kept\"\n");
    assert_eq!(c.prompts.cache, std::path::Path::new("kept/prompts"));
    assert_eq!(c.prompts.engines, [SpeechEngine::espeak()]);
    assert_eq!(good("[prompts]\nengines = []\n").prompts.engines, []);
    let c = good(
        "[prompts]\ncache = \"c\"\n[[prompts.engines]]\nkind = \"http\"\nlanguages = [\"en\"]\n\
         url = \"https://tts.example/v1/audio/speech\"\nkey = \"tellnobody\"\nvoices = \
         [\"en:af:heart\"]\n[[prompts.engines]]\nkind = \"flite\"\nspeed = 90\n",
    );
    assert!(!format!("{c:?}").contains("tellnobody"));
    assert_eq!(c.prompts.cache, std::path::Path::new("c"));
    let [http, flite] = c.prompts.engines.as_slice() else {
        panic!("{:?}", c.prompts.engines);
    };
    assert_eq!(http.voices[&"en".into()], "af:heart");
    assert_eq!(http.languages, ["en".into()]);
    assert_eq!(
        *flite,
        SpeechEngine {
            speed: 90,
            ..SpeechEngine::flite()
        }
    );
}

#[test]
fn speech_engines_that_can_not_be() {
    told(
        "[prompts]\nlanguage = \"../en\"\nengine = 1\n[[prompts.engines]]\nkind = \"espeak\"\n\
         [[prompts.engines]]\nkind = \"http\"\nurl = \"http://user:pw@tts/\"\nkey = \"a b\"\n\
         program = \"x\"\n[[prompts.engines]]\nkind = \"espeak-ng\"\nvoices = [\"en\", \"de:-x\"]\n\
         speed = 10\npitch = 100\ntimeout = \"0s\"\n[[prompts.engines]]\nspeed = 100\n",
        &[],
        &[],
        &[
            "zeroline.toml:2: prompts.language: `../en` does not fit; write a short name of \
             letters and digits, like `en` or `pt-br`",
            "zeroline.toml:5: prompts.engines[0].kind: `espeak` does not fit; write espeak-ng, \
             flite or http",
            "zeroline.toml:8: prompts.engines[1].url: `http://user:pw@tts/` does not fit; write a \
             URL, like `http://127.0.0.1:8880/v1/audio/speech`; a key goes to `key`",
            "zeroline.toml:9: prompts.engines[1].key: the value does not fit; write it in ASCII, \
             without spaces",
            "zeroline.toml:10: prompts.engines[1].program: there is no such setting; known here: \
             kind, url, model, key, languages, voices, speed or timeout",
            "zeroline.toml:15: prompts.engines[2].pitch: `100` does not fit; write a whole number \
             from 0 to 99",
            "zeroline.toml:13: prompts.engines[2].voices[0]: `en` does not fit; write language \
             and voice, like `en:en-gb-x-rp`",
            "zeroline.toml:13: prompts.engines[2].voices[1]: `de:-x` does not fit; write language \
             and voice, like `en:en-gb-x-rp`",
            "zeroline.toml:14: prompts.engines[2].speed: `10` does not fit; write a whole number \
             from 25 to 400",
            "zeroline.toml:16: prompts.engines[2].timeout: `0s` does not fit; write a time from \
             1s to 10m, like `30s` or `2m`",
            "zeroline.toml:17: prompts.engines[3].kind: is missing; write `kind = \"espeak-ng\"`",
            "zeroline.toml:3: prompts.engine: there is no such setting; did you mean `engines`?",
        ],
    );
}

#[test]
fn mail() {
    assert_eq!(good("").mail, None);
    let mail = good("[mail]\nsmtp = \"mail.example.org\"\nfrom = \"line@example.org\"\n").mail;
    let mail = mail.expect("a way to send mail");
    assert_eq!((mail.host.as_str(), mail.port), ("mail.example.org", 587));
    assert_eq!(mail.tls, MailTls::StartTls);
    let inside = "[mail]\nsmtp = \"127.0.0.1:2525\"\nfrom = \"a@b\"\ntls = \"off\"\n";
    assert_eq!(good(inside).mail.map(|m| m.port), Some(2525));
}

#[test]
fn mail_that_can_not_be_sent() {
    told(
        "[mail]\nsmtp = \"mail.example.org:x\"\nfrom = \"nobody\"\ntls = \"off\"\n\
         user = \"line\"\npassword = \"hunter22\"\nsmtps = 1\n",
        &[],
        &[],
        &[
            "zeroline.toml:2: mail.smtp: `mail.example.org:x` does not fit; write a host, or host and \
             port, like `mail.example.org:587`",
            "zeroline.toml:3: mail.from: `nobody` does not fit; write an address, like \
             `line@example.org`",
            "zeroline.toml:4: mail.tls: the password would go in the clear; write `tls = \
             \"starttls\"` or `\"on\"`, or leave user and password out",
            "zeroline.toml:7: mail.smtps: there is no such setting; did you mean `smtp`?",
        ],
    );
    told(
        "[mail]\nuser = \"line\"\n",
        &[],
        &[],
        &[
            "zeroline.toml:1: mail.smtp: is missing; write `smtp = \"mail.example.org\"`",
            "zeroline.toml:1: mail.from: is missing; write `from = \"line@example.org\"`",
            "zeroline.toml:2: mail.user: `user` and `password` belong together; give both, or none",
        ],
    );
}

#[test]
fn a_database_elsewhere_and_its_password_are_no_words_for_a_log() {
    let read = |text: &str| {
        let layers = Layers {
            file: Some(("zeroline.toml".to_owned(), text.to_owned())),
            ..Layers::default()
        };
        load(&layers, Secret::new("demo"))
            .map_err(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let url = "postgres://me:open-sesame@db.example/zeroline";
    let config = read(&format!("[store]\nurl = \"{url}\"\n")).unwrap();
    assert_eq!(config.store.url.as_ref().map(Secret::reveal), Some(url));
    assert!(!format!("{config:?}").contains("sesame"));
    let wrong = "[store]\nurl = \"mysql://me:open-sesame@db/x\"\npassword = \"open-sesame\"\n\
                 password_file = \"p\"\n";
    let told = read(wrong).unwrap_err().join("\n");
    for part in [
        "store.url: the value does not fit; write `postgres://user@host/database`",
        "store.password_file: there is a `password` as well",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains("sesame"), "{told}");
    let told = read("[store]\npassword_file = \"p\"\n").unwrap_err();
    assert!(told[0].contains("no database that asks for it"), "{told:?}");
}
