//! Media types, charsets and encodings.

use crate::support::house::{CODE_LISTS, House, LOOK_UP};
use crate::support::server::request;
use crate::{is_answer, is_fault};

#[test]
fn the_content_types_of_real_clients_are_taken() {
    let house = House::new();
    for media in [
        "text/xml",
        "text/xml;charset=UTF-8",
        "text/xml; charset=\"utf-8\"",
        "TEXT/XML; Charset=utf-8",
    ] {
        is_answer(&house.send(&request(
            "POST",
            CODE_LISTS,
            &format!("Content-Type: {media}\r\n"),
            LOOK_UP.as_bytes(),
        )));
    }
}

#[test]
fn utf_16_with_a_byte_order_mark_is_taken() {
    let house = House::new();
    let text = LOOK_UP.replace("encoding='UTF-8'", "encoding='UTF-16'");
    let little: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let big: Vec<u8> = [0xFE, 0xFF]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    for (charset, bytes) in [("; charset=utf-16", &little), ("; charset=utf-16", &big), ("", &little)] {
        is_answer(&house.send(&request("POST", CODE_LISTS, &format!("Content-Type: text/xml{charset}\r\n"), bytes)));
    }
    is_fault(
        &house.send(&request(
            "POST",
            CODE_LISTS,
            "Content-Type: text/xml; charset=utf-16\r\n",
            LOOK_UP.as_bytes(),
        )),
        415,
        1014,
    );
}

#[test]
fn other_media_types_and_content_encodings_are_415() {
    let house = House::new();
    for headers in [
        "Content-Type: text/html\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: multipart/related; type=\"text/xml\"; boundary=x\r\n",
        "Content-Type: text/xml; charset=iso-8859-1\r\n",
        "Content-Type: text/xml\r\nContent-Encoding: gzip\r\n",
        "",
    ] {
        is_fault(&house.send(&request("POST", CODE_LISTS, headers, LOOK_UP.as_bytes())), 415, 1014);
    }
}
