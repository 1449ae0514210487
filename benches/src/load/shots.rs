//! Requests at fixed times, and how long their answers took.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::join_all;
use reqwest::Client;
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::pages::Page;
use crate::plain;

/// The line of all pages.
const ALL: &str = "all";

/// The answers of one page: times in milliseconds, from when a request was due to the last byte of its answer.
#[derive(Debug, Serialize)]
pub struct Answers {
    pub page: &'static str,
    pub requests: usize,
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
    /// Number of requests that were not answered with 200, or not to the end.
    pub errors: usize,
}

/// One request's answer.
struct Shot {
    page: &'static str,
    took: Duration,
    is_good: bool,
}

/// Asks for the pages in turn, and returns what came of each and of all, and how long it was until the last answer.
///
/// A request that comes late because of this process counts as late: what is measured is what somebody waits who does not
/// wait for others.
pub async fn shoot(pages: &[Page], rate: u64, length: Duration) -> Result<(Vec<Answers>, Duration)> {
    let client = plain::client()?;
    for page in pages {
        let path = page.addresses.first().context("a page without an address")?;
        ensure!(get(&client, path).await, "{path} is not answered with 200");
    }
    let count = rate * length.as_secs();
    let begin = Instant::now();
    let shots = (0..count).map(|number| {
        let turn = number as usize;
        let page = &pages[turn % pages.len()];
        let address = page.addresses[turn / pages.len() % page.addresses.len()].clone();
        let (client, name) = (client.clone(), page.name);
        let due = begin + Duration::from_secs_f64(number as f64 / rate as f64);
        tokio::spawn(async move {
            sleep_until(due).await;
            let is_good = get(&client, &address).await;
            Shot { page: name, took: due.elapsed(), is_good }
        })
    });
    let shots = join_all(shots).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let under_load = begin.elapsed();
    let of_page = |page: &Page| Answers::of(page.name, shots.iter().filter(|shot| shot.page == page.name));
    let mut answers: Vec<_> = pages.iter().map(of_page).collect();
    answers.push(Answers::of(ALL, shots.iter()));
    Ok((answers, under_load))
}

/// True if it is answered with 200, to the end.
async fn get(client: &Client, address: &str) -> bool {
    let Ok(answer) = client.get(address).send().await else { return false };
    answer.status() == 200 && answer.bytes().await.is_ok()
}

impl Answers {
    fn of<'a>(page: &'static str, shots: impl Iterator<Item = &'a Shot>) -> Self {
        let (mut took, mut errors) = (Vec::new(), 0);
        for shot in shots {
            took.push(shot.took.as_secs_f64() * 1_000.0);
            errors += usize::from(!shot.is_good);
        }
        took.sort_by(f64::total_cmp);
        let (p50, p99, max) = (share(&took, 50), share(&took, 99), share(&took, 100));
        Self { page, requests: took.len(), p50, p99, max, errors }
    }
}

/// The least of the sorted values that so many percent of them do not exceed.
fn share(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_values_that_were_measured() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!([50, 99, 100].map(|percent| share(&values, percent)), [100.0, 198.0, 200.0]);
        assert_eq!([50, 99, 100].map(|percent| share(&[7.0], percent)), [7.0; 3]);
        assert_eq!(share(&[], 99), 0.0);
    }
}
