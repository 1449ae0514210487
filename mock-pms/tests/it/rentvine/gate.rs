//! Requests that are let in, by their key and by their parameters.

use axum::http::Method;
use serde_json::{Value, json};

use super::{KEY, Rentvine};
use crate::client::{example, send};

#[tokio::test]
async fn only_the_key_with_its_secret_opens_and_a_refusal_says_nothing() {
    let far = Rentvine::start().await;
    let url = format!("{}/api/manager/properties", far.server.platform_url());
    for (sent, status) in [
        (vec![], 401),
        (vec![("authorization", "Basic bW9jay1jbGllbnQtaWQ6d3Jvbmc=")], 401),
        (vec![("authorization", "Bearer mock-client-secret")], 401),
        (vec![KEY], 200),
    ] {
        let reply = send(Method::GET, &url, &sent, String::new()).await;
        assert_eq!(reply.status, status, "{sent:?}");
        assert!(status == 200 || reply.body == Value::Null, "{}", reply.body);
    }
}

#[tokio::test]
async fn a_role_may_be_kept_from_reading_or_from_writing_alone() {
    let mut world = example();
    world.platform.account.denied = vec!["leases".to_owned(), "work_orders:write".to_owned()];
    let far = Rentvine::of(world).await;
    let refused = far.get("/leases/export").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body["error"].is_string());
    assert_eq!(far.get("/maintenance/work-orders").await.status, 200);
    assert_eq!(far.post("/maintenance/work-orders/81", &json!({})).await.status, 403);
}

#[tokio::test]
async fn what_is_wrong_stands_under_the_name_of_the_parameter() {
    let far = Rentvine::start().await;
    for (path, name) in [
        ("/maintenance/work-orders?dateTimeModifiedMin=2026-03-01", "dateTimeModifiedMin"),
        ("/maintenance/work-orders?startDate=03/01/2026", "startDate"),
        ("/maintenance/work-orders?propertyID=abc", "propertyID"),
        ("/maintenance/work-orders?isNew=perhaps", "isNew"),
        ("/properties/export?dateTimeModifiedMin=yesterday", "dateTimeModifiedMin"),
        ("/properties/units/export?pageSize=0", "pageSize"),
        ("/properties/export?page=-1", "page"),
        ("/leases/export?primaryLeaseStatusIDs[]=4", "primaryLeaseStatusIDs"),
        ("/leases/export?propertyID=1", "propertyID"),
        ("/tenants/search?search=ada", "search"),
    ] {
        let refused = far.get(path).await;
        assert_eq!(refused.status, 400, "{path}");
        assert!(refused.body[name][0].is_string(), "{path}: {}", refused.body);
    }
}

#[tokio::test]
async fn a_status_that_nobody_defined_is_an_error_and_what_is_not_there_has_no_body() {
    let far = Rentvine::start().await;
    let refused = far.get("/maintenance/work-orders?workOrderStatusID=3").await;
    assert_eq!(refused.status, 400);
    assert!(refused.body["error"].as_str().is_some_and(|said| said.contains('3')));
    for path in [
        "/properties/999",
        "/properties/999/units",
        "/maintenance/work-orders/999",
        "/maintenance/technicians",
    ] {
        let gone = far.get(path).await;
        assert_eq!((gone.status, gone.body), (404, Value::Null), "{path}");
    }
    assert_eq!(far.post("/properties/1", &json!({"name": "x"})).await.status, 405);
}
