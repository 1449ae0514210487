use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::Platform;
use latchel_sync_core::model::Kind;
use mock_pms::{Fault, FaultPlan, FaultRule, MockServer, Moment, Side, WorldHandle};
use serde_json::Value;

use super::{Entry, records};
use crate::far_side::{Answered, FarSide, SeenCall, Trouble};
use crate::records::{
    Added, Handle, NewProperty, NewResident, NewUser, NewWorkOrder, PropertyChange, ResidentChange,
    WorkOrderChange,
};
use crate::report::{Able, Cannot};

pub(super) struct MockFarSide {
    server: MockServer,
    platform: Arc<dyn Platform>,
    entry: Entry,
}

impl MockFarSide {
    pub fn new(server: MockServer, platform: Arc<dyn Platform>, entry: Entry) -> Self {
        Self { server, platform, entry }
    }

    fn faults(&self, fault: Option<(Fault, Option<u64>)>) {
        let rule =
            |(fault, times)| FaultRule { side: Some(Side::Platform), times, ..FaultRule::always(fault) };
        self.server.set_faults(FaultPlan { seed: 0, faults: fault.map(rule).into_iter().collect() });
    }

    /// Cuts the connection of each call that changes something on the platform, after it was carried out.
    fn lose_answers_of_writes(&self) {
        let mut changes = Changes::of(&self.server);
        self.server.watch(move |moment, _| {
            let changed = changes.happened();
            moment == Moment::Arrived || !changed
        });
    }

    /// Takes the permission to see and change work orders away behind the next call that changes something on the platform.
    fn forbid_behind_a_write(&self) {
        let world = self.server.world();
        let mut changes = Changes::of(&self.server);
        self.server.watch(move |_, _| {
            if changes.happened() {
                world.edit(|world| world.platform.account.denied = work_orders());
            }
            true
        });
    }
}

/// Changes of the platform's records.
struct Changes {
    world: WorldHandle,
    before: mock_pms::world::Platform,
}

impl Changes {
    fn of(server: &MockServer) -> Self {
        let world = server.world();
        Self { before: world.read(|world| world.platform.clone()), world }
    }

    /// True if there were any since the last look.
    fn happened(&mut self) -> bool {
        let now = self.world.read(|world| world.platform.clone());
        let happened = now != self.before;
        self.before = now;
        happened
    }
}

/// Names of the permission to see and change work orders. A platform may keep the two apart or not, and either is enough to
/// see none.
fn work_orders() -> Vec<String> {
    ["work_orders", "tasks"].map(ToOwned::to_owned).to_vec()
}

#[async_trait]
impl FarSide for MockFarSide {
    fn platform(&self) -> Arc<dyn Platform> {
        self.platform.clone()
    }

    fn secrets(&self) -> Vec<String> {
        self.server.read(|world| self.entry.secrets(world))
    }

    async fn now(&self) -> DateTime<Utc> {
        self.server.read(mock_pms::World::now)
    }

    async fn set_clock(&self, now: DateTime<Utc>) -> Able<()> {
        self.server.edit(|world| world.clock.set(now));
        Ok(())
    }

    async fn add_property(&self, new: &NewProperty) -> Able<Added> {
        self.server.edit(|world| records::add_property(world, new))
    }

    async fn change_property(&self, property: &Handle, change: &PropertyChange) -> Able<()> {
        self.server.edit(|world| records::change_property(world, property, change))
    }

    async fn add_resident(&self, new: &NewResident) -> Able<Handle> {
        self.server.edit(|world| records::add_resident(world, new))
    }

    async fn change_resident(&self, resident: &Handle, change: &ResidentChange) -> Able<()> {
        self.server.edit(|world| records::change_resident(world, resident, change))
    }

    async fn add_work_order(&self, new: &NewWorkOrder) -> Able<Handle> {
        self.server.edit(|world| records::add_work_order(world, new))
    }

    async fn change_work_order(&self, work_order: &Handle, change: &WorkOrderChange) -> Able<()> {
        self.server.edit(|world| records::change_work_order(world, work_order, change))
    }

    async fn double_newest_work_order(&self) -> Able<()> {
        self.server.edit(records::double_newest_work_order)
    }

    async fn remove(&self, kind: Kind, record: &Handle) -> Able<()> {
        self.server.edit(|world| records::remove(world, kind, record))
    }

    async fn add_user(&self, new: &NewUser) -> Able<Handle> {
        self.server.edit(|world| records::add_user(world, new))
    }

    async fn add_vendor(&self, name: &str) -> Able<Handle> {
        self.server.edit(|world| records::add_vendor(world, name))
    }

    async fn add_group(&self, name: &str, properties: &[Handle]) -> Able<Handle> {
        self.server.edit(|world| records::add_group(world, name, properties))
    }

    async fn keep_users_from(&self, property: &Handle) -> Able<()> {
        self.server.edit(|world| records::keep_users_from(world, property))
    }

    async fn forbid_work_orders(&self) -> Able<()> {
        self.server.edit(|world| world.platform.account.denied = work_orders());
        Ok(())
    }

    async fn stranger(&self) -> Able<Arc<dyn Platform>> {
        let wrong = |secret: &str| format!("wrong-{secret}");
        self.entry
            .connect(&self.server, wrong)
            .map_err(|error| Cannot::to(format!("be asked by a stranger: {error}")))
    }

    async fn trouble(&self, trouble: Option<Trouble>) -> Able<()> {
        let status = |status, retry_after| Fault::Status { status, retry_after };
        self.server.stop_watching();
        self.server.edit(|world| world.platform.account.denied.clear());
        self.faults(match trouble {
            None => None,
            Some(Trouble::TooMany(pause)) => Some((status(429, Some(pause.as_secs())), None)),
            Some(Trouble::TooManyOnce) => Some((status(429, None), Some(1))),
            Some(Trouble::Failing(pause)) => Some((status(503, Some(pause.as_secs())), None)),
            Some(Trouble::FailingOnce) => Some((status(503, None), Some(1))),
            Some(Trouble::Garbage) => Some((Fault::Malformed, None)),
            Some(Trouble::Truncated) => Some((Fault::Truncated, None)),
            Some(Trouble::AnswersOfWritesLost) => {
                self.lose_answers_of_writes();
                None
            }
            Some(Trouble::ForbiddenBehindAWrite) => {
                self.forbid_behind_a_write();
                None
            }
        });
        Ok(())
    }

    async fn reword(&self, from: &str, to: &str) -> Able<()> {
        self.faults(Some((Fault::Reworded { from: from.to_owned(), to: to.to_owned() }, None)));
        Ok(())
    }

    async fn words(&self) -> Able<Vec<String>> {
        let mut words = Vec::new();
        for request in self.server.requests() {
            collect_texts(&request.response.unwrap_or_default(), &mut words);
        }
        Ok(words)
    }

    async fn garble(&self, text: &str) -> Able<()> {
        self.faults(Some((Fault::Garbled { text: text.to_owned() }, None)));
        Ok(())
    }

    async fn calls(&self) -> Able<Vec<SeenCall>> {
        let requests = self.server.requests().into_iter().filter(|request| request.side == Side::Platform);
        let seen = |request: mock_pms::LoggedRequest| SeenCall {
            what: format!("{} {}", request.method, request.path),
            answer: if request.status == 429 { Answered::TooMany } else { Answered::Normally },
        };
        Ok(requests.map(seen).collect())
    }

    async fn forget_calls(&self) -> Able<()> {
        self.server.clear_requests();
        Ok(())
    }

    async fn snapshot(&self) -> Able<Value> {
        let platform = self.server.read(|world| serde_json::to_value(&world.platform));
        platform.map_err(|error| Cannot::to(format!("show everything that it holds: {error}")))
    }

    /// A status has its stamps and its history, on the work order as on its task.
    fn follows_status(&self, pointer: &str) -> bool {
        let parts: Vec<_> = pointer.split('/').collect();
        let ["", "tasks" | "work_orders", _, field, ..] = parts[..] else { return false };
        ["status", "status_word", "updated_at", "history"].contains(&field)
    }
}

fn collect_texts(answer: &Value, texts: &mut Vec<String>) {
    match answer {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect_texts(value, texts)),
        Value::Object(members) => members.values().for_each(|value| collect_texts(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
