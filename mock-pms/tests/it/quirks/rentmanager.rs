//! The quirks of Rent Manager, as a client sees them.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Switched;
use crate::client::Raw;

const ISSUES: &str = "/ServiceManagerIssues";
const LINKS: &str = "LinkedUnits,LinkedProperties,LinkedTenants";

/// A client that has logged in.
struct LoggedIn<'f> {
    far: &'f Switched,
    token: String,
}

impl LoggedIn<'_> {
    async fn get(&self, path: &str) -> Raw {
        let headers = [("x-rm12api-apitoken", self.token.as_str())];
        self.far.send(Method::GET, path, &headers, String::new()).await
    }

    async fn rows(&self, path: &str) -> Vec<Value> {
        json_of(&self.get(path).await).as_array().expect("a list").clone()
    }
}

/// The body, whatever stands before it.
fn json_of(answer: &Raw) -> Value {
    serde_json::from_str(answer.text().trim_start_matches('\u{feff}')).expect("JSON")
}

async fn log_in(far: &Switched) -> Raw {
    let who = json!({ "Username": "mock-client-id", "Password": "mock-client-secret", "LocationID": 1 });
    far.send(Method::POST, "/Authentication/AuthorizeUser", &far.headers, who.to_string()).await
}

pub(super) async fn is_seen(far: &Switched, quirk: &str) -> bool {
    let first = log_in(far).await;
    if quirk == "session-table-full" {
        return is_let_in_later(far, &first).await;
    }
    let token = json_of(&first).as_str().expect("a token").to_owned();
    let client = LoggedIn { far, token };
    match quirk {
        "byte-order-mark" => {
            let bodies = [first.text(), client.get("/Users").await.text()];
            bodies.iter().all(|body| body.starts_with('\u{feff}'))
        }
        "capped-pages" => client.rows("/Units").await.len() == 20,
        "memberless-groups" => {
            far.server.edit(|world| {
                let property = world.platform.properties.iter().next().expect("a property").id;
                let group = world.platform.property_groups.iter().next().expect("a group").id;
                world.platform.property_groups.get_mut(group).expect("the same").property_ids =
                    vec![property];
            });
            let groups = client.rows("/PropertyGroups?fields=Properties&embeds=Properties").await;
            let members = |row: &Value| row["Properties"].as_array().expect("a list").len();
            let of_properties = client.rows("/Properties?fields=PropertyGroups&embeds=PropertyGroups").await;
            let grouped = |row: &Value| row["PropertyGroups"].as_array().is_some_and(|all| !all.is_empty());
            assert!(of_properties.iter().any(grouped), "the properties name their groups in any case");
            groups.iter().all(|row| members(row) == 0)
        }
        "private-reach" => {
            assert_eq!(client.get("/Users").await.status, 200);
            let answer = client.get("/Users?fields=UserProperties&embeds=UserProperties").await;
            assert!([200, 403].contains(&answer.status), "{}", answer.status);
            answer.status == 403
        }
        "deaf-orderby" => {
            let rows = client.rows("/Units?orderby=UnitID%20desc").await;
            let ids: Vec<_> = rows.iter().filter_map(|row| row["UnitID"].as_i64()).collect();
            assert!(ids.len() > 2, "{ids:?}");
            ids.is_sorted()
        }
        "embeds-need-fields" => {
            client.rows("/Properties?embeds=Addresses").await[0]["Addresses"] == Value::Null
        }
        "empty-is-204" => {
            let answer = client.get("/Tenants?pagenumber=999").await;
            assert!([200, 204].contains(&answer.status), "{} {}", answer.status, answer.text());
            answer.status == 204
        }
        "empty-is-404" => {
            assert_eq!(client.get("/Tenants?pagenumber=999").await.status, 204, "nothing was filtered");
            let answer = client.get("/Tenants?filters=TenantID,eq,999999").await;
            answer.status == 404 && json_of(&answer)["DeveloperMessage"].is_string()
        }
        "no-street" => address(&client).await.get("Street").is_none(),
        "no-street-lines" => {
            let address = address(&client).await;
            address.get("Street1").is_none() && address.get("Street2").is_none()
        }
        "other-rate-header" => {
            let answer = client.get("/Users").await;
            let told = ["x-rateremaining", "x-ratelimit-remaining"].map(|name| answer.header(name).is_some());
            assert!(told.contains(&true) && told.contains(&false), "{told:?}");
            told[0]
        }
        "partial-is-206" => {
            assert_eq!(client.get("/Users").await.status, 200, "a whole list");
            client.get("/Units?pagesize=2").await.status == 206
        }
        "place-in-links-only" => is_placed_by_links(&client).await,
        "undated-leases" => {
            let (row, cut) = (
                client.rows("/Leases").await[0].clone(),
                client.get("/Leases?filters=UpdateDate,ge,2000-01-01").await,
            );
            assert_eq!(row["UpdateDate"].is_string(), cut.status == 200, "{row}");
            row["UpdateDate"] == Value::Null && row["CreateDate"] == Value::Null
        }
        "unit-links-alone" => {
            let issues = client.rows(&format!("{ISSUES}?fields={LINKS}&embeds={LINKS}")).await;
            let links = |row: &Value, name: &str| row[name].as_array().is_some_and(|links| !links.is_empty());
            let of_units: Vec<_> = issues.iter().filter(|row| links(row, "LinkedUnits")).collect();
            assert!(!of_units.is_empty());
            of_units.iter().all(|row| !links(row, "LinkedProperties"))
        }
        other => panic!("nothing looks at {other} yet"),
    }
}

async fn address(client: &LoggedIn<'_>) -> Value {
    client.rows("/Units?fields=Addresses&embeds=Addresses").await[0]["Addresses"][0].clone()
}

/// True if a place is told by links alone, is no filter, and is taken from links alone.
async fn is_placed_by_links(client: &LoggedIn<'_>) -> bool {
    let place = "PropertyID,UnitID,TenantID";
    let row = client.rows(&format!("{ISSUES}?fields={place},{LINKS}&embeds={LINKS}")).await[0].clone();
    let linked = row["LinkedProperties"][0]["PropertyID"].as_i64().expect("a linked property");
    let filtered = client.get(&format!("{ISSUES}?filters=PropertyID,{linked}")).await;
    let headers = [("x-rm12api-apitoken", client.token.as_str()), ("content-type", "application/json")];
    let new = json!([{"Title": "x", "PropertyID": linked}]).to_string();
    let made = json_of(&client.far.send(Method::POST, ISSUES, &headers, new).await)[0].clone();
    let id = made["ServiceManagerIssueID"].as_i64().expect("an id");
    let placed = client.far.server.read(|world| {
        let order = world.platform.work_orders.get(id).expect("the work order");
        world.platform.tasks.get(order.task_id).expect("its task").property_id
    });
    let seen = [row["PropertyID"].is_null(), filtered.status == 400, placed.is_none()];
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    seen[0]
}

/// True if a log-in is refused and let in after half a minute.
async fn is_let_in_later(far: &Switched, first: &Raw) -> bool {
    if first.status == 200 {
        return false;
    }
    assert!(first.text().contains("logged in maximum number of times"), "{}", first.text());
    let mut statuses = vec![first.status];
    for _ in 0..2 {
        far.server.edit(|world| world.clock.advance(TimeDelta::seconds(15)));
        statuses.push(log_in(far).await.status);
    }
    statuses == [401, 401, 200]
}
