//! [`Platform::users`](latchel_sync_core::Platform::users).

use std::collections::BTreeSet;

use crate::bench::Bench;
use crate::expect::{ensure, same};
use crate::far_side::Setup;
use crate::records::{NewUser, Standing};
use crate::report::{Stop, Verdict};

/// An active user, an inactive one and a vendor.
pub async fn all_users_and_no_vendor(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.far.add_vendor("Vendor of Pipes").await?;
    bench.add_user("Working").await?;
    let standing = Standing::Inactive;
    let left = NewUser { first_name: "Pat".to_owned(), last_name: "Retired".to_owned(), standing };
    bench.far.add_user(&left).await?;
    let users = bench.platform.users().await?;
    ensure!(!users.iter().any(|user| user.name.contains("Vendor")), "a vendor is no user: {users:?}");
    let ids: BTreeSet<_> = users.iter().map(|user| &user.id).collect();
    same("the number of different ids", &ids.len(), &users.len())?;
    let active = |name: &str| users.iter().find(|user| user.name == name).map(|user| user.is_active);
    same("is_active of somebody who works there", &active("Pat Working"), &Some(true))?;
    match active("Pat Retired") {
        None => Err(Stop::no_notion("its list has nobody who left")),
        retired => same("is_active of somebody who left", &retired, &Some(false)),
    }
}
