//! The driver's step behind creates: each is read back before it counts (rule E3).

use crate::engine::driver::apply::Tried;
use crate::engine::driver::prepare::may_be_about_one;
use crate::engine::driver::state::Driver;
use crate::engine::patience::Patience;
use crate::engine::phases::create::confirmed;
use crate::engine::phases::flow::Flow;
use crate::model::Link;
use crate::{Error, Result};

/// Cases that were applied, those with creates among them.
pub(super) type Group<F> = Vec<(<F as Flow>::Case, Tried)>;

/// Result of reading a group of creates back.
pub(super) enum Read {
    /// Nothing was created.
    Nothing,
    /// The far side answered.
    Shown,
    /// The call failed.
    Failed(Error),
    /// As many calls failed in a row as end a phase.
    GaveUp(Error),
}

impl<F: Flow> Driver<'_, F> {
    /// Counts failures in a row. Returns the error that ends the phase, if there is one.
    pub(super) fn bear_reading(&mut self, read: Read) -> Result<()> {
        match read {
            Read::Nothing => Ok(()),
            Read::Shown => {
                self.patience.succeeded();
                Ok(())
            }
            Read::Failed(error) => self.patience.failed(&error),
            Read::GaveUp(error) => Err(error),
        }
    }
}

/// Reads back all creates of a group with one look-up (rule E3). One that is not shown as it was sent becomes a failure.
pub(super) async fn read_back<F: Flow>(flow: &F, mut done: Group<F>) -> (Group<F>, Read) {
    let cx = flow.context();
    let unread = |(_, tried): &(F::Case, Tried)| tried.applied.as_ref().ok()?.unread.clone();
    let links: Vec<_> = done.iter().map(unread).collect();
    let pairs: Vec<_> =
        done.iter().zip(&links).filter_map(|((case, _), link)| Some((case, link.as_deref()?))).collect();
    if pairs.is_empty() {
        return (done, Read::Nothing);
    }
    let (shown, read) = match cx.writing(flow.read_back(&pairs)).await {
        Ok(shown) => (shown, Read::Shown),
        Err(error) if may_be_about_one(&error) => read_back_alone(flow, &pairs).await,
        Err(error) => (pairs.iter().map(|_| Err(error.again())).collect(), Read::Failed(error)),
    };
    let created = done.iter_mut().zip(&links).filter(|(_, link)| link.is_some());
    for (((_, tried), _), shown) in created.zip(shown) {
        let confirmed = match shown {
            Ok(link) => confirmed(cx, link).await,
            Err(error) => Err(error),
        };
        if let Err(error) = confirmed {
            tried.applied = Err(error);
        }
    }
    (done, read)
}

/// Reads creates back one by one, where one of them may be what the look-up for all of them failed at (rule E2), until as
/// many in a row have failed as end the phase.
async fn read_back_alone<F: Flow>(flow: &F, pairs: &[(&F::Case, &Link)]) -> (Vec<Result<Link>>, Read) {
    let (mut all, mut patience, mut end) = (Vec::new(), Patience::default(), Ok(()));
    for pair in pairs {
        let one = match &end {
            Ok(()) => flow.context().writing(flow.read_back(std::slice::from_ref(pair))).await,
            Err(error) => Err(Error::again(error)),
        };
        match one {
            Ok(read) => {
                patience.succeeded();
                all.extend(read);
            }
            Err(error) => {
                end = end.and_then(|()| patience.failed(&error));
                all.push(Err(error));
            }
        }
    }
    (all, end.map_or_else(Read::GaveUp, |()| Read::Shown))
}
