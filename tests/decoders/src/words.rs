use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_cli::Since;
use latchel_sync_core::model::{Marker, PropertyRef, ResidentRef, Window};
use mock_pms::GenerateSpec;

/// The short texts that people and far sides write: markers in titles, keys and spans in arguments.
pub fn words(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Some(marker) = Marker::whole(text) {
        assert!(text.contains(&marker.to_string()), "{marker} is not in the text");
        assert_eq!(Marker::whole(&marker.to_string()), Some(marker));
    }
    let property = PropertyRef::from_key(text);
    assert_eq!(PropertyRef::from_key(&property.key()), property);
    if let Some(resident) = ResidentRef::from_key(text) {
        assert_eq!(ResidentRef::from_key(&resident.key()), Some(resident));
    }
    let now: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().expect("an instant");
    if let Ok(since) = text.parse::<Since>() {
        for zone in [chrono_tz::UTC, chrono_tz::America::Los_Angeles, chrono_tz::Pacific::Apia] {
            let window = Window { from: since.instant(now, zone) };
            // What an adapter asks of a far side that knows days only.
            assert!(window.from - TimeDelta::days(1) < window.from);
        }
    }
    // A spec is only read here: the world that it makes is as large as it says.
    drop(GenerateSpec::parse(text, now));
}
