//! The router guide over time: the quiet that a caller asks for, and the next call, which goes on
//! where this one was left.

use std::time::Duration;

use super::line::Values;
use super::{House, SOON, WAITING, press};

/// What a caller does who is asked whether to go on.
#[derive(Clone, Copy, Debug)]
enum Does {
    GoesOn,
    BeginsAnew,
    Asks,
    Nothing,
}

/// They hung up at the cable: on the main menu's 3, `no` to the internet lamp.
const TO_THE_CABLE: &str = "3 1 2";

impl House {
    fn calls_again(&self, language: usize, does: Does) -> Result<(), String> {
        let speech = |s| self.demo.speech(s, language, &Values::new());
        let guide = self.demo.guide();
        let (first, cable) = (&guide.steps[0], self.demo.step("cable"));
        let resume = guide.resume.as_ref().expect("it goes on");

        let mut caller = self.goes(language, TO_THE_CABLE);
        self.hears(&mut caller, &[speech(&cable.speech)])?;
        caller.hang_up();

        let mut caller = self.call_from(&caller.user);
        press(&mut caller, &format!("{}3", self.to_welcome(language)));
        let mut said = vec![speech(&resume.speech)];
        if !matches!(does, Does::Nothing) {
            self.hears(&mut caller, &said)?;
        }
        let key = match does {
            Does::GoesOn => {
                said.push(speech(&cable.first));
                "1"
            }
            Does::BeginsAnew => {
                said.push(speech(&first.first));
                "2"
            }
            Does::Asks => "0",
            Does::Nothing => {
                said.extend(resume.again.iter().map(|a| speech(&a.silent)));
                ""
            }
        };
        press(&mut caller, key);
        let patience = match does {
            Does::GoesOn | Does::BeginsAnew => {
                self.hears(&mut caller, &said)?;
                press(&mut caller, "0");
                SOON
            }
            Does::Asks => SOON,
            Does::Nothing => WAITING,
        };
        self.reaches_a_person(&mut caller, patience)?;
        said.push(self.demo.connecting(language));
        self.hears(&mut caller, &said)?;
        caller.hang_up();
        Ok(())
    }

    fn takes_time(&self, language: usize) -> Result<(), String> {
        let speech = |s| self.demo.speech(s, language, &Values::new());
        let guide = self.demo.guide();
        let ready = speech(&guide.pause.ready);
        let mut caller = self.goes(language, "3 3");
        let mut said = vec![ready.clone()];
        self.hears(&mut caller, &said)?;
        press(&mut caller, "1");
        said.push(speech(&guide.steps[0].speech));
        self.hears(&mut caller, &said)?;
        press(&mut caller, "3");
        said.extend([ready, speech(&guide.pause.reminder)]);
        caller.idle(guide.pause.every);
        self.hears(&mut caller, &said)?;
        press(&mut caller, "0");
        self.reaches_a_person(&mut caller, SOON)?;
        caller.hang_up();
        Ok(())
    }
}

pub fn the_next_call_goes_on_where_the_last_was_left(house: &House) {
    let all = [Does::GoesOn, Does::BeginsAnew, Does::Asks, Does::Nothing];
    let languages = 0..house.demo.languages();
    let calls = languages.flat_map(|language| all.map(|does| (language, does)));
    house.at_the_same_time(calls, |&(language, does)| {
        let called = house.calls_again(language, does);
        called.map_err(|e| format!("language {language}, {does:?}: {e}"))
    });
}

pub fn who_needs_time_has_it_and_is_reminded(house: &House) {
    assert!(house.demo.guide().pause.every <= Duration::from_secs(60));
    house.at_the_same_time(0..house.demo.languages(), |&language| {
        let taken = house.takes_time(language);
        taken.map_err(|e| format!("language {language}: {e}"))
    });
}
