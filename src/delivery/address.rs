//! Addresses as the citizens' contact data has them: what can be sent to, and what cannot (D2).
//! It knows the forms an e-mail address and a mobile number may have. Whether somebody is there is for the receiving side to say.

use lettre::Address;

use crate::domain::delivery::Reason;

/// The e-mail address to send to.
///
/// # Errors
/// There is none, or it is not one in ASCII (every server takes those).
pub(super) fn email(given: Option<&str>) -> Result<Address, Reason> {
    let given = present(given)?;
    let address: Address = given.parse().map_err(|_| Reason::InvalidAddress)?;
    if address.to_string().is_ascii() {
        Ok(address)
    } else {
        Err(Reason::InvalidAddress)
    }
}

/// The mobile number to send to, `+` and 8 to 15 digits; eight digits alone are Danish.
///
/// # Errors
/// There is none, or it is not one.
pub(super) fn mobile(given: Option<&str>) -> Result<String, Reason> {
    let number: String = present(given)?.chars().filter(|character| *character != ' ').collect();
    let international = match (number.strip_prefix('+'), number.strip_prefix("00")) {
        (Some(digits), _) | (None, Some(digits)) => digits.to_owned(),
        (None, None) if number.len() == 8 => format!("45{number}"),
        (None, None) => return Err(Reason::InvalidAddress),
    };
    let fits = (8..=15).contains(&international.len()) && international.bytes().all(|byte| byte.is_ascii_digit());
    if fits {
        Ok(format!("+{international}"))
    } else {
        Err(Reason::InvalidAddress)
    }
}

fn present(given: Option<&str>) -> Result<&str, Reason> {
    given.map(str::trim).filter(|given| !given.is_empty()).ok_or(Reason::NoAddress)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// D2: without an address the reason is that there is none; what is no address is not sent to.
    #[test]
    fn d2_an_address_is_there_and_is_one() {
        for (given, expected) in [
            (Some("borger1@example.dk"), Ok("borger1@example.dk")),
            (Some(" borger1@example.dk "), Ok("borger1@example.dk")),
            (None, Err(Reason::NoAddress)),
            (Some(" "), Err(Reason::NoAddress)),
            (Some("borger1"), Err(Reason::InvalidAddress)),
            (Some("borger1@"), Err(Reason::InvalidAddress)),
            (Some("a@example.dk, b@example.dk"), Err(Reason::InvalidAddress)),
            (Some("a@example.dk>\r\nRCPT TO:<b@example.dk"), Err(Reason::InvalidAddress)),
            (Some("bjørn@example.dk"), Err(Reason::InvalidAddress)),
        ] {
            assert_eq!(
                email(given).map(|address| address.to_string()),
                expected.map(str::to_owned),
                "{given:?}"
            );
        }
    }

    /// D2: as above, for mobile numbers.
    #[test]
    fn d2_a_mobile_number_is_international() {
        for (given, expected) in [
            (Some("+4520000000"), Ok("+4520000000")),
            (Some("20 00 00 00"), Ok("+4520000000")),
            (Some("004520000000"), Ok("+4520000000")),
            (Some("+46 70 000 00 00"), Ok("+46700000000")),
            (None, Err(Reason::NoAddress)),
            (Some(""), Err(Reason::NoAddress)),
            (Some("2000000"), Err(Reason::InvalidAddress)),
            (Some("200000000"), Err(Reason::InvalidAddress)),
            (Some("+45 2000000a"), Err(Reason::InvalidAddress)),
            (Some("+1234567890123456"), Err(Reason::InvalidAddress)),
            (Some("++4520000000"), Err(Reason::InvalidAddress)),
        ] {
            assert_eq!(mobile(given), expected.map(str::to_owned), "{given:?}");
        }
    }
}
