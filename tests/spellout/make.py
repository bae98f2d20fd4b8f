#!/usr/bin/python3
"""Makes the tables in icu/: numbers spelled out by ICU's rule-based number format.

Needs Debian's python3-icu. The tables in the repository were made with ICU 72.1; the values are
the same on every run. Each line is a number, a tab and its words. The soft hyphens that ICU
writes between the parts of a word are left out, nothing else is changed: what we say differently
is told, with its reason, where the tables are read (main.rs).
"""

import pathlib
import random

import icu

HERE = pathlib.Path(__file__).parent / "icu"

# The greatest number that is read as one.
GREATEST = 999_999_999_999


def chosen():
    """Awkward numbers: around each power of ten, with holes, ones and teens in every group."""
    groups = (0, 1, 2, 10, 11, 12, 20, 21, 31, 81, 99, 100, 101, 111, 121, 200, 999)
    found = set()
    for a in groups:
        for b in groups:
            found.add(a * 1000 + b)
            found.add(a * 1_000_000 + b)
            found.add(a * 1_000_000_000 + b)
            found.add(a * 1_000_000 + b * 1000)
            found.add(a * 1_000_000_000 + b * 1_000_000)
    for power in range(3, 13):
        found.update((10**power - 1, 10**power, 10**power + 1))
    return {n for n in found if 2000 < n <= GREATEST}


def drawn(seed, count, digits):
    """Random numbers of every length."""
    source = random.Random(seed)
    return {
        source.randrange(10 ** (length - 1), 10**length)
        for length in digits
        for _ in range(count)
    }


CARDINALS = set(range(0, 2001)) | chosen() | drawn(1, 115, range(5, 13))
CARDINALS |= {-n for n in (1, 5, 21, 100, 101, 1001, 1_000_000, GREATEST)}
BENT = set(range(0, 202)) | {n for n in chosen() if n % 5 == 1} | drawn(2, 20, range(4, 13))
ORDINALS = set(range(0, 2001)) | drawn(3, 400, [4]) | set(range(2000, 10_000, 100))
LARGE_ORDINALS = {10_001, 21_000, 100_000, 1_000_000, 2_000_000, 1_000_000_000}
YEARS = set(range(1000, 2200))

TABLES = {
    "en-cardinal": ("%spellout-cardinal-verbose", CARDINALS),
    "en-ordinal": ("%spellout-ordinal-verbose", ORDINALS | LARGE_ORDINALS),
    "en-year": ("%spellout-numbering-year", YEARS),
    "de-cardinal": ("%spellout-numbering", CARDINALS),
    "de-masculine": ("%spellout-cardinal-masculine", BENT),
    "de-feminine": ("%spellout-cardinal-feminine", BENT),
    "de-ordinal": ("%spellout-ordinal", ORDINALS | LARGE_ORDINALS),
    "de-ordinal-dative": ("%spellout-ordinal-n", set(range(0, 202))),
    "de-year": ("%spellout-numbering-year", YEARS),
    "da-cardinal": ("%spellout-numbering", CARDINALS),
    "da-masculine": ("%spellout-cardinal-common", BENT),
    "da-ordinal": ("%spellout-ordinal-common", ORDINALS | LARGE_ORDINALS),
    "da-year": ("%spellout-numbering-year", set(range(1000, 2000))),
    "nb-cardinal": ("%spellout-numbering", CARDINALS),
    "nb-neuter": ("%spellout-cardinal-neuter", BENT),
    "nb-ordinal": ("%spellout-ordinal-masculine", ORDINALS | LARGE_ORDINALS),
}


def main():
    HERE.mkdir(exist_ok=True)
    for name, (rules, numbers) in TABLES.items():
        locale = icu.Locale(name.split("-")[0])
        spell = icu.RuleBasedNumberFormat(icu.URBNFRuleSetTag.SPELLOUT, locale)
        with open(HERE / f"{name}.txt", "w", encoding="utf-8") as out:
            for n in sorted(numbers):
                words = spell.format(n, rules).replace("\u00ad", "")
                out.write(f"{n}\t{words}\n")


if __name__ == "__main__":
    main()
