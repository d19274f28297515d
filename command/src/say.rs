//! The one place that prints for people. A reader who went away (`wikimovie load … | head`) is no error.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// A line of the answer, on standard output.
pub fn line(line: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// A line about how the work goes, on standard error.
pub fn note(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Why the program of this name ends.
pub fn error(program: &str, failure: &dyn Display) {
    note(format_args!("{program}: {failure}"));
}

/// A number with its thousands apart.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_stand_apart() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (36_273, "36,273"), (1_234_567, "1,234,567")];
        for (value, expected) in cases {
            assert_eq!(super::number(value), expected);
        }
    }
}
