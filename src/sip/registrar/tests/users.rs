//! Those who may register change.

use super::*;

#[test]
fn who_may_not_register_any_more_is_let_go_and_who_is_new_comes_in_at_once() {
    let mut world = World::new();
    let mut ann = Phone::new("ann", udp());
    let mut eve = Phone::new("eve", flow(Transport::Udp, "192.0.2.9:5060"));
    let contact = "Contact: <sip:ann@10.0.0.1>\r\n";
    world.registrar.set_users(&[credentials("ann")]);
    assert_eq!(ann.register(&mut world, contact).status, 200);
    assert_eq!(
        eve.register(&mut world, "Contact: <sip:eve@10.0.0.2>\r\n")
            .status,
        401
    );
    while world.registrar.poll_event().is_some() {}

    world.registrar.set_users(&[credentials("eve")]);
    let told = world.registrar.poll_event().map(|e| (e.agent, e.contacts));
    assert_eq!(told, Some((AgentId::new("ann"), Vec::new())));
    assert_eq!(world.registrar.poll_timeout(), None);
    assert_eq!(ann.register(&mut world, contact).status, 401);
    assert_eq!(
        eve.register(&mut world, "Contact: <sip:eve@10.0.0.2>\r\n")
            .status,
        200
    );
}

#[test]
fn a_phone_stays_through_a_change_of_password_and_needs_the_new_one_from_then_on() {
    let mut world = World::new();
    let mut ann = Phone::new("ann", udp());
    let contact = "Contact: <sip:ann@10.0.0.1>\r\n";
    world.registrar.set_users(&[credentials("ann")]);
    assert_eq!(ann.register(&mut world, contact).status, 200);
    let mut changed = credentials("ann");
    changed.secret = Secret::Plain("another".into());
    world.registrar.set_users(&[changed.clone()]);
    assert_eq!(world.registrar.contacts(&AgentId::new("ann")).len(), 1);
    assert_eq!(ann.register(&mut world, contact).status, 401);
    let mut phone = Phone::new("ann", flow(Transport::Udp, "192.0.2.8:5060"));
    phone.session = ClientSession::new(changed);
    assert_eq!(phone.register(&mut world, contact).status, 200);
}
