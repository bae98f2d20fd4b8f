//! What the agents hear: feature codes answered, and who it is before a caller is connected.

/// You are ready.
pub const READY: &str = "sys-agent-ready";
/// You are paused.
pub const PAUSED: &str = "sys-agent-paused";
/// Before the digit of the reason.
pub const REASON: &str = "sys-agent-reason";
/// You are in wrap-up.
pub const WRAP_UP: &str = "sys-agent-wrap-up";
/// You did not answer a call, and get none until you are ready.
pub const MISSED: &str = "sys-agent-missed";
/// You have a caller.
pub const BUSY: &str = "sys-agent-busy";
/// No phone of yours is signed in.
pub const OFFLINE: &str = "sys-agent-offline";
/// It will hold when this is over.
pub const LATER: &str = "sys-agent-later";
/// That code is not known.
pub const UNKNOWN_CODE: &str = "sys-agent-unknown";
/// Before the code for being ready.
pub const CODE_READY: &str = "sys-agent-code-ready";
/// Before the code for a pause.
pub const CODE_PAUSE: &str = "sys-agent-code-pause";
/// Before the code for the end of wrap-up.
pub const CODE_DONE: &str = "sys-agent-code-done";
/// Before the code for hearing one's state.
pub const CODE_STATE: &str = "sys-agent-code-state";
/// Before the code for hearing messages.
pub const CODE_MESSAGES: &str = "sys-agent-code-messages";
/// Before the number of messages.
pub const MESSAGES: &str = "sys-agent-messages";
/// There is no other message.
pub const MESSAGES_NONE: &str = "sys-agent-messages-none";
/// After a message: 1 again, 2 done, 3 call back, hash next, star back.
pub const MESSAGES_KEYS: &str = "sys-agent-messages-keys";
/// What was asked for could not be done.
pub const MESSAGES_FAILED: &str = "sys-agent-messages-failed";
/// The key `*`.
pub const STAR: &str = "sys-agent-star";
/// Who comes pressed 0.
pub const WHISPER_ASKED: &str = "sys-whisper-asked";
/// Pressed no key.
pub const WHISPER_SILENCE: &str = "sys-whisper-silence";
/// Pressed wrong keys.
pub const WHISPER_WRONG: &str = "sys-whisper-wrong";
/// Comes from the menu.
pub const WHISPER_ROUTED: &str = "sys-whisper-routed";
/// Comes because something of ours failed.
pub const WHISPER_FAULT: &str = "sys-whisper-fault";
/// Was transferred.
pub const WHISPER_TRANSFERRED: &str = "sys-whisper-transferred";
/// Before the minutes that they have waited.
pub const WHISPER_WAITED: &str = "sys-whisper-waited";

/// Which language the caller speaks, where there is a word for it.
pub fn whisper_language(tag: &str) -> Option<&'static str> {
    let of = |name: &&str| name.strip_prefix("sys-whisper-") == Some(tag);
    LANGUAGES.into_iter().find(of)
}

const LANGUAGES: [&str; 4] = [
    "sys-whisper-en",
    "sys-whisper-de",
    "sys-whisper-da",
    "sys-whisper-nb",
];

/// Every name.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    ALL.into_iter().chain(LANGUAGES)
}

const ALL: [&str; 26] = [
    READY,
    PAUSED,
    REASON,
    WRAP_UP,
    MISSED,
    BUSY,
    OFFLINE,
    LATER,
    UNKNOWN_CODE,
    CODE_READY,
    CODE_PAUSE,
    CODE_DONE,
    CODE_STATE,
    CODE_MESSAGES,
    MESSAGES,
    MESSAGES_NONE,
    MESSAGES_KEYS,
    MESSAGES_FAILED,
    STAR,
    WHISPER_ASKED,
    WHISPER_SILENCE,
    WHISPER_WRONG,
    WHISPER_ROUTED,
    WHISPER_FAULT,
    WHISPER_TRANSFERRED,
    WHISPER_WAITED,
];
