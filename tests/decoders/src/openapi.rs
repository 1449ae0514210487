use latchel_sync_core::guesses::guesses;

/// An OpenAPI file, up to the comparison with the calls of the adapter `latchel`.
pub fn openapi(input: &[u8]) {
    let Ok(document) = latchel_sync_cli::read_document("papi.yaml", input) else { return };
    let Ok(report) = guesses("latchel").expect("it has guesses").against(&document) else { return };
    for call in &report.calls {
        let texts = call.differences.iter().flat_map(|one| [&one.name, &one.detail]).chain(&call.notes);
        for text in texts {
            assert!(!text.chars().any(char::is_control), "it could steer a terminal: {text:?}");
            assert!(text.len() < 4_000, "it is too long for people: {}", text.len());
        }
    }
}
