//! Time zones as people call them.

use crate::suggest::did_you_mean;

/// Zones under the names that people in the United States have for them, in lower case.
const SPOKEN: [(&[&str], &str); 8] = [
    (&["pacific", "pst", "pdt", "pt", "us pacific"], "America/Los_Angeles"),
    (&["mountain", "mdt", "mt", "us mountain"], "America/Denver"),
    (&["arizona", "phoenix"], "America/Phoenix"),
    (&["central", "cdt", "ct", "us central"], "America/Chicago"),
    (&["eastern", "edt", "et", "us eastern"], "America/New_York"),
    (&["atlantic", "ast", "adt"], "America/Puerto_Rico"),
    (&["alaska", "akst", "akdt"], "America/Anchorage"),
    (&["hawaii", "hdt"], "Pacific/Honolulu"),
];

/// Zones that may be meant by a text that names none.
pub(super) fn hint(typed: &str) -> String {
    let plain = typed.trim().to_lowercase().replace(['_', '-', '/', '.'], " ");
    let plain = ["standard time", "daylight time", "time zone", "timezone", "time", "zone"]
        .iter()
        .fold(plain, |text, word| text.trim().trim_end_matches(word).trim().to_owned());
    let spoken = SPOKEN.iter().find(|(names, _)| names.contains(&plain.as_str())).map(|(_, zone)| *zone);
    let names = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    // As `Los Angeles`.
    let city = |zone: &&str| zone.rsplit('/').next().is_some_and(|city| is_called(city, &plain));
    match spoken.or_else(|| names().find(city)) {
        Some(zone) => format!("did you mean `{zone}`?"),
        None => did_you_mean(typed, names()).unwrap_or_else(|| "for example America/Los_Angeles".to_owned()),
    }
}

fn is_called(city: &str, plain: &str) -> bool {
    city.to_lowercase().replace(['_', '-'], " ") == plain
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    #[test]
    fn people_find_their_zone_by_the_name_that_they_have_for_it() {
        for (typed, zone) in [
            ("Pacific", "America/Los_Angeles"),
            ("PST", "America/Los_Angeles"),
            ("Pacific Standard Time", "America/Los_Angeles"),
            ("US-Central", "America/Chicago"),
            ("eastern time", "America/New_York"),
            ("Los Angeles", "America/Los_Angeles"),
            ("new_york", "America/New_York"),
            ("America/Los_Angelos", "America/Los_Angeles"),
            ("Hawaii", "Pacific/Honolulu"),
        ] {
            assert_eq!(hint(typed), format!("did you mean `{zone}`?"), "{typed}");
        }
        assert_eq!(hint("???"), "for example America/Los_Angeles");
        for (names, zone) in SPOKEN {
            assert!(zone.parse::<Tz>().is_ok(), "{zone}");
            assert!(names.iter().all(|name| name.to_uppercase().parse::<Tz>().is_err()), "{names:?}");
        }
    }
}
