//! The quirks of Rentvine, as a client sees them.

use axum::http::{Method, StatusCode};
use mock_pms::{Dialect, Side, Switch};
use serde_json::json;

use super::Switched;
use crate::webhooks::{Got, Listening};

pub(super) async fn is_seen(far: &Switched, quirk: &str, switch: Switch) -> bool {
    match quirk {
        "pretended-writes" => {
            let body = json!({ "workOrder": { "propertyID": "1" } }).to_string();
            let path = "/api/manager/maintenance/work-orders";
            let answer = far.send(Method::POST, path, &far.headers, body).await;
            assert!([200, 400].contains(&answer.status), "{}", answer.status);
            answer.status == 200
        }
        "bare-vendor-trades" => {
            let row = far.get("/api/manager/maintenance/vendor-trades").await.json()[0].clone();
            assert_ne!(row["vendorTradeID"].is_string(), row["vendorTrade"]["vendorTradeID"].is_string());
            row["vendorTradeID"].is_string()
        }
        "other-primary-statuses" => {
            let rows = far.get("/api/manager/maintenance/work-order/statuses").await.json();
            let primary = |name: &str| {
                let mut all = rows.as_array().expect("rows").iter().map(|row| &row["workOrderStatus"]);
                let status = all.find(|status| status["name"] == name).expect("the status");
                status["primaryWorkOrderStatusID"].as_str().expect("an id").to_owned()
            };
            let told = [primary("Closed"), primary("On Hold")];
            assert!(told == ["3", "4"] || told == ["4", "3"], "{told:?}");
            told[0] == "4"
        }
        "hex-signatures" => {
            let got = webhook(quirk, switch).await;
            let signature = got.header("x-rentvine-signature");
            let is_hex = signature.len() == 64 && signature.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_hex || signature.len() == 44, "{signature}");
            is_hex
        }
        "enveloped-webhooks" => {
            let body = webhook(quirk, switch).await.body();
            let seen = [&body["workOrder"], &body["data"]].map(|record| record["workOrderID"] == "81");
            assert_ne!(seen[0], seen[1], "{body}");
            seen[0]
        }
        other => panic!("nothing looks at {other} yet"),
    }
}

/// A webhook of a mock with this quirk.
async fn webhook(quirk: &str, switch: Switch) -> Got {
    let listening = Listening::on(Dialect::RENTVINE, StatusCode::OK).await;
    listening.mock.edit(|world| world.platform.account.quirks.insert(quirk.to_owned(), switch));
    listening.subscribe(Side::Platform, &[]);
    listening.edit(json!([{"collection": "work_orders", "id": 81, "set": {"details": "It drips."}}]));
    listening.got(1).await[0].clone()
}
