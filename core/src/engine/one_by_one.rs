//! Questions about several records that fail because of one of them.

use futures::future::BoxFuture;

use crate::engine::patience::Patience;
use crate::{Error, Result};

/// Rows that were found, and the ids that could not be asked for, each with its error.
pub(in crate::engine) type Asked<I, T> = (Vec<T>, Vec<(I, Error)>);

/// Asks for all of `ids` together. Where that fails because of what is asked for, asks for each by itself (rule E2).
///
/// # Errors
///
/// Of a far side that fails whatever it is asked, or whose answers cannot be read several times in a row.
pub(in crate::engine) async fn together_or_one_by_one<'a, I: Clone, T>(
    ids: &[I],
    ask: impl Fn(Vec<I>) -> BoxFuture<'a, Result<Vec<T>>>,
) -> Result<Asked<I, T>> {
    match ask(ids.to_vec()).await {
        Err(error) if error.is_about_the_request() => {}
        found => return Ok((found?, Vec::new())),
    }
    let (mut rows, mut failures, mut patience) = (Vec::new(), Vec::new(), Patience::default());
    for id in ids {
        match ask(vec![id.clone()]).await {
            Ok(found) => {
                patience.succeeded();
                rows.extend(found);
            }
            Err(error) if error.is_about_the_request() => {
                patience.unreadable(&error)?;
                failures.push((id.clone(), error));
            }
            Err(error) => return Err(error),
        }
    }
    Ok((rows, failures))
}
