-- Messages that are still to be handed on to those to whom their queue's go.
ALTER TABLE messages ADD COLUMN deliver INTEGER NOT NULL DEFAULT 0; -- 1: still to be
CREATE INDEX messages_to_deliver ON messages (id) WHERE deliver = 1;
