#!/usr/bin/env python3
"""Holds the record of a server against what its queues promise.

    audit.py FILE_OR_URL RING_SECONDS 'JSON: {"agent": ["queue", ...], ...}'

Knows nothing of the server but the tables that it writes: the events of each contact, and what each
agent did when. Tells what it counted as JSON; exit code 1, and what is wrong, when a promise was broken:

- each contact ends exactly once, and so does each of its stays in a queue;
- no offer is lost: each is answered, missed or taken back, in the time that a phone rings;
- an agent is asked by one caller at a time;
- nobody waits while an agent of the queue is ready;
- nobody is offered before who came to the same queue earlier and waits as well.
"""

import csv
import json
import sqlite3
import subprocess
import sys

# Clocks are read by different tasks, on a machine that is busy with the callers too.
TOLERANCE_MS = 700
LONG_MS = 10**15


class Elsewhere:
    """A PostgreSQL, asked by its own client."""

    def __init__(self, url):
        self.url = url

    def execute(self, sql):
        psql = ["psql", "-Xqt", "--csv", "-c", sql, self.url]
        told = subprocess.run(psql, check=True, capture_output=True, text=True).stdout
        for row in csv.reader(told.splitlines()):
            yield [int(v) if v.isdigit() else v or None for v in row]


def contacts(db):
    """Per contact: its events with their time in milliseconds since 1970."""
    rows = db.execute(
        "SELECT c.id, c.started_at + e.at_ms, e.data, c.verdict FROM contacts c"
        " JOIN events e ON e.contact = c.id ORDER BY c.id, e.id"
    )
    found = {}
    for contact, at, data, verdict in rows:
        found.setdefault(contact, (verdict, []))[1].append((at, json.loads(data)))
    return found


def ready_times(db, end):
    """Per agent: the stretches of time in which they were ready."""
    ready, since = {}, {}
    rows = db.execute("SELECT agent, at, state FROM agent_states ORDER BY id")
    for agent, at, state in rows:
        began = since.pop(agent, None)
        if began is not None:
            ready.setdefault(agent, []).append((began, at))
        if json.loads(state)["state"] == "ready":
            since[agent] = at
    for agent, began in since.items():
        ready.setdefault(agent, []).append((began, end))
    return ready


class Audit:
    def __init__(self, ring_ms):
        self.ring_ms = ring_ms
        self.wrong = []
        self.contacts_told = set()
        self.counts = dict.fromkeys(
            ["contacts", "stays", "answered", "abandoned", "overflowed", "offers", "missed", "taken_back"], 0
        )
        # (queue, came, from, to, contact): waits, and no phone rings for them.
        self.waits = []
        # (queue, came, at, contact)
        self.offered = []
        # agent -> (from, to, contact)
        self.asked = {}

    def tell(self, contact, what):
        self.wrong.append(f"contact {contact}: {what}")
        self.contacts_told.add(contact)

    def contact(self, contact, verdict, events):
        self.counts["contacts"] += 1
        ends = [i for i, (_, e) in enumerate(events) if e["event"] == "ended"]
        if len(ends) != 1 or verdict is None:
            return self.tell(contact, f"ends {len(ends)} times, verdict {verdict}")
        if ends[0] != len(events) - 1:
            self.tell(contact, "goes on after its end")
        if events[0][1]["event"] != "started":
            self.tell(contact, "does not begin with its start")
        queue = came = idle = None
        offers = {}
        for at, event in events:
            kind = event["event"]
            if kind == "queued":
                if queue is not None:
                    self.tell(contact, f"comes to {event['queue']} while in {queue}")
                queue, came, idle = event["queue"], at, at
                self.counts["stays"] += 1
            elif kind == "offered":
                agent = event["agent"]
                if queue is None or agent in offers:
                    self.tell(contact, f"is offered to {agent} out of turn")
                if idle is not None:
                    self.waits.append((queue, came, idle, at, contact))
                    self.offered.append((queue, came, at, contact))
                offers[agent], idle = at, None
                self.counts["offers"] += 1
            elif kind == "missed":
                self.counts["missed"] += 1
                self.over(contact, offers, event["agent"], at)
                if queue is not None and not offers:
                    idle = at
            elif kind == "connected":
                self.counts["answered"] += 1
                self.over(contact, offers, event["agent"], at)
                self.take_back(contact, offers, at)
                queue = None
            elif kind in ("overflowed", "ended") and queue is not None:
                self.counts["overflowed" if kind == "overflowed" else "abandoned"] += 1
                self.take_back(contact, offers, at)
                if idle is not None:
                    self.waits.append((queue, came, idle, at, contact))
                queue = None
        if offers:
            self.tell(contact, f"offers without an end: {sorted(offers)}")

    def over(self, contact, offers, agent, at):
        began = offers.pop(agent, None)
        if began is None:
            return self.tell(contact, f"{agent} takes or misses what was not offered")
        if at - began > self.ring_ms + 2 * TOLERANCE_MS:
            self.tell(contact, f"rang {at - began} ms at {agent}")
        self.asked.setdefault(agent, []).append((began, at, contact))

    def take_back(self, contact, offers, at):
        for agent in sorted(offers):
            self.counts["taken_back"] += 1
            self.over(contact, offers, agent, at)

    def agents(self):
        for agent, times in self.asked.items():
            times.sort()
            for (_, to, a), (since, _, b) in zip(times, times[1:]):
                if since + TOLERANCE_MS < to:
                    self.wrong.append(f"{agent} is asked by {a} and {b} at once")

    def free_agents(self, ready, serves):
        for queue, _, since, to, contact in self.waits:
            for agent, queues in serves.items():
                if queue not in queues:
                    continue
                for began, ended in ready.get(agent, []):
                    both = min(to, ended) - max(since, began)
                    if both > TOLERANCE_MS:
                        self.tell(contact, f"waits in {queue} for {both} ms while {agent} is ready")

    def turns(self):
        for queue, came, at, contact in self.offered:
            for other, earlier, since, to, who in self.waits:
                passed = other == queue and earlier + TOLERANCE_MS < came
                if passed and since + TOLERANCE_MS < at and at + TOLERANCE_MS < to:
                    self.tell(contact, f"is offered in {queue} before {who}, who came {came - earlier} ms earlier")


def main():
    database, ring, serves = sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3])
    if database.startswith("postgres:"):
        db = Elsewhere(database)
    else:
        db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    audit = Audit(int(ring * 1000))
    found = contacts(db)
    for contact, (verdict, events) in found.items():
        audit.contact(contact, verdict, events)
    end = max((at for _, events in found.values() for at, _ in events), default=0)
    audit.agents()
    audit.free_agents(ready_times(db, end), serves)
    audit.turns()
    print(json.dumps(audit.counts))
    for what in audit.wrong:
        print(what, file=sys.stderr)
    for contact in sorted(audit.contacts_told):
        print(f"\ncontact {contact}:", file=sys.stderr)
        for at, event in found[contact][1]:
            print(f"  {at % 10**7:7} {json.dumps(event)}", file=sys.stderr)
    return 1 if audit.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
