use serde_json::Value;

/// Masks the e-mail and phone of a record as far as they are not needed to tell people apart, because the page and the
/// API show the record to everybody who may look.
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

/// Keeps the first letter and the domain.
fn email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((name, domain)) => format!("{}…@{domain}", name.chars().take(1).collect::<String>()),
        None => "…".to_owned(),
    }
}

/// Keeps the last two digits, if the number has six or more.
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
