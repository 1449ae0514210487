use serde_json::Value;

/// What a system holds of a record, with the contact data made unreadable as far as it is not needed to tell people apart: the
/// page and the API show it to everybody who may look.
pub(super) fn masked(mut held: Value) -> Value {
    if let Some(fields) = held.as_object_mut() {
        for (name, mask) in [("email", email as fn(&str) -> String), ("phone", phone)] {
            if let Some(Value::String(text)) = fields.get_mut(name) {
                *text = mask(text);
            }
        }
    }
    held
}

/// The first letter and the domain.
fn email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((name, domain)) => format!("{}…@{domain}", name.chars().take(1).collect::<String>()),
        None => "…".to_owned(),
    }
}

/// The last two digits of a number that is long enough to hide behind.
fn phone(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    match digits.as_slice() {
        [_, _, _, _, .., before, last] => format!("…{before}{last}"),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn contact_data_cannot_be_read_and_the_rest_can() {
        let held =
            json!({"name": "Ada", "email": "ada.l@home.example", "phone": "(503) 555-0142", "unit": "7"});
        let shown = json!({"name": "Ada", "email": "a…@home.example", "phone": "…42", "unit": "7"});
        assert_eq!(masked(held), shown);
        assert_eq!(masked(json!({"email": "ada", "phone": "112"})), json!({"email": "…", "phone": "…"}));
        assert_eq!(masked(json!({"email": null})), json!({"email": null}));
        assert_eq!(masked(json!({"email": "@x"})), json!({"email": "…@x"}));
    }
}
