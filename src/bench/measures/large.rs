//! Measures of large archives: what is asked for is what a call costs, not what else there is.

use serde_json::json;

use super::super::calls::{self, Inbox, Person, Request};
use super::super::report::{Measure, Report, Target};
use super::super::{Trouble, database::Archive, drive::Pace, median, process::Server};
use super::{Bench, FEW, Rounds, first_answer, of_people};

impl Bench<'_> {
    /// GetMessages in a large archive against the same in a small one.
    pub(super) fn million(&self, many: &Archive, report: &mut Report) -> Result<(), Trouble> {
        let few = self.archive(100, 10)?;
        let (large, small) = (self.server(many, &[])?, self.server(&few, &[])?);
        let (of_many, of_few) = (
            of_people(many, |person| person.list(100))?,
            of_people(&few, |person| person.list(100))?,
        );
        let rounds = self.large_and_small((&large, &of_many), (&small, &of_few))?;
        let what = format!("GetMessages among {} messages of {} citizens", many.messages(), many.citizens());
        let against = format!("among {} of {}", few.messages(), few.citizens());
        report.measures.push(held("million", what, against, &rounds, Target::AtLeast(0.9)));
        Ok(())
    }

    /// GetAuthorityMessages of an inbox as it is after years against the same of a new one, 20 messages each.
    pub(super) fn inbox(&self, report: &mut Report) -> Result<(), Trouble> {
        let old = self.archive((self.plan.many.get() / 5).max(100), 10)?.with_inbox()?;
        let new = self.archive(100, 10)?.with_inbox()?;
        let (large, small) = (self.server(&old, &[])?, self.server(&new, &[])?);
        // They came a minute apart.
        let since = |archive: &Archive| Inbox::Since(archive.now() - 19 * 60_000);
        for (name, what, of_old, of_new) in [
            ("inbox-newest", "the newest 20", Inbox::Newest, Inbox::Newest),
            ("inbox-unread", "the 20 unread", Inbox::Unread, Inbox::Unread),
            ("inbox-since", "the 20 since an instant", since(&old), since(&new)),
        ] {
            let (of_old, of_new) = (of_twenty(&large, of_old)?, of_twenty(&small, of_new)?);
            let rounds = self.large_and_small((&large, &[of_old]), (&small, &[of_new]))?;
            let what = format!("GetAuthorityMessages, {what} of an inbox of {}", old.messages());
            let against = format!("of an inbox of {}", new.messages());
            report.measures.push(held(name, what, against, &rounds, Target::AtLeast(0.75)));
        }
        Ok(())
    }

    /// From the start of the process to ready, over the large archive.
    pub(super) fn start(&self, many: &Archive, report: &mut Report) -> Result<(), Trouble> {
        let started = (0..self.plan.rounds).map(|_| Ok(self.server(many, &[])?.ready_after.as_secs_f64()));
        let seconds = started.collect::<Result<Vec<_>, Trouble>>()?;
        report.measures.push(Measure {
            name: "start",
            what: format!("from start to ready with {} messages", many.messages()),
            value: median(seconds.clone()),
            unit: "s",
            against: None,
            target: Some(Target::AtMost(1.0)),
            details: json!({"rounds": seconds}),
        });
        Ok(())
    }

    fn large_and_small(&self, large: (&Server, &[Request]), small: (&Server, &[Request])) -> Result<(Rounds, Rounds), Trouble> {
        let taken = |(server, requests): (&Server, &[Request])| {
            let mut callers = self.repeating(server, requests, FEW)?;
            self.take(server, &mut callers, Pace::Closed)
        };
        let (ours, theirs) = self.in_turns(|| taken(large), || taken(small))?;
        Ok((Rounds(ours), Rounds(theirs)))
    }
}

fn held(name: &'static str, what: String, against: String, (ours, theirs): &(Rounds, Rounds), target: Target) -> Measure {
    Measure {
        name,
        what,
        value: ours.rate(),
        unit: "calls/s",
        against: Some((against, theirs.rate())),
        target: Some(target),
        details: json!({"rounds": ours.told(), "floor": theirs.told()}),
    }
}

/// A request to an inbox that has the twenty messages it is measured with.
fn of_twenty(server: &Server, wanted: Inbox) -> Result<Request, Trouble> {
    let request = calls::inbox(Person(0), wanted)?;
    let answer = first_answer(server, &request)?;
    match String::from_utf8_lossy(&answer).matches("CitizenMessageIdentifier>").count() {
        40 => Ok(request),
        tags => Err(Trouble::because("the inbox does not have its 20 messages", tags / 2)),
    }
}
