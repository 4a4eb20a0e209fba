//! How two XML answers differ, for people: element by element, with a little of what stands around.

/// The first place where the answers differ, to the last; one line for each tag.
pub fn difference(recorded: &str, now: &str) -> String {
    let (recorded, now) = (pieces(recorded), pieces(now));
    let same_from_start = recorded.iter().zip(&now).take_while(|(one, other)| one == other).count();
    let most = recorded.len().min(now.len()) - same_from_start;
    let same_from_end = recorded
        .iter()
        .rev()
        .zip(now.iter().rev())
        .take(most)
        .take_while(|(one, other)| one == other)
        .count();
    let mut lines = Vec::new();
    let before = same_from_start.saturating_sub(AROUND);
    lines.extend(recorded[before..same_from_start].iter().map(|piece| format!("      {piece}")));
    for (sign, side) in [('-', &recorded), ('+', &now)] {
        let changed = &side[same_from_start..side.len() - same_from_end];
        lines.extend(changed.iter().take(AT_MOST).map(|piece| format!("    {sign} {piece}")));
        if changed.len() > AT_MOST {
            lines.push(format!("    {sign} … {} more", changed.len() - AT_MOST));
        }
    }
    let after = recorded.len() - same_from_end;
    lines.extend(recorded[after..].iter().take(AROUND).map(|piece| format!("      {piece}")));
    lines.join("\n")
}

const AROUND: usize = 2;
const AT_MOST: usize = 12;

fn pieces(xml: &str) -> Vec<&str> {
    xml.split_inclusive('>')
        .flat_map(|piece| piece.split_inclusive('\n'))
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .collect()
}
