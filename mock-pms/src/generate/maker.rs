//! A platform's data, and Latchel's as far as a sync with it would have come.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::GenerateSpec;

const STREETS: [&str; 8] = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hazel", "Juniper"];
const CITIES: [(&str, &str, &str); 4] = [
    ("Portland", "OR", "97201"),
    ("Boise", "ID", "83702"),
    ("Tacoma", "WA", "98402"),
    ("Reno", "NV", "89501"),
];
const FIRST: [&str; 8] = ["Ada", "Ben", "Chloé", "Dmitri", "Esi", "Farah", "Gus", "Hana"];
const LAST: [&str; 8] = ["Abara", "Brandt", "Castillo", "Dlamini", "Ek", "Farkas", "Görgün", "Hale"];
const PROBLEMS: [&str; 6] = [
    "The kitchen tap drips day and night",
    "No hot water since this morning",
    "The bedroom window does not close",
    "The dishwasher leaks onto the floor",
    "A socket in the hall gives no power",
    "The front door lock is stiff",
];
const STAFF_LATCHEL: i64 = 9001;
const STAFF_OTHER: i64 = 9002;
const VENDOR_LATCHEL: i64 = 9101;
const VENDOR_OTHER: i64 = 9102;

pub(super) struct Maker {
    chance: ChaCha8Rng,
    now: DateTime<Utc>,
    seed: u64,
    properties: Vec<Value>,
    units: Vec<Value>,
    tenants: Vec<Value>,
    leases: Vec<Value>,
    tasks: Vec<Value>,
    work_orders: Vec<Value>,
    latchel_properties: Vec<Value>,
    residents: Vec<Value>,
    jobs: Vec<Value>,
}

impl Maker {
    pub(super) fn new(spec: &GenerateSpec) -> Self {
        Self {
            chance: ChaCha8Rng::seed_from_u64(spec.seed),
            now: spec.now.trunc_subsecs(0),
            seed: spec.seed,
            properties: Vec::new(),
            units: Vec::new(),
            tenants: Vec::new(),
            leases: Vec::new(),
            tasks: Vec::new(),
            work_orders: Vec::new(),
            latchel_properties: Vec::new(),
            residents: Vec::new(),
            jobs: Vec::new(),
        }
    }

    pub(super) fn make(&mut self, units: u32) {
        let mut made = 0;
        while made < units {
            let single = self.chance.random_range(0..3) == 0;
            let count = if single { 0 } else { self.chance.random_range(2..=24).min((units - made).max(2)) };
            self.rental(count);
            made += count.max(1);
        }
        self.by_hand_in_latchel();
    }

    /// A time that lies within the last three days four times out of five.
    fn changed_at(&mut self) -> DateTime<Utc> {
        let hours = if self.chance.random_range(0..5) == 0 {
            self.chance.random_range(80..900)
        } else {
            self.chance.random_range(2..60)
        };
        self.now - TimeDelta::hours(hours)
    }

    fn rental(&mut self, units: u32) {
        let id = 1_000 + self.properties.len() as i64;
        let street = STREETS[self.chance.random_range(0..STREETS.len())];
        let (city, state, zip) = CITIES[self.chance.random_range(0..CITIES.len())];
        // The third rental always lacks its state, so that every world shows what becomes of it.
        let state = (id != 1_002).then_some(state);
        let number = self.chance.random_range(1..990);
        let address = json!({"line1": format!("{number} {street} Street"), "city": city, "state": state,
            "postal_code": zip, "country": "UnitedStates"});
        let name = if units == 0 { format!("{number} {street}") } else { format!("{street} Court {number}") };
        let active = self.chance.random_range(0..12) != 0;
        let at = self.changed_at();
        let kind = if units == 0 { "single_family" } else { "multi_family" };
        self.properties
            .push(json!({"id": id, "name": name, "address": address, "active": active, "kind": kind,
            "created_at": at - TimeDelta::days(300), "updated_at": at}));
        if units == 0 {
            self.rentable(id, None, &name, &address, active);
        }
        for index in 0..units {
            let unit = 20_000 + self.units.len() as i64;
            let label = format!("{}", 101 + index);
            let at = self.changed_at();
            self.units.push(json!({"id": unit, "property_id": id, "number": label, "address": address,
                "created_at": at - TimeDelta::days(300), "updated_at": at}));
            self.rentable(id, Some(unit), &format!("{name}, {label}"), &address, active);
        }
    }

    /// Adds everything that belongs to one rentable unit: a counterpart in Latchel, tenants, work orders.
    fn rentable(&mut self, property: i64, unit: Option<i64>, name: &str, address: &Value, active: bool) {
        let known = address["state"].is_string() && self.chance.random_range(0..3) != 0;
        let latchel = known.then(|| self.in_latchel(property, unit, name, address, active));
        let tenant = if self.chance.random_range(0..5) == 0 {
            None
        } else {
            Some(self.tenant(property, unit, latchel))
        };
        if self.chance.random_range(0..4) == 0 {
            self.work_order(property, unit, tenant);
        }
        if let Some(latchel) = latchel
            && self.chance.random_range(0..12) == 0
        {
            self.job(latchel);
        }
    }

    fn in_latchel(
        &mut self,
        property: i64,
        unit: Option<i64>,
        name: &str,
        address: &Value,
        active: bool,
    ) -> i64 {
        let id = 500_000 + self.latchel_properties.len() as i64;
        let differs = self.chance.random_range(0..10) == 0;
        let is_active = active && self.chance.random_range(0..15) != 0;
        let at = self.now - TimeDelta::days(30);
        let shown = if differs { format!("{name} (old name)") } else { name.to_owned() };
        self.latchel_properties.push(
            json!({"id": id, "portfolio_id": 1, "name": shown, "address1": address["line1"],
            "city": address["city"], "state": address["state"], "zip": address["postal_code"],
            "is_active": is_active, "ref_property_id": property.to_string(),
            "ref_unit_id": unit.map(|unit| unit.to_string()), "integration_data": shown,
            "created_at": at, "updated_at": at}),
        );
        id
    }

    fn tenant(&mut self, property: i64, unit: Option<i64>, latchel: Option<i64>) -> i64 {
        let id = 40_000 + self.tenants.len() as i64;
        let (first, last) = (FIRST[self.chance.random_range(0..8)], LAST[self.chance.random_range(0..8)]);
        let email = format!("tenant{id}@example.com");
        let phone = format!("+1 503 555 01{:02}", id % 100);
        let at = self.changed_at();
        self.tenants.push(json!({"id": id, "first_name": first, "last_name": last, "email": email,
            "phones": [{"kind": "home", "number": "+1 503 555 0199"}, {"kind": "cell", "number": phone}],
            "tax_id": "000-00-0000", "created_at": at - TimeDelta::days(200), "updated_at": at}));
        let today = self.now.date_naive();
        let from = today - TimeDelta::days(self.chance.random_range(20..700));
        let (from, out) = match self.chance.random_range(0..8) {
            0 => (today + TimeDelta::days(self.chance.random_range(1..20)), None),
            1 => (from, Some(today - TimeDelta::days(self.chance.random_range(1..15)))),
            2 => (from, Some(today + TimeDelta::days(self.chance.random_range(1..30)))),
            _ => (from, None),
        };
        let outs: Vec<_> = out.iter().map(|day| json!({"tenant_id": id, "move_out": day})).collect();
        let at = self.changed_at();
        self.leases.push(
            json!({"id": 60_000 + self.leases.len() as i64, "property_id": property, "unit_id": unit,
            "from_date": from, "tenants": [{"tenant_id": id, "move_in": from}], "move_outs": outs,
            "created_at": at - TimeDelta::days(100), "updated_at": at}),
        );
        if let Some(latchel) = latchel
            && self.chance.random_range(0..2) == 0
        {
            let active = from <= today && out.is_none_or(|day| today < day);
            let at = self.now - TimeDelta::days(20);
            self.residents.push(
                json!({"id": 700_000 + self.residents.len() as i64, "name": format!("{first} {last}"),
                "email": email, "phone": phone, "is_active": active, "ref_user_id": id.to_string(),
                "ref_property_id": property.to_string(), "ref_unit_id": unit.map(|unit| unit.to_string()),
                "property_id": latchel, "move_in_date": from, "move_out_date": out,
                "created_at": at, "updated_at": at}),
            );
        }
        id
    }

    fn work_order(&mut self, property: i64, unit: Option<i64>, tenant: Option<i64>) {
        let id = 80_000 + self.tasks.len() as i64;
        let problem = PROBLEMS[self.chance.random_range(0..PROBLEMS.len())];
        let status = ["new", "new", "in_progress", "in_progress", "completed", "closed", "deferred"]
            [self.chance.random_range(0..7)];
        let staff = if self.chance.random_range(0..3) == 0 { STAFF_OTHER } else { STAFF_LATCHEL };
        let priority = if self.chance.random_range(0..5) == 0 { "high" } else { "normal" };
        let lease = self.leases.last().filter(|_| tenant.is_some()).map(|lease| lease["id"].clone());
        let at = self.changed_at();
        let kind = if tenant.is_some() { "resident_request" } else { "todo" };
        self.tasks.push(json!({"id": id, "kind": kind, "title": problem, "description": problem,
            "property_id": property, "unit_id": unit, "lease_id": lease, "requested_by": tenant,
            "assigned_to": staff, "status": status, "priority": priority, "created_at": at, "updated_at": at}));
        let vendor = if staff == STAFF_LATCHEL { VENDOR_OTHER } else { VENDOR_LATCHEL };
        self.work_orders.push(
            json!({"id": 90_000 + self.work_orders.len() as i64, "task_id": id, "title": problem,
            "status": status, "priority": priority, "details": format!("{problem}. Please look at it soon."),
            "vendor_id": vendor, "entry_allowed": "yes", "created_at": at, "updated_at": at}),
        );
    }

    fn job(&mut self, property: i64) {
        let problem = PROBLEMS[self.chance.random_range(0..PROBLEMS.len())];
        let state = ["Diagnosing Issue", "Finding Service Provider", "Scheduling Resident", "Completed"]
            [self.chance.random_range(0..4)];
        let at = self.now - TimeDelta::minutes(self.chance.random_range(10..1_400));
        self.jobs.push(json!({"id": 800_000 + self.jobs.len() as i64, "source": "Tenant Web Form", "state": state,
            "state_updated_at": at, "name": problem, "description": format!("{problem}."), "property_id": property,
            "created_at": at, "updated_at": at}));
    }

    fn by_hand_in_latchel(&mut self) {
        let at = self.now - TimeDelta::days(3);
        self.latchel_properties.push(
            json!({"id": 599_999, "name": "Leasing office", "address1": "1 Office Way",
            "city": "Portland", "state": "OR", "zip": "97201", "is_active": true,
            "created_at": at, "updated_at": at}),
        );
        self.residents.push(json!({"id": 799_999, "name": "Walk-in caller", "is_active": true,
            "created_at": at, "updated_at": at}));
    }

    pub(super) fn finish(self) -> Value {
        let staff = |id: i64, first: &str, last: &str, role: &str| {
            json!({"id": id, "kind": "staff", "first_name": first, "last_name": last,
                "email": format!("{first}@example.com"), "active": true, "role": role})
        };
        let vendor = |id: i64, name: &str| {
            json!({"id": id, "company_name": name, "active": true,
                "created_at": self.now - TimeDelta::days(400), "updated_at": self.now - TimeDelta::days(400)})
        };
        json!({
            "clock": {"now": self.now, "mode": "frozen"},
            "platform": {
                "account": {"id": 1, "name": format!("Example Homes {}", self.seed), "client_id": "mock-client-id",
                    "client_secret": "mock-client-secret", "timezone": "America/Los_Angeles"},
                "properties": self.properties,
                "property_groups": [{"id": 1, "name": "Not managed", "property_ids": []}],
                "units": self.units, "tenants": self.tenants, "leases": self.leases,
                "users": [staff(STAFF_LATCHEL, "Team", "Latchel", "Maintenance Tech"),
                    staff(STAFF_OTHER, "Robin", "Keeper", "Property manager")],
                "vendors": [vendor(VENDOR_LATCHEL, "Latchel Maintenance"), vendor(VENDOR_OTHER, "Pipes and Co")],
                "tasks": self.tasks, "work_orders": self.work_orders,
            },
            "latchel": {
                "company": {"id": 1, "name": format!("Example Homes {}", self.seed), "api_key": "mock-api-key",
                    "timezone": "America/Los_Angeles"},
                "portfolios": [{"id": 1, "name": "All homes"}],
                "properties": self.latchel_properties, "residents": self.residents, "jobs": self.jobs,
            },
        })
    }
}
