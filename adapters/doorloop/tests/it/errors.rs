use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::WorkOrderId;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, oid};

async fn refused(answer: ResponseTemplate) -> latchel_sync_core::Error {
    let far = Far::new().await;
    Mock::given(any()).respond_with(answer).mount(&far.server).await;
    far.platform.work_orders_by_id(&[WorkOrderId::new(oid(1))]).await.expect_err("refused")
}

#[tokio::test]
async fn a_missing_permission_is_405_here() {
    let body = json!({"message": "METHOD_NOT_ALLOWED"});
    let error = refused(ResponseTemplate::new(405).set_body_json(body)).await;
    assert_eq!((error.kind(), error.context("answer")), (ErrorKind::Forbidden, Some("METHOD_NOT_ALLOWED")));
}

#[tokio::test]
async fn words_are_read_from_either_of_the_shapes_that_are_known() {
    for (body, said) in [
        (json!({"message": "No."}), Some("No.")),
        (
            json!({"base": ["subject is required", "status is not"]}),
            Some("subject is required; status is not"),
        ),
        (json!({"base": "No."}), Some("No.")),
        (json!({"message": "No", "base": ["never"]}), Some("No; never")),
        (json!(["No."]), Some("No.")),
        (Value::Null, None),
    ] {
        let error = refused(ResponseTemplate::new(422).set_body_json(&body)).await;
        assert_eq!((error.kind(), error.context("answer")), (ErrorKind::Refused, said), "{body}");
    }
}

#[tokio::test]
async fn an_hour_to_wait_ends_the_run_at_once_and_says_until_when() {
    let limit = ResponseTemplate::new(429)
        .insert_header("retry-after", "3540")
        .set_body_json(json!({"message": "RATE_LIMIT_EXCEEDED"}));
    let start = std::time::Instant::now();
    let error = refused(limit).await;
    assert!(start.elapsed() < std::time::Duration::from_secs(30));
    assert_eq!((error.kind(), error.ends_the_run()), (ErrorKind::RateLimited, true));
    assert_eq!(error.retry_after().map(|pause| pause.as_secs()), Some(3_540));
    assert!(error.context("until").is_some());
}
