//! Output for people, on stdout and stderr. A closed pipe (`wikimovie load … | head`) is not an error.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Prints a line of the result to stdout.
pub fn line(line: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// Prints a line about the progress to stderr.
pub fn note(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints the error that ends the program of this name.
pub fn error(program: &str, error: &dyn Display) {
    note(format_args!("{program}: {error}"));
}

/// Formats a number with commas between thousands.
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
    fn numbers_have_commas_between_thousands() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (36_273, "36,273"), (1_234_567, "1,234,567")];
        for (value, expected) in cases {
            assert_eq!(super::number(value), expected);
        }
    }
}
