use latchel_sync_core::model::{PropertyGroup, PropertyId, Reach, UserId};
use latchel_sync_core::{ErrorKind, Finding};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, logged_in, model};

/// Groups as `ID NAME: PROPERTIES`.
async fn groups(far: &Far) -> Vec<String> {
    let shown = |group: PropertyGroup| {
        let members: Vec<_> = group.properties.iter().map(|id| id.as_str()).collect();
        format!("{} {}: {}", group.id.as_str(), group.name, members.join(" "))
    };
    far.platform.property_groups().await.expect("groups").into_iter().map(shown).collect()
}

#[tokio::test]
async fn groups_name_their_properties() {
    let far = logged_in(json!({})).await;
    let north =
        json!({"PropertyGroupID": 5, "Name": "North", "Properties": [{"PropertyID": 1}, {"PropertyID": 2}]});
    far.list("PropertyGroups", json!([north, {"PropertyGroupID": 6}, {"Name": "no id"}])).await;
    assert_eq!(groups(&far).await, ["5 North: 1 2", "6 6: "]);
    assert_eq!(far.asked().await, ["GET PropertyGroups"]);
}

#[tokio::test]
async fn properties_name_their_groups_where_the_groups_name_no_properties() {
    let refusal = ResponseTemplate::new(400).set_body_json(json!({"Message": "The request is invalid."}));
    for refused in [None, Some(refusal)] {
        let far = logged_in(json!({})).await;
        if let Some(answer) = refused {
            far.respond_for("PropertyGroups", &[("embeds", "Properties")], answer).await;
        }
        far.list("PropertyGroups", json!([{"PropertyGroupID": 5, "Name": "North"}])).await;
        let of = |id: i64, groups: Value| json!({"PropertyID": id, "PropertyGroups": groups});
        far.list(
            "Properties",
            json!([of(1, json!([{"PropertyGroupID": 5}])), of(2, json!([])), {"PropertyID": 3}]),
        )
        .await;
        assert_eq!(groups(&far).await, ["5 North: 1"]);
    }
}

/// A part that cannot be embedded may be shown as a list without rows, which then ends no exclusion.
#[tokio::test]
async fn properties_name_their_groups_where_every_group_is_shown_empty() {
    let far = logged_in(json!({})).await;
    let empty = |id: i64| json!({"PropertyGroupID": id, "Name": "North", "Properties": []});
    far.list("PropertyGroups", json!([empty(5), empty(6)])).await;
    far.list("Properties", json!([{"PropertyID": 1, "PropertyGroups": [{"PropertyGroupID": 6}]}])).await;
    assert_eq!(groups(&far).await, ["5 North: ", "6 North: 1"]);
}

#[tokio::test]
async fn without_groups_there_are_none_and_without_their_properties_it_is_an_error() {
    let far = logged_in(json!({})).await;
    far.answers("GET", "PropertyGroups", ResponseTemplate::new(404).set_body_json(model("No records.")))
        .await;
    assert!(groups(&far).await.is_empty());
    let far = logged_in(json!({})).await;
    far.list("PropertyGroups", json!([{"PropertyGroupID": 5, "Name": "North"}])).await;
    far.answers("GET", "Properties", ResponseTemplate::new(400)).await;
    far.platform.property_groups().await.expect_err("nobody knows what is excluded");
}

/// Reach of user 41 to the properties 1 and 2, where the list of users has this.
async fn reach(users: Value) -> Vec<Reach> {
    let far = logged_in(json!({})).await;
    far.list("Users", users).await;
    asked(&far).await
}

async fn asked(far: &Far) -> Vec<Reach> {
    let properties = ["1", "2"].map(PropertyId::new);
    far.platform.reach(&UserId::new("41"), &properties).await.expect("an answer for each")
}

#[tokio::test]
async fn a_user_reaches_the_properties_of_the_own_list() {
    let user = |id: i64, properties: Value| json!({"UserID": id, "UserProperties": properties});
    let far = logged_in(json!({})).await;
    let own = json!([{"UserPropertyID": 9, "UserID": 41, "PropertyID": 2}]);
    far.list("Users", json!([user(40, json!([{"PropertyID": 1}])), user(41, own)])).await;
    assert_eq!(asked(&far).await, [Reach::Unreachable, Reach::Reachable]);
    let request = &far.requests().await[0];
    let query: Vec<_> = request.url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    assert!(query.contains(&"embeds=UserProperties".to_owned()), "{query:?}");
    assert!(query.contains(&"filters=UserID,eq,41".to_owned()), "{query:?}");
    assert!(far.platform.reach(&UserId::new("41"), &[]).await.expect("none").is_empty());
    assert_eq!(far.asked().await.len(), 1, "no property, no call");
}

#[tokio::test]
async fn where_nobody_tells_the_reach_is_unknown() {
    let user = |properties: Value| json!([{"UserID": 41, "UserProperties": properties}]);
    for nothing in
        [json!([]), json!([{"UserID": 41}]), user(json!([])), user(json!("all")), json!([{"UserID": 40}])]
    {
        assert_eq!(reach(nothing.clone()).await, [Reach::Unknown; 2], "{nothing}");
    }
    let odd = user(json!([{"PropertyID": 2}, {"PropertyID": "x"}]));
    assert_eq!(reach(odd).await, [Reach::Unknown, Reach::Reachable], "one that cannot be read may be any");
    let privilege = json!({"Message": "You do not have the privilege to access UserProperties."});
    for (status, body) in [(400, json!({})), (403, json!({})), (404, json!({})), (500, privilege)] {
        let far = logged_in(json!({})).await;
        far.answers("GET", "Users", ResponseTemplate::new(status).set_body_json(body)).await;
        assert_eq!(asked(&far).await, [Reach::Unknown; 2], "{status}");
    }
}

/// Level, subject and detail of what `check` says about groups and about reach, where the lists of groups and of users with their
/// properties answer so.
async fn said(groups: Value, users: ResponseTemplate) -> Vec<String> {
    let far = logged_in(json!({})).await;
    far.respond_for("Users", &[("embeds", "UserProperties")], users).await;
    for list in ["Properties", "Units", "Tenants", "Leases", "Users", "ServiceManagerIssues"] {
        far.list(list, json!([])).await;
    }
    far.list("PropertyGroups", groups).await;
    let findings = far.platform.check().await.expect("a probe").findings;
    let of_these =
        |one: &Finding| ["groups of properties", "properties of users"].contains(&one.subject.as_str());
    let said = findings.into_iter().filter(of_these);
    said.map(|one| format!("{:?} {}: {}", one.level, one.subject, one.detail)).collect()
}

#[tokio::test]
async fn check_tells_of_groups_without_properties_and_warns_of_a_reach_that_is_not_shown() {
    let group =
        |properties: Value| json!([{"PropertyGroupID": 5, "Name": "North", "Properties": properties}]);
    let shown = || ResponseTemplate::new(204);
    assert_eq!(said(json!([]), shown()).await, [""; 0]);
    assert_eq!(said(group(json!([{"PropertyID": 1}])), shown()).await, [""; 0]);
    assert_eq!(
        said(group(json!([])), shown()).await,
        ["Ok groups of properties: no group shows a property, so that to exclude one excludes nothing"]
    );
    let refused = ResponseTemplate::new(403).set_body_json(json!({"Message": "No privilege."}));
    let hidden = said(json!([]), refused).await;
    let [hidden] = hidden.as_slice() else { panic!("{hidden:?}") };
    assert!(
        hidden.starts_with("Warning properties of users: ") && hidden.contains("No privilege."),
        "{hidden}"
    );
}

#[tokio::test]
async fn a_failure_to_tell_the_reach_is_no_answer() {
    let far = logged_in(json!({})).await;
    far.answers("GET", "Users", ResponseTemplate::new(401)).await;
    let error =
        far.platform.reach(&UserId::new("41"), &[PropertyId::new("1")]).await.expect_err("nobody asked");
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}
