use crate::world::Id;

/// Five characters that look like nothing in particular, different for each id up to 36⁵.
pub(crate) fn slug(id: Id) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    // The factor shares no divisor with 36⁵, so that no two ids get the same remainder.
    let mut rest = id.wrapping_mul(7_919_317).rem_euclid(36_i64.pow(5));
    let mut slug = String::with_capacity(5);
    for _ in 0..5 {
        slug.push(char::from(DIGITS[usize::try_from(rest % 36).unwrap_or_default()]));
        rest /= 36;
    }
    slug
}
