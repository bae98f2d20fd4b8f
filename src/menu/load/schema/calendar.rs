//! Every key that the loader knows in calendars.

use super::table::Shape::{self, List, Named, Some, Text};
use super::table::{LABEL, Mapping, may, must, of};

const HOURS: Shape = Named(&Some(&Text));

/// All of them.
pub(super) const ALL: &[Mapping] = &[
    of(
        "calendar",
        "the file",
        "Opening hours",
        &[
            must("calendar", Text, "Its name"),
            may("label", Text, LABEL),
            must("zone", Text, "Its time zone, like `Europe/Copenhagen`"),
            must("hours", HOURS, "The week: `mon-fri: 08:00-17:00`"),
            may(
                "seasons",
                List(&Shape::Mapping("season")),
                "Times of the year with another week",
            ),
            may(
                "holidays",
                List(&Shape::Mapping("holiday")),
                "Days with hours of their own, or closed",
            ),
            may(
                "closures",
                List(&Shape::Mapping("closure")),
                "Closed, whatever else is said",
            ),
        ],
    ),
    of(
        "season",
        "a season",
        "A time of the year with another week",
        &[
            must("from", Text, "The first day"),
            must("to", Text, "The last day"),
            must("hours", HOURS, "The week"),
            may("label", Text, LABEL),
        ],
    ),
    Mapping {
        one_of: &["date", "easter", "weekday"],
        ..of(
            "holiday",
            "a holiday",
            "A day with hours of its own, or closed",
            &[
                may("date", Text, "`12-24`, or once: `2026-12-24`"),
                may("easter", Text, "Days after Easter Sunday"),
                may("weekday", Text, "Like `last mon of 05`"),
                may("hours", Some(&Text), "Open all the same"),
                may("observed", Text, "On which day when it falls on a weekend"),
                may("label", Text, LABEL),
            ],
        )
    },
    of(
        "closure",
        "a closure",
        "Closed, whatever else is said",
        &[
            may("date", Text, "One day"),
            may("from", Text, "From this day or moment"),
            may("to", Text, "To this day or moment"),
            may("label", Text, LABEL),
        ],
    ),
];
