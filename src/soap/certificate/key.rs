//! Keys: which are strong enough to stand for a system.

use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::Unfit;

/// RSA: at least what TLS takes today, at most what it can check (ours).
const LEAST_RSA_BITS: usize = 2048;
const MOST_RSA_BITS: usize = 8192;

/// RSA of a decent size, or a curve we know.
pub(super) fn check(key: &SubjectPublicKeyInfo<'_>) -> Result<(), Unfit> {
    let kind = &key.algorithm.algorithm;
    if *kind == OID_PKCS1_RSAENCRYPTION {
        let Ok(PublicKey::RSA(key)) = key.parsed() else {
            return Err(Unfit::UnknownKey);
        };
        return match bits(key.modulus) {
            ..LEAST_RSA_BITS => Err(Unfit::WeakKey),
            LEAST_RSA_BITS..=MOST_RSA_BITS => Ok(()),
            _ => Err(Unfit::UnknownKey),
        };
    }
    let curve = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    let known = *kind == OID_KEY_TYPE_EC_PUBLIC_KEY && curve.is_some_and(|curve| curve == OID_EC_P256 || curve == OID_NIST_EC_P384);
    if known { Ok(()) } else { Err(Unfit::UnknownKey) }
}

/// Bits of a number in big-endian bytes.
fn bits(number: &[u8]) -> usize {
    let mut significant = number.iter().skip_while(|&&byte| byte == 0);
    significant
        .next()
        .map_or(0, |first| 8 - first.leading_zeros() as usize + 8 * significant.count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_first_one() {
        assert_eq!(bits(&[]), 0);
        assert_eq!(bits(&[0, 0]), 0);
        assert_eq!(bits(&[0, 1, 0]), 9);
        assert_eq!(bits(&[0x7F, 0xFF]), 15);
        assert_eq!(bits(&[0, 0x80, 0]), 16);
    }
}
