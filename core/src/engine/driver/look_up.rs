//! Look-ups of what decisions need, for many records together.

use crate::Result;
use crate::engine::driver::failure::failed;
use crate::engine::driver::outcome::outcome;
use crate::engine::driver::prepare::Reader;
use crate::engine::patience::Patience;
use crate::engine::phases::flow::{Applied, Flow};
use crate::ledger::{Outcome, RecordMemory};

impl<F: Flow> Reader<'_, F> {
    /// The cases of these records, in their order. Where a look-up fails because of what it asks for, it is made for fewer
    /// records, until it is known whose it is: those get a failed outcome, and the others go on (rule E2).
    ///
    /// # Errors
    ///
    /// Of a far side that fails whatever it is asked, or several times in a row.
    pub(in crate::engine) async fn look_up(
        self,
        records: Vec<(F::Record, RecordMemory)>,
        failures: &mut Vec<Outcome>,
    ) -> Result<Vec<F::Case>> {
        let (mut cases, mut patience) = (Vec::new(), Patience::default());
        let mut parts = vec![records];
        while let Some(mut part) = parts.pop() {
            match self.flow().gather(part.clone()).await {
                Ok(found) => {
                    patience.succeeded();
                    cases.extend(found);
                }
                Err(error) if !error.is_about_the_request() => return Err(error),
                Err(_) if part.len() > 1 => {
                    let second = part.split_off(part.len() / 2);
                    parts.extend([second, part]);
                }
                Err(error) => {
                    patience.unreadable(&error)?;
                    let Applied { reason, detail, .. } = failed(&error);
                    let of = |(record, memory): (F::Record, RecordMemory)| {
                        let label = self.flow().label(&record);
                        Outcome {
                            label,
                            ..outcome(self.flow().context(), memory.key, reason, detail.clone())
                        }
                    };
                    failures.extend(part.into_iter().map(of));
                }
            }
        }
        Ok(cases)
    }
}
