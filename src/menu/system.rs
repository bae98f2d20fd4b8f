//! The prompts that every language must have: what the server itself says.

pub mod people;
pub mod recording;

/// Said when a caller is on the way to a person.
pub const CONNECTING: &str = "sys-connecting";
/// Told after the digits of a position above ten.
pub const POSITION_MANY: &str = "sys-position-many";
/// It will probably be the caller's turn within a minute.
pub const WAIT_SHORT: &str = "sys-wait-short";
/// Before the most minutes that it will probably take.
pub const WAIT_UNTIL: &str = "sys-wait-until";
/// Before the fewest minutes that it will probably take.
pub const WAIT_BETWEEN: &str = "sys-wait-between";
/// Between the fewest and the most.
pub const WAIT_AND: &str = "sys-wait-and";
/// After the minutes, more than one.
pub const WAIT_MINUTES: &str = "sys-wait-minutes";
/// While waiting: 1 is to be called back, with the place kept.
pub const WAITING_CALLBACK: &str = "sys-waiting-callback";
/// While waiting: 2 is to leave a message.
pub const WAITING_MESSAGE: &str = "sys-waiting-message";
/// While waiting: star goes back to the menus, with the place kept.
pub const WAITING_BACK: &str = "sys-waiting-back";
/// Said to who asks for a person and waits for one already.
pub const WAITING_PERSON: &str = "sys-waiting-person";
/// Said to who is in the menus when the person they waited for has answered.
pub const PERSON_NOW: &str = "sys-person-now";
/// Comfort while waiting.
pub const COMFORT: &str = "sys-comfort";
/// Nobody is free: said before a callback is offered to who can not wait.
pub const NOBODY_FREE: &str = "sys-nobody-free";
/// Nobody is free: leave a message after the tone.
pub const MESSAGE_INTRO: &str = "sys-message-intro";
/// The tone.
pub const BEEP: &str = "sys-beep";
/// The message is kept.
pub const MESSAGE_SAVED: &str = "sys-message-saved";
/// Keep it, hear it, or speak anew.
pub const MESSAGE_REVIEW: &str = "sys-message-review";
/// The message was too short, once more.
pub const MESSAGE_SHORT: &str = "sys-message-short";
/// Something of ours failed; a person follows.
pub const FAULT: &str = "sys-fault";
/// Nothing was heard.
pub const SILENCE: &str = "sys-silence";
/// That key is not in use here.
pub const WRONG: &str = "sys-wrong";
/// The entry was too short.
pub const TOO_SHORT: &str = "sys-too-short";
/// Good-bye.
pub const GOODBYE: &str = "sys-goodbye";
/// The line to the agent was lost, the place is kept.
pub const AGENT_LOST: &str = "sys-agent-lost";
/// Music on hold.
pub const MUSIC: &str = "sys-moh";
/// Whom an agent calls is being rung.
pub const RINGBACK: &str = "sys-ringback";
/// For a person, press zero.
pub const ZERO: &str = "sys-zero";
/// For a person, press zero and then hash: where an entry may begin with 0.
pub const ZERO_HASH: &str = "sys-zero-hash";
/// The last prompt before the person.
pub const LAST_TRY: &str = "sys-last-try";
/// The short question for digits.
pub const ENTER_NOW: &str = "sys-enter-now";
/// Before digits that are read back.
pub const YOU_ENTERED: &str = "sys-you-entered";
/// After digits that were read back: 1 is right, 2 is once more.
pub const CONFIRM: &str = "sys-confirm";
/// The keys of a question of a guide: 1 yes, 2 no, 3 time, and how to reach a person.
pub const GUIDE_KEYS: &str = "sys-guide-keys";
/// The same for who has heard them.
pub const GUIDE_KEYS_SHORT: &str = "sys-guide-keys-short";
/// The keys of a step of a guide that asks nothing: 1 done, 3 time, and a person.
pub const GUIDE_DONE: &str = "sys-guide-done";
/// The same for who has heard them.
pub const GUIDE_DONE_SHORT: &str = "sys-guide-done-short";
/// Take your time; 1 goes on.
pub const GUIDE_TIME: &str = "sys-guide-time";
/// Said now and then to who takes their time.
pub const GUIDE_REMINDER: &str = "sys-guide-reminder";
/// Who called before: 1 goes on there, 2 begins again.
pub const GUIDE_RESUME: &str = "sys-guide-resume";
/// Before the digits of the number that the caller calls from.
pub const CALLBACK_OFFER: &str = "sys-callback-offer";
/// After the digits: 1 is right, 2 is another number.
pub const CALLBACK_RIGHT: &str = "sys-callback-right";
/// The question for a number.
pub const CALLBACK_NUMBER: &str = "sys-callback-number";
/// That number is not called.
pub const CALLBACK_NEVER: &str = "sys-callback-never";
/// The wish to be called back is kept. Good-bye.
pub const CALLBACK_STORED: &str = "sys-callback-stored";
/// It was kept already. Good-bye.
pub const CALLBACK_KEPT: &str = "sys-callback-kept";
/// Before the day and time when it was kept.
pub const CALLBACK_SINCE: &str = "sys-callback-since";
/// To be called as soon as somebody is free is 1; and how to reach a person. Times with their keys
/// follow.
pub const CALLBACK_TIMES: &str = "sys-callback-times";
/// The time that was chosen is taken by now.
pub const CALLBACK_TAKEN: &str = "sys-callback-taken";
/// The wish to be called back is kept, for the time that follows.
pub const CALLBACK_AT: &str = "sys-callback-at";
/// Who calls while a wish to be called back is open: 1 be connected now, 2 keep it, 3 cancel it;
/// and how to reach a person.
pub const CALLBACK_AGAIN: &str = "sys-callback-again";
/// It is cancelled.
pub const CALLBACK_CANCELLED: &str = "sys-callback-cancelled";
/// To an agent who has answered for a callback: the customer's phone rings now.
pub const CALLING_BACK: &str = "sys-calling-back";
/// To the same agent: the customer did not answer.
pub const CALLED_IN_VAIN: &str = "sys-called-in-vain";
/// Before the lowest key of a question of a survey.
pub const SURVEY_FROM: &str = "sys-survey-from";
/// Before the highest.
pub const SURVEY_TO: &str = "sys-survey-to";
/// Waiting leaves a question out; and how to reach a person.
pub const SURVEY_SKIP: &str = "sys-survey-skip";

/// "You are number N" for 1–10; the last is "more than ten are before you".
pub fn position(n: usize) -> String {
    match n {
        1..=10 => format!("sys-position-{n}"),
        _ => POSITION_MANY.to_owned(),
    }
}

/// "Press N", said after an option.
pub fn press(digit: usize) -> String {
    format!("sys-press-{digit}")
}

/// A digit by itself.
pub fn digit(digit: usize) -> String {
    format!("sys-digit-{digit}")
}

/// Every name.
pub fn all() -> Vec<String> {
    let fixed = [
        CONNECTING,
        POSITION_MANY,
        WAIT_SHORT,
        WAIT_UNTIL,
        WAIT_BETWEEN,
        WAIT_AND,
        WAIT_MINUTES,
        WAITING_CALLBACK,
        WAITING_MESSAGE,
        WAITING_BACK,
        WAITING_PERSON,
        PERSON_NOW,
        COMFORT,
        NOBODY_FREE,
        MESSAGE_INTRO,
        BEEP,
        MESSAGE_SAVED,
        MESSAGE_REVIEW,
        MESSAGE_SHORT,
        FAULT,
        SILENCE,
        WRONG,
        TOO_SHORT,
        GOODBYE,
        AGENT_LOST,
        MUSIC,
        RINGBACK,
        ZERO,
        ZERO_HASH,
        LAST_TRY,
        ENTER_NOW,
        YOU_ENTERED,
        CONFIRM,
        GUIDE_KEYS,
        GUIDE_KEYS_SHORT,
        GUIDE_DONE,
        GUIDE_DONE_SHORT,
        GUIDE_TIME,
        GUIDE_REMINDER,
        GUIDE_RESUME,
        CALLBACK_OFFER,
        CALLBACK_RIGHT,
        CALLBACK_NUMBER,
        CALLBACK_NEVER,
        CALLBACK_STORED,
        CALLBACK_KEPT,
        CALLBACK_SINCE,
        CALLBACK_TIMES,
        CALLBACK_TAKEN,
        CALLBACK_AT,
        CALLBACK_AGAIN,
        CALLBACK_CANCELLED,
        CALLING_BACK,
        CALLED_IN_VAIN,
        SURVEY_FROM,
        SURVEY_TO,
        SURVEY_SKIP,
    ];
    fixed
        .into_iter()
        .chain(people::all())
        .chain(recording::all())
        .map(str::to_owned)
        .chain((1..=10).map(position))
        .chain((1..=9).map(press))
        .chain((0..=9).map(digit))
        .collect()
}
