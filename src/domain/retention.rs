//! Retention: how long a thread is kept after the last thing that happened in it, and what holds it back (S7).
//! It knows periods by context, release to the archive and legal holds; a thread goes as a whole or not at all.
//! Finding threads and removing them are left to the repository.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, Months, NaiveDate, Utc};

use super::day::danish_day;
use super::identifier::{CitizenKey, CivilRegistrationNumber, ThreadId};
use super::message::Context;

/// How long: `30 days`, `18 months`, `5 years`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Calendar days.
    Days(u32),
    /// Calendar months; a day the last month does not have becomes its last day.
    Months(u32),
    /// Calendar years.
    Years(u32),
}

/// A hundred years, the longest period.
const LONGEST: u32 = 100;

impl Period {
    /// The first day on which it is over.
    #[must_use]
    pub fn over(self, since: NaiveDate) -> NaiveDate {
        let over = match self {
            Self::Days(days) => since.checked_add_days(Days::new(days.into())),
            Self::Months(months) => since.checked_add_months(Months::new(months)),
            Self::Years(years) => since.checked_add_months(Months::new(years.saturating_mul(12))),
        };
        over.unwrap_or(NaiveDate::MAX)
    }
}

impl FromStr for Period {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "a period is a number of days, months or years like 5 years, at least 1 day and at most 100 years";
        let (number, unit) = text.split_once(' ').ok_or(WANTED)?;
        let number = Some(number)
            .filter(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
            .and_then(|number| number.parse().ok());
        let within = |longest: u32| number.filter(|number| (1..=longest).contains(number)).ok_or(WANTED);
        match unit {
            "day" | "days" => within(LONGEST * 366).map(Self::Days),
            "month" | "months" => within(LONGEST * 12).map(Self::Months),
            "year" | "years" => within(LONGEST).map(Self::Years),
            _ => Err(WANTED),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(number) => write!(formatter, "{number} days"),
            Self::Months(number) => write!(formatter, "{number} months"),
            Self::Years(number) => write!(formatter, "{number} years"),
        }
    }
}

/// What applies to the threads of a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a thread is kept after the last thing that happened in it.
    pub period: Period,
    /// Does it, when the period is over, also wait until it was released to the archive?
    pub archive_release: bool,
}

impl Policy {
    /// What applies where nothing is said: five years, no release (ours).
    pub const DEFAULT: Self = Self {
        period: Period::Years(5),
        archive_release: false,
    };
}

/// The policy of every context.
#[derive(Clone, Debug, Default)]
pub struct Retention(pub HashMap<Context, Policy>);

/// A thread and how long nothing has happened in it.
#[derive(Clone, Debug)]
pub struct RestingThread {
    /// Whose.
    pub citizen: CitizenKey,
    /// The citizen's number, for the audit.
    pub cpr: CivilRegistrationNumber,
    /// Which thread.
    pub id: ThreadId,
    /// Its context.
    pub context: Context,
    /// When something happened last: a message was sent, read or rectified.
    pub last_activity: DateTime<Utc>,
    /// Threads of the citizen without activity on or after this day were released to the archive.
    pub released_before: Option<NaiveDate>,
    /// Is there a legal hold on the citizen?
    pub held: bool,
}

/// What becomes of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its period is not over.
    Kept,
    /// Its period is over, but there is a legal hold on the citizen.
    Held,
    /// Its period is over, but it was not yet released to the archive.
    AwaitsRelease,
    /// It goes.
    Due,
}

impl Retention {
    /// The policy of a context.
    #[must_use]
    pub fn policy(&self, context: Context) -> Policy {
        self.0.get(&context).copied().unwrap_or(Policy::DEFAULT)
    }

    /// What becomes of a thread on a Danish calendar day. The day of the last activity does not count: what happened at any time
    /// on 1 March 2026 and is kept for five years goes on 1 March 2031 at the earliest. A release shortens no period.
    #[must_use]
    pub fn fate(&self, thread: &RestingThread, day: NaiveDate) -> Fate {
        let policy = self.policy(thread.context);
        let last = danish_day(thread.last_activity);
        if day < policy.period.over(last) {
            Fate::Kept
        } else if thread.held {
            Fate::Held
        } else if policy.archive_release && thread.released_before.is_none_or(|before| before <= last) {
            Fate::AwaitsRelease
        } else {
            Fate::Due
        }
    }
}

/// A legal hold: nothing about the citizen is purged as long as one stands.
#[derive(Clone)]
pub struct Hold {
    /// On whom.
    pub citizen: CitizenKey,
    /// Why: the number of the case, for example; it is also what tells several holds on one citizen apart.
    pub reason: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

impl fmt::Debug for Hold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Hold").field("at", &self.at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn thread(context: i32, last_activity: &str) -> RestingThread {
        RestingThread {
            citizen: CitizenKey(Uuid::nil()),
            cpr: CivilRegistrationNumber::new("1503850002"),
            id: ThreadId(Uuid::nil()),
            context: Context(context),
            last_activity: last_activity.parse().unwrap(),
            released_before: None,
            held: false,
        }
    }

    fn retention() -> Retention {
        let policy = |period: &str, archive_release| Policy {
            period: period.parse().unwrap(),
            archive_release,
        };
        Retention([(Context(2), policy("30 days", false)), (Context(3), policy("1 month", true))].into())
    }

    /// S7: five years after the last activity unless the context says otherwise; days are Danish ones.
    #[test]
    fn s7_a_thread_is_due_when_its_period_is_over() {
        for (context, last, before, first) in [
            (1, "2021-03-01T12:00:00Z", "2026-02-28", "2026-03-01"),
            // Late in the evening of the 28th it is the 1st in Denmark; 29 February becomes the 28th.
            (1, "2021-02-28T23:30:00Z", "2026-02-28", "2026-03-01"),
            (1, "2024-02-29T12:00:00Z", "2029-02-27", "2029-02-28"),
            (2, "2026-10-20T12:00:00Z", "2026-11-18", "2026-11-19"),
        ] {
            let thread = thread(context, last);
            assert_eq!(retention().fate(&thread, day(before)), Fate::Kept, "{last}");
            assert_eq!(retention().fate(&thread, day(first)), Fate::Due, "{last}");
        }
    }

    /// S7: a legal hold keeps everything, a missing release what has to be released; a release shortens no period.
    #[test]
    fn s7_holds_and_releases_keep_a_thread() {
        let fate = |thread: &RestingThread| retention().fate(thread, day("2026-05-04"));
        let waiting = thread(3, "2026-03-01T12:00:00Z");
        assert_eq!(fate(&waiting), Fate::AwaitsRelease);
        for (before, expected) in [("2026-03-01", Fate::AwaitsRelease), ("2026-03-02", Fate::Due)] {
            let released = RestingThread {
                released_before: Some(day(before)),
                ..waiting.clone()
            };
            assert_eq!(fate(&released), expected, "{before}");
            let held = RestingThread { held: true, ..released };
            assert_eq!(fate(&held), Fate::Held);
        }
        let early = RestingThread {
            released_before: Some(day("2026-12-31")),
            ..thread(3, "2026-04-10T12:00:00Z")
        };
        assert_eq!(fate(&early), Fate::Kept);
    }

    #[test]
    fn s7_periods_are_days_months_or_years() {
        for (text, period) in [
            ("1 day", Period::Days(1)),
            ("18 months", Period::Months(18)),
            ("5 years", Period::Years(5)),
        ] {
            assert_eq!(text.parse(), Ok(period));
            assert_eq!(period.to_string().parse(), Ok(period));
        }
        for wrong in [
            "",
            "5",
            "0 days",
            "-1 days",
            "+1 days",
            "5 weeks",
            "101 years",
            "5  years",
            "99999999999 days",
            " 5 years",
        ] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }
}
