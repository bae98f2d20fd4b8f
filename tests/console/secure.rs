//! The console for other machines: HTTPS by a certificate of the server's own making.

use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::browser::Browser;
use crate::support::phone::SOON;
use crate::tones::{AGENT, Microphone, caller, hears, scene};
use crate::user;

#[test]
fn by_https_with_its_own_certificate_the_page_signs_in_registers_and_hears_a_call() {
    let server = scene().everywhere().start();
    let microphone = Microphone::new(&server);
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let certificate = server.data().join("tls/console.pem");
    // What people are told to compare is what the browser is shown.
    let der = CertificateDer::from_pem_file(&certificate);
    let octets = Sha256::digest(der.expect("a certificate"));
    let octets: Vec<String> = octets.iter().map(|o| format!("{o:02X}")).collect();
    let told = server.output();
    assert!(told.contains(&octets.join(":")), "{told}");

    let home = format!("https://zeroline.test:{}", server.api.port());
    let more = [
        ("NAME", "ann"),
        ("SECRET", secret.as_str()),
        ("MICROPHONE", microphone.path()),
        ("CONSOLE", home.as_str()),
        ("TRUSTED", certificate.to_str().expect("a scratch path")),
    ];
    let mut browser = Browser::start("secure", &server, &more);
    browser.at("ready");
    let mut caller = caller(&server, "5550391");
    browser.go();
    browser.at("talking");
    hears(&caller, AGENT);
    browser.go();
    browser.end();
    caller.wait_bye(SOON);
}
