//! Requests of the binary to Buildium, and the answers, checked by the vendor's own specification.

use std::collections::BTreeSet;

use mock_pms::Side;
use specs::{Asked, Spec};

use crate::both_ways::{new_job, set_state};
use crate::setup::Setup;

#[tokio::test]
async fn every_request_and_every_answer_is_as_the_vendors_file_has_it() {
    let Some(spec) = Spec::at_hand("buildium.openapi.json") else { return };
    let mut setup = Setup::new("all", |_| {}).await;
    setup.run(0, &["check"]).await;
    setup.sync(0).await;
    setup.advance(chrono::TimeDelta::minutes(15));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(chrono::TimeDelta::minutes(15));
    setup.run(0, &["sync"]).await;
    set_state(&mut setup, job, "Completed");
    setup.run(0, &["sync"]).await;
    let resident = setup.server.read(|world| {
        world.latchel.residents.iter().find_map(|one| one.ref_user_id.clone()).expect("a resident")
    });
    setup.run(0, &["explain", "resident", &resident]).await;

    let mut operations = BTreeSet::new();
    for request in setup.server.requests().into_iter().filter(|request| request.side == Side::Platform) {
        let asked = Asked { method: &request.method, path: &request.path };
        let what =
            format!("{} {}?{}", request.method, request.path, request.query.clone().unwrap_or_default());
        let faults = spec.query_faults(&asked, &request.query_pairs());
        assert!(faults.is_empty(), "{what}: {faults:#?}");
        if let Some(body) = &request.body {
            let faults = spec.body_faults(&asked, body);
            assert!(faults.is_empty(), "{what} with {body}: {faults:#?}");
        }
        let answer = request.response.unwrap_or_default();
        let faults = spec.answer_faults(&asked, request.status, &answer, "ApiErrorResponse");
        assert!(faults.is_empty(), "{what} answered {answer}: {faults:#?}");
        operations.insert(format!("{} {}", request.method, request.path.trim_end_matches(char::is_numeric)));
    }
    for needed in
        ["POST /v1/workorders", "PUT /v1/tasks/todorequests/", "GET /v1/tasks/", "GET /v1/rentals/units"]
    {
        assert!(operations.contains(needed), "{needed} is not among {operations:#?}");
    }
}
