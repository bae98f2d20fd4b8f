//! The first thing that callers hear: each language offers itself.

use zeroline::menu::tree::{Kind, Menu};

use super::line::Values;
use super::{End, House, SOON, press};

/// What a caller does there.
#[derive(Debug)]
enum Does {
    Chooses(usize),
    Asks,
    Nothing,
    PressesWhatIsNotOffered,
}

impl House {
    fn offers(&self) -> &Menu {
        match &self.demo.node("speak").kind {
            Kind::Language(menu) => menu,
            other => panic!("a {}", other.word()),
        }
    }

    fn is_offered_languages(&self, does: &Does) -> Result<(), String> {
        let mut caller = self.call();
        let all = self.demo.speech(&self.offers().first, 0, &Values::new());
        match does {
            Does::Chooses(language) => {
                self.hears(&mut caller, std::slice::from_ref(&all))?;
                press(&mut caller, &(language + 1).to_string());
                let open = self.demo.is_open();
                let next = if open { "welcome" } else { "closed" };
                let said = self.demo.said_first(next, *language);
                self.hears(&mut caller, &[all, said])?;
                press(&mut caller, "0");
            }
            Does::Asks => press(&mut caller, "0"),
            Does::Nothing => {
                self.is_silent(&mut caller, End::Person)?;
                let said = self.demo.said_to_the_silent("speak", 0);
                self.hears(&mut caller, &said)?;
            }
            Does::PressesWhatIsNotOffered => {
                press(&mut caller, "7");
                let wrong = &self.offers().again[0].wrong;
                let wrong = self.demo.speech(wrong, 0, &Values::new());
                self.hears(&mut caller, &[wrong])?;
                press(&mut caller, "8");
            }
        }
        self.reaches_a_person(&mut caller, SOON)?;
        caller.hang_up();
        Ok(())
    }
}

pub fn each_offers_itself_and_holds_from_then_on(house: &House) {
    let others = [Does::Asks, Does::Nothing, Does::PressesWhatIsNotOffered];
    let all = (0..house.demo.languages()).map(Does::Chooses).chain(others);
    house.at_the_same_time(all, |does| {
        let told = house.is_offered_languages(does);
        told.map_err(|e| format!("{does:?}: {e}"))
    });
}
