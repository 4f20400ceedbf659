//! A parser for the Python literals in the header of a `.npy` file. It is safe for hostile input: the depth of recursion is limited,
//! and it allocates no more than in proportion to the text.

use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub enum Literal {
    Text(String),
    Bool(bool),
    /// The value is `None` if it is negative or does not fit 64 bits. The range is that of the digits in the text.
    Integer(Option<u64>, Range<usize>),
    Tuple(Vec<Literal>),
    List(Vec<Literal>),
    None,
}

/// The pairs of a dictionary with strings as keys, in order. In Python the last of equal keys counts.
pub type Pairs = Vec<(String, Literal)>;

/// What is wrong with the text, and at which byte.
pub type Problem = String;

const MAX_DEPTH: usize = 8;

/// Parses a text of one dictionary, which may have white space and comments around it.
pub fn parse_dictionary(text: &[u8]) -> Result<Pairs, Problem> {
    let mut parser = Parser { text, at: 0 };
    let pairs = parser.dictionary()?;
    match parser.peek() {
        None => Ok(pairs),
        Some(_) => Err(parser.expected("the end of the header")),
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    /// The problem that something else was expected at the current byte.
    fn expected(&self, wanted: &str) -> Problem {
        match self.text.get(self.at) {
            Some(found) => format!(
                "its header has '{}' at byte {} of its text; expected {wanted}",
                found.escape_ascii(),
                self.at
            ),
            None => format!("its header ends early; expected {wanted}"),
        }
    }

    /// Skips white space and comments, and returns the next byte.
    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => self.at += 1,
                b'#' => {
                    let rest = &self.text[self.at..];
                    let length = rest.iter().position(|byte| *byte == b'\n');
                    self.at += length.unwrap_or(rest.len());
                }
                byte => return Some(*byte),
            }
        }
        None
    }

    /// The opening quote, if a string comes next. Skips the prefix `u`, which Python 2 wrote, and `r`.
    fn peek_quote(&mut self) -> Option<u8> {
        let first = self.peek()?;
        let quote = |byte: &u8| matches!(byte, b'\'' | b'"');
        if quote(&first) {
            return Some(first);
        }
        let second = self.text.get(self.at + 1).copied().filter(quote)?;
        let is_prefix = matches!(first, b'u' | b'U' | b'r' | b'R');
        self.at += usize::from(is_prefix);
        is_prefix.then_some(second)
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn require(&mut self, byte: u8) -> Result<(), Problem> {
        if self.take(byte) {
            return Ok(());
        }
        Err(self.expected(&format!("'{}'", byte as char)))
    }

    fn dictionary(&mut self) -> Result<Pairs, Problem> {
        let mut pairs = Pairs::new();
        self.require(b'{')?;
        while !self.take(b'}') {
            if !pairs.is_empty() {
                self.require(b',')?;
                if self.take(b'}') {
                    break;
                }
            }
            let key = match self.peek_quote() {
                Some(quote) => self.string(quote)?,
                None => return Err(self.expected("a key")),
            };
            self.require(b':')?;
            pairs.push((key, self.literal(0)?));
        }
        Ok(pairs)
    }

    fn literal(&mut self, depth: usize) -> Result<Literal, Problem> {
        if depth > MAX_DEPTH {
            return Err(self.expected("a value that is nested less deeply"));
        }
        if let Some(quote) = self.peek_quote() {
            return self.string(quote).map(Literal::Text);
        }
        match self.peek() {
            Some(b'(') => self.parenthesized(depth),
            Some(b'[') => Ok(Literal::List(self.items(b']', depth)?.0)),
            Some(b'-' | b'0'..=b'9') => self.integer(),
            Some(b'A'..=b'Z') => self.name(),
            _ => Err(self.expected("a value")),
        }
    }

    /// A tuple, or one value in parentheses.
    fn parenthesized(&mut self, depth: usize) -> Result<Literal, Problem> {
        let (mut items, comma) = self.items(b')', depth)?;
        match items.pop() {
            Some(only) if items.is_empty() && !comma => Ok(only),
            last => {
                items.extend(last);
                Ok(Literal::Tuple(items))
            }
        }
    }

    /// The items between brackets, and whether a comma follows the last one.
    fn items(&mut self, close: u8, depth: usize) -> Result<(Vec<Literal>, bool), Problem> {
        self.at += 1;
        let (mut items, mut comma) = (Vec::new(), true);
        while !self.take(close) {
            if !comma {
                return Err(self.expected("',' or a closing bracket"));
            }
            items.push(self.literal(depth + 1)?);
            comma = self.take(b',');
        }
        Ok((items, comma))
    }

    fn integer(&mut self) -> Result<Literal, Problem> {
        let negative = self.take(b'-');
        let start = self.at;
        let digits = self.text[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.at += digits;
        let text = &self.text[start..self.at];
        if text.is_empty() || (text[0] == b'0' && text.iter().any(|digit| *digit != b'0')) {
            self.at = start;
            return Err(self.expected("a whole number"));
        }
        let value = text.iter().try_fold(0u64, |value, digit| {
            value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        });
        // Python 2 wrote an L after long integers.
        self.at += usize::from(self.text.get(self.at) == Some(&b'L'));
        Ok(Literal::Integer(value.filter(|_| !negative), start..self.at))
    }

    fn name(&mut self) -> Result<Literal, Problem> {
        let rest = &self.text[self.at..];
        let length = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let literal = match &rest[..length] {
            b"True" => Literal::Bool(true),
            b"False" => Literal::Bool(false),
            b"None" => Literal::None,
            _ => return Err(self.expected("a value")),
        };
        self.at += length;
        Ok(literal)
    }

    /// A string on one line. A backslash and the byte after it are kept as they are.
    fn string(&mut self, quote: u8) -> Result<String, Problem> {
        let start = self.at + 1;
        let mut end = start;
        loop {
            match self.text.get(end) {
                Some(byte) if *byte == quote => break,
                Some(b'\\') => end += 2,
                None | Some(b'\n' | b'\0') => {
                    self.at = end.min(self.text.len());
                    return Err(self.expected("the end of a string"));
                }
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
        Ok(String::from_utf8_lossy(&self.text[start..end]).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Result<Literal, Problem> {
        let text = format!("{{'k': {text}}}");
        let mut pairs = parse_dictionary(text.as_bytes())?;
        assert_eq!(pairs.len(), 1);
        Ok(pairs.remove(0).1)
    }

    fn five(start: usize) -> Literal {
        Literal::Integer(Some(5), start..start + 1)
    }

    #[test]
    fn parse_of_literals_gives_what_python_reads() {
        assert_eq!(only("'<i4'"), Ok(Literal::Text(String::from("<i4"))));
        assert_eq!(only("\"it's\""), Ok(Literal::Text(String::from("it's"))));
        for prefix in ["u", "U", "r", "R"] {
            let text = format!("{prefix}'<i4'");
            assert_eq!(only(&text), Ok(Literal::Text(String::from("<i4"))));
        }
        let pairs = parse_dictionary(b"{u'descr': u\"<i4\"}").unwrap();
        assert_eq!(
            pairs,
            [(String::from("descr"), Literal::Text(String::from("<i4")))]
        );
        assert_eq!(only("True"), Ok(Literal::Bool(true)));
        assert_eq!(only("None"), Ok(Literal::None));
        assert_eq!(only("5"), Ok(five(6)));
        assert_eq!(only("(5)"), Ok(five(7)));
        assert_eq!(only("(5,)"), Ok(Literal::Tuple(vec![five(7)])));
        assert_eq!(only("( 5 , 5\n)"), Ok(Literal::Tuple(vec![five(8), five(12)])));
        assert_eq!(only("()"), Ok(Literal::Tuple(vec![])));
        assert_eq!(only("[5]"), Ok(Literal::List(vec![five(7)])));
        assert_eq!(
            only("(-5,)"),
            Ok(Literal::Tuple(vec![Literal::Integer(None, 8..9)]))
        );
        assert_eq!(only("99999999999999999999"), Ok(Literal::Integer(None, 6..26)));
        assert_eq!(
            only("18446744073709551615"),
            Ok(Literal::Integer(Some(u64::MAX), 6..26))
        );
        assert_eq!(only("5L"), Ok(Literal::Integer(Some(5), 6..8)));
        assert_eq!(only("00"), Ok(Literal::Integer(Some(0), 6..8)));
    }

    #[test]
    fn parse_of_what_python_refuses_fails() {
        for text in [
            "", "05", "5 5", "(5", "(,)", "(5,,)", "'a", "'a\nb'", "a", "True1", "5_0", "{}", "5.0", "-",
            "(5]", "\0", "'\\", "ur'a'", "x'a'", "u 'a'", "u",
        ] {
            only(text).unwrap_err();
        }
        // NumPy does not accept bytes as a name.
        only("b'a'").unwrap_err();
        for text in [
            "",
            "{",
            "}",
            "{'a'}",
            "{'a': 1 'b': 2}",
            "{, }",
            "{'a': 1},",
            "{1: 2}",
            "5",
            "{}{}",
        ] {
            parse_dictionary(text.as_bytes()).unwrap_err();
        }
        only(&"(".repeat(100_000)).unwrap_err();
    }

    #[test]
    fn parse_ignores_comments_and_white_space() {
        let pairs = parse_dictionary(b" { # {\n'a':1,\t}  \n # 'b'").unwrap();
        assert_eq!(pairs, [(String::from("a"), Literal::Integer(Some(1), 11..12))]);
        assert_eq!(parse_dictionary(b"{}").unwrap(), []);
    }
}
