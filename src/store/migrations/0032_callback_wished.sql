-- When the caller asked for it last: what had happened to it before does not end it any more.
ALTER TABLE callbacks ADD COLUMN wished_at INTEGER NOT NULL DEFAULT 0;   -- milliseconds since 1970
