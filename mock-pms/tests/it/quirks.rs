//! Every quirk that can be switched, by what a client sees of it where it is on and where it is off.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod rentmanager;
mod rentvine;

use axum::http::Method;
use mock_pms::world::Unit;
use mock_pms::{Dialect, GenerateSpec, MockServer, Options, Quirk, Switch, World};
use serde_json::{Value, json};

use crate::client::{Raw, raw};

/// A mock with one quirk switched, and what lets a client in.
struct Switched {
    server: MockServer,
    headers: Vec<(&'static str, &'static str)>,
}

impl Switched {
    async fn start(platform: Dialect, quirk: &Quirk, switch: Switch) -> Self {
        let now = "2026-03-03T06:00:00Z".parse().expect("an instant");
        let mut world = World::generate(&GenerateSpec { units: 40, seed: 1, now });
        world.platform.account.quirks.insert(quirk.name.to_owned(), switch);
        world.validate().expect("a quirk that is known");
        let usual = Options { rate_limits: None, ..Options::default() };
        // What is told of a limit is seen only where there is one.
        let options = if quirk.name == "other-rate-header" { usual } else { Options::unlimited() };
        let options = Options { platform, ..options };
        let server = MockServer::start(world, options).await.expect("the server starts");
        let mut headers = vec![("content-type", "application/json")];
        headers.extend_from_slice(match platform.name() {
            "appfolio" => &[
                ("authorization", "Basic bW9jay1jbGllbnQtaWQ6bW9jay1jbGllbnQtc2VjcmV0"),
                ("x-appfolio-developer-id", "mock-developer-id"),
            ][..],
            "buildium" => &[
                ("x-buildium-client-id", "mock-client-id"),
                ("x-buildium-client-secret", "mock-client-secret"),
            ],
            "propertyware" => &[
                ("x-propertyware-client-id", "mock-client-id"),
                ("x-propertyware-client-secret", "mock-client-secret"),
                ("x-propertyware-system-id", "1"),
            ],
            "appfolio-reports" | "rentvine" => {
                &[("authorization", "Basic bW9jay1jbGllbnQtaWQ6bW9jay1jbGllbnQtc2VjcmV0")]
            }
            _ => &[("authorization", "Bearer mock-client-secret")],
        });
        Self { server, headers }
    }

    async fn get(&self, path: &str) -> Raw {
        self.send(Method::GET, path, &self.headers, String::new()).await
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Raw {
        raw(method, &format!("{}{path}", self.server.platform_url()), headers, body).await.expect("an answer")
    }

    /// The answer to a call for a report of AppFolio's.
    async fn report(&self, name: &str, body: Value) -> Value {
        let path = format!("/api/v2/reports/{name}.json");
        self.send(Method::POST, &path, &self.headers, body.to_string()).await.json()
    }

    /// The ids of a list, in the order in which it comes.
    async fn ids(&self, path: &str) -> Vec<Value> {
        let body = self.get(path).await.json();
        let rows = body.get("data").unwrap_or(&body).as_array().expect("a list").clone();
        let id = |row: &Value| row.get("id").or(row.get("Id")).cloned().expect("an id");
        rows.iter().map(id).collect()
    }

    /// True if a list comes in the same order twice.
    async fn keeps_its_order(&self, path: &str) -> bool {
        let first = self.ids(path).await;
        assert!(first.len() > 10, "{first:?}");
        first == self.ids(path).await
    }
}

/// True if a client of AppFolio's reports sees the quirk.
async fn is_seen_in_reports(far: &Switched, quirk: &str) -> bool {
    let rows = |answer: Value| answer["results"].as_array().expect("rows").clone();
    let counts = async |report: &str, filter: Value| {
        rows(far.report(report, filter).await).len() > rows(far.report(report, json!({})).await).len()
    };
    match quirk {
        "bare-arrays" => far.report("unit_directory", json!({})).await.is_array(),
        "creation-days" => {
            let order = far.report("work_order", json!({})).await["results"][0].clone();
            order["created_at"].as_str().expect("a time").len() == 10
        }
        "mixed-ids" => {
            let id = far.report("work_order", json!({})).await["results"][0]["work_order_id"].clone();
            assert!(id.is_string() || id.is_number(), "{id}");
            id.is_string()
                && far.report("unit_directory", json!({})).await["results"][0]["unit_id"].is_number()
        }
        "no-integration-ids" => {
            far.report("unit_directory", json!({})).await["results"][0].get("unit_integration_id").is_none()
        }
        "property-visibility" => counts("property_directory", json!({ "property_visibility": "all" })).await,
        "relative-next-page" => {
            far.server
                .edit(|world| world.platform.account.quirks.insert("short-pages".to_owned(), Switch::On));
            let next = far.report("unit_directory", json!({})).await["next_page_url"].clone();
            next.as_str().expect("a second page").starts_with('/')
        }
        "short-pages" => rows(far.report("unit_directory", json!({})).await).len() == 25,
        "status-filter" => {
            let every: Vec<_> = (0..13).map(|code| code.to_string()).collect();
            counts("work_order", json!({ "work_order_statuses": every })).await
        }
        "tenant-visibility" => counts("tenant_directory", json!({ "tenant_visibility": "all" })).await,
        "zoneless-times" => {
            far.server.edit(|world| {
                world.platform.account.quirks.insert("creation-days".to_owned(), Switch::Off);
                let id = world.platform.work_orders.iter().next().expect("a work order").id;
                let order = world.platform.work_orders.get_mut(id).expect("the same");
                order.scheduled_start = Some(order.created_at);
            });
            let orders = rows(far.report("work_order", json!({})).await);
            let times = |name: &str| orders.iter().filter_map(|row| row[name].as_str()).collect::<Vec<_>>();
            let all = [times("created_at"), times("scheduled_start")].concat();
            let zoned = all.iter().filter(|time| time.ends_with('Z')).count();
            assert!([0, all.len()].contains(&zoned) && !all.is_empty(), "{all:?}");
            zoned == 0
        }
        "unitless-work-orders" => {
            let orders = rows(far.report("work_order", json!({})).await);
            orders.iter().any(|order| {
                let id = order["work_order_id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
                let task = far.server.read(|world| world.maintenance_of(id).map(|one| one.task.unit_id));
                task.expect("it is there").is_some() && order["unit_id"].is_null()
            })
        }
        quirk => panic!("nothing looks at {quirk} of appfolio-reports yet"),
    }
}

/// True if a client sees the quirk.
async fn is_seen(platform: Dialect, quirk: &Quirk, switch: Switch) -> bool {
    let far = Switched::start(platform, quirk, switch).await;
    match (platform.name(), quirk.name) {
        ("appfolio-reports", quirk) => is_seen_in_reports(&far, quirk).await,
        ("appfolio", "nightly-pause") => {
            let all = "/api/v0/units?filters[LastUpdatedAtFrom]=1970-01-01T00:00:00Z";
            far.get(all).await.status == 533
        }
        ("appfolio", "hidden-properties-only") => {
            let filters = "filters[LastUpdatedAtFrom]=1970-01-01T00:00:00Z&filters[IncludeHidden]=true";
            let status = async |list: &str| far.get(&format!("/api/v0/{list}?{filters}")).await.status;
            assert_eq!(status("properties").await, 200);
            let statuses = [status("tenants").await, status("units").await, status("vendors").await];
            assert!([[200; 3], [400; 3]].contains(&statuses), "{statuses:?}");
            statuses[0] == 400
        }
        ("appfolio", "short-creates") => {
            let all = "filters[LastUpdatedAtFrom]=1970-01-01T00:00:00Z";
            let property = far.ids(&format!("/api/v0/properties?{all}")).await[0].clone();
            let body = json!({ "PropertyId": property, "JobDescription": "It drips.", "Priority": "Normal" });
            let made = far.send(Method::POST, "/api/v0/work_orders", &far.headers, body.to_string()).await;
            assert!((200..300).contains(&made.status), "{} {}", made.status, made.text());
            let made = made.json();
            assert!(made["Id"].is_string(), "{made}");
            made["Link"].is_string() && made["JobDescription"].is_null()
        }
        ("appfolio", "technicians-only") => {
            far.server.edit(|world| {
                for id in world.platform.users.iter().map(|user| user.id).collect::<Vec<_>>() {
                    let change = |user: &mut mock_pms::world::User| user.role = None;
                    world.update(id, change).expect("the user");
                }
            });
            let all = "filters[LastUpdatedAtFrom]=1970-01-01T00:00:00Z";
            let users = far.ids(&format!("/api/v0/users?{all}")).await;
            let order = far.ids(&format!("/api/v0/work_orders?{all}")).await[0].clone();
            let path = format!("/api/v0/work_orders/{}", order.as_str().expect("an id"));
            let body = json!({ "AssignedUsers": [users[0]] }).to_string();
            let answer = far.send(Method::PATCH, &path, &far.headers, body).await;
            answer.status == 422 && answer.text().contains("Maintenance Tech")
        }
        ("buildium", "long-queries-fail") => {
            far.get(&format!("/v1/rentals?propertyids={}", "1,".repeat(3_000))).await.status == 500
        }
        ("buildium", "shuffled-lists") => !far.keeps_its_order("/v1/rentals/units").await,
        ("propertyware", "shuffled-lists") => !far.keeps_its_order("/pw/api/rest/v1/units").await,
        ("doorloop", "shifting-order") => {
            let mut before = far.ids("/api/units?page_size=1000").await;
            far.server.edit(|world| {
                let units = world.platform.units.iter().map(|unit| unit.id).max();
                let last = units.and_then(|id| world.get::<Unit>(id).cloned()).expect("a unit");
                let more = Unit { id: world.next_id::<Unit>(), ..last };
                world.insert(more).expect("another unit");
            });
            let after = far.ids("/api/units?page_size=1000").await;
            let kept: Vec<_> = after.iter().filter(|id| before.contains(id)).cloned().collect();
            before.retain(|id| kept.contains(id));
            kept != before
        }
        ("doorloop", "capped-pages") => far.ids("/api/units?page_size=1000").await.len() == 20,
        ("doorloop", "ignored-groups") => {
            let portfolios = far.ids("/api/portfolios").await;
            let one = portfolios[0].as_str().expect("an id");
            let narrowed = far.ids(&format!("/api/properties?page_size=1000&filter_group={one}")).await;
            narrowed.len() == far.ids("/api/properties?page_size=1000").await.len()
        }
        ("doorloop", "dropped-references") => {
            let user = far.get("/api/users").await.json()["data"][0]["id"].clone();
            let body = json!({"type": "INTERNAL_TASK", "subject": "Fence", "status": "RECEIVED",
                "requestedByUser": user, "reference": "[Latchel #7]"});
            let made = far.send(Method::POST, "/api/tasks", &far.headers, body.to_string()).await.json();
            assert!(made["id"].is_string(), "{made}");
            made["reference"].is_null()
        }
        ("doorloop", "stamps-in-seconds") => {
            let row = far.get("/api/units").await.json()["data"][0].clone();
            let made = row["createdAt"].as_i64().expect("a number");
            made < 100_000_000_000
        }
        ("doorloop", "undated-records") => {
            let mut dated = Vec::new();
            for list in ["tasks", "properties", "units", "leases", "leases/tenants", "tenants", "vendors"] {
                let row = far.get(&format!("/api/{list}")).await.json()["data"][0].clone();
                assert_eq!(row["createdAt"].is_number(), row["updatedAt"].is_number(), "{row}");
                dated.push(row["updatedAt"].is_number());
            }
            let (task, others) = (dated.remove(0), dated);
            assert!(task && others.iter().all(|one| *one == others[0]), "{others:?}");
            !others[0]
        }
        ("doorloop", "stamps-as-texts") => {
            let row = far.get("/api/tasks").await.json()["data"][0].clone();
            assert_eq!(row["createdAt"].is_string(), row["updatedAt"].is_string(), "{row}");
            row["updatedAt"].is_string()
        }
        ("propertyware", "last-page-total") => {
            let all = far.ids("/pw/api/rest/v1/units?limit=500").await.len();
            let last = far.get(&format!("/pw/api/rest/v1/units?limit=500&offset={}", all - 3)).await;
            let told = last.header("x-total-count").expect("a total").to_owned();
            assert!([all.to_string(), "3".to_owned()].contains(&told), "{told}");
            told == "3"
        }
        ("propertyware", "closed-beta") => {
            let answer = far.get("/pw/api/rest/v1/leases/statuses").await;
            assert!([200, 404].contains(&answer.status), "{}", answer.status);
            answer.status == 404
        }
        ("propertyware", "undated-ends") => {
            let leases = far.get("/pw/api/rest/v1/leases?limit=500&status=Terminated").await.json();
            let leases = leases.as_array().expect("a list").clone();
            assert!(!leases.is_empty() && leases.iter().all(|one| one["active"] == false), "{leases:?}");
            leases.iter().all(|one| one["moveOutDate"].is_null())
        }
        ("propertyware", "silent-400") => {
            let path = "/pw/api/rest/v1/units";
            let answer = far.send(Method::GET, path, &[], String::new()).await;
            assert!([400, 401].contains(&answer.status), "{}", answer.status);
            answer.status == 400 && answer.text().is_empty()
        }
        ("propertyware", "early-created") => {
            let row = far.get("/pw/api/rest/v1/vendors").await.json()[0].clone();
            let told: chrono::DateTime<chrono::Utc> =
                row["createdDateTime"].as_str().and_then(|text| text.parse().ok()).expect("an instant");
            let id = row["id"].as_i64().expect("an id");
            let made = far.server.read(|world| world.platform.vendors.get(id).expect("it").created_at);
            made - told > chrono::TimeDelta::hours(1)
        }
        ("rentmanager", quirk) => rentmanager::is_seen(&far, quirk).await,
        ("rentvine", name) => rentvine::is_seen(&far, name, switch).await,
        (platform, quirk) => panic!("nothing looks at {quirk} of {platform} yet"),
    }
}

#[tokio::test]
async fn every_quirk_is_there_or_not_as_it_is_switched() {
    for platform in Dialect::ALL {
        for quirk in platform.quirks() {
            assert!(is_seen(*platform, quirk, Switch::On).await, "{} of {platform} on", quirk.name);
            assert!(!is_seen(*platform, quirk, Switch::Off).await, "{} of {platform} off", quirk.name);
        }
    }
}

#[test]
fn a_quirk_that_no_platform_has_is_refused_with_its_place() {
    let mut world: Value =
        serde_json::from_str(include_str!("../../examples/small-world.json")).expect("the example");
    world["platform"]["account"]["quirks"] = json!({ "last-page-totl": "off" });
    let error = World::from_json(&world.to_string()).expect_err("a typo").to_string();
    assert!(error.contains("platform.account.quirks.last-page-totl"), "{error}");
    assert!(error.contains("last-page-total"), "{error}");
    world["platform"]["account"]["quirks"] = json!({ "last-page-total": "perhaps" });
    let error = World::from_json(&world.to_string()).expect_err("no switch").to_string();
    assert!(error.contains("quirks.last-page-total"), "{error}");
}
