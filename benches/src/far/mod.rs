//! The far side of the measurements: a platform and a Latchel in one process, so fast that neither is the bottleneck. What
//! it sends was rendered before it was asked for. It shares no type with the adapters.

mod buildium;
mod control;
mod latchel;
mod lists;
mod pace;
mod platform;
mod propertyware;
mod records;
mod reply;
mod units;

use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use chrono::Utc;
use tokio::net::TcpListener;

pub use control::{Control, Rename};
pub use pace::{Counts, Manner};
pub use platform::Vendor;

use latchel::Latchel;
use platform::Platform;

/// Records of the far side.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Holdings {
    /// Vendor that the platform is like.
    #[arg(long, value_enum)]
    pub vendor: Vendor,
    /// Number of rentable units on the platform.
    #[arg(long)]
    pub units: u64,
    /// Number of residents.
    #[arg(long, default_value_t = 0)]
    pub residents: u64,
    /// Number of units that Latchel has too, equal.
    #[arg(long, default_value_t = 0)]
    pub counterparts: u64,
}

/// Serves until it is killed. The address is the first line of its output.
pub async fn serve(holdings: Holdings) -> Result<()> {
    let platform = Arc::new(Platform::new(holdings.vendor, holdings.units, holdings.residents, Utc::now()));
    let latchel = Arc::new(Latchel::new(holdings.counterparts));
    let router = Router::new()
        .nest("/platform", platform::router(platform.clone()))
        .nest("/latchel", latchel::router(latchel.clone()))
        .nest("/control", control::router(platform, latchel));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}
