-- The SIP messages of calls, masked: kept only where `sip.trace` says for how long.
CREATE TABLE sip_messages (
    id        INTEGER PRIMARY KEY,
    contact   INTEGER NOT NULL,
    leg       INTEGER NOT NULL,          -- 1 for the first of the contact, and so on
    at        INTEGER NOT NULL,          -- milliseconds since 1970
    sent      INTEGER NOT NULL,          -- 1: by us
    party     TEXT    NOT NULL,          -- whose leg: a masked number, or an agent; '': not known
    peer      TEXT    NOT NULL,          -- their address and port
    transport TEXT    NOT NULL,
    what      TEXT    NOT NULL,          -- INVITE, or 180 Ringing
    method    TEXT    NOT NULL,          -- of its CSeq
    sdp       INTEGER NOT NULL,          -- 1: it has a session description
    message   TEXT    NOT NULL           -- without numbers, proofs, keys and digits
);
CREATE INDEX sip_messages_by_contact ON sip_messages (contact);
CREATE INDEX sip_messages_by_age     ON sip_messages (at);
