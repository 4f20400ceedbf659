//! A parser for the Python literals in the header of a `.npy` file. It is safe for hostile input: the depth of recursion is limited,
//! and it allocates no more than in proportion to the text.

use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub enum Literal {
    Text(String),
    /// A string that this parser does not read: with half of a surrogate pair, or a character by its name, as in `\N{BULLET}`.
    OtherText,
    Bool(bool),
    /// The value is `None` if it is negative or does not fit 64 bits. The range is that of the digits in the text.
    Integer(Option<u64>, Range<usize>),
    Tuple(Vec<Literal>),
    List(Vec<Literal>),
    None,
}

/// A dictionary with strings as keys. In Python the last of equal keys counts.
#[derive(Debug, PartialEq, Eq)]
pub struct Dictionary {
    pub entries: Vec<Entry>,
    /// Whether there is a comment, in the dictionary or around it.
    pub has_comment: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    pub value: Literal,
    /// The bytes of the value in the text.
    pub at: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Latin1,
    Utf8,
}

impl Encoding {
    /// The text that bytes stand for.
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Encoding::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Encoding::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// What is wrong with the text, and at which byte.
pub type Problem = String;

const MAX_DEPTH: usize = 8;

/// Parses a text of one dictionary, which may have white space and comments around it.
pub fn parse_dictionary(text: &[u8], encoding: Encoding) -> Result<Dictionary, Problem> {
    let mut parser = Parser {
        text,
        encoding,
        at: 0,
        has_comment: false,
    };
    let entries = parser.entries()?;
    match parser.peek() {
        None => Ok(Dictionary {
            entries,
            has_comment: parser.has_comment,
        }),
        Some(_) => Err(parser.expected("the end of the header")),
    }
}

struct Parser<'a> {
    text: &'a [u8],
    encoding: Encoding,
    at: usize,
    has_comment: bool,
}

impl Parser<'_> {
    /// The problem that something else was expected at the current byte.
    fn expected(&self, wanted: &str) -> Problem {
        match self.text.get(self.at) {
            Some(found) => format!(
                "its header is wrong at byte {} of its text: expected {wanted}, got '{}'",
                self.at,
                found.escape_ascii()
            ),
            None => format!("its header ends early: expected {wanted}"),
        }
    }

    /// Skips white space and comments, and returns the next byte.
    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => self.at += 1,
                b'#' => {
                    self.has_comment = true;
                    let rest = &self.text[self.at..];
                    let length = rest.iter().position(|byte| *byte == b'\n');
                    self.at += length.unwrap_or(rest.len());
                }
                byte => return Some(*byte),
            }
        }
        None
    }

    /// The string that comes next, if one does. It may have the prefix `u`, which Python 2 wrote, or `r`.
    fn string(&mut self) -> Option<Result<Literal, Problem>> {
        let first = self.peek()?;
        let quote = |byte: &u8| matches!(byte, b'\'' | b'"');
        if quote(&first) {
            return Some(self.quoted(first, false));
        }
        let second = self.text.get(self.at + 1).copied().filter(quote)?;
        let is_raw = matches!(first, b'r' | b'R');
        if !is_raw && !matches!(first, b'u' | b'U') {
            return None;
        }
        self.at += 1;
        Some(self.quoted(second, is_raw))
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

    fn entries(&mut self) -> Result<Vec<Entry>, Problem> {
        let mut entries = Vec::new();
        self.require(b'{')?;
        while !self.take(b'}') {
            if !entries.is_empty() {
                self.require(b',')?;
                if self.take(b'}') {
                    break;
                }
            }
            let Some(Literal::Text(key)) = self.string().transpose()? else {
                return Err(self.expected("a key"));
            };
            self.require(b':')?;
            self.peek();
            let start = self.at;
            let value = self.literal(0)?;
            let at = start..self.at;
            entries.push(Entry { key, value, at });
        }
        Ok(entries)
    }

    fn literal(&mut self, depth: usize) -> Result<Literal, Problem> {
        if depth > MAX_DEPTH {
            return Err(self.expected("a value that is nested less deeply"));
        }
        if let Some(string) = self.string() {
            return string;
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

    /// A string on one line, whose opening quote comes next.
    fn quoted(&mut self, quote: u8, is_raw: bool) -> Result<Literal, Problem> {
        let start = self.at + 1;
        let mut end = start;
        loop {
            match self.text.get(end) {
                Some(byte) if *byte == quote => break,
                Some(b'\\') if self.text.get(end + 1) != Some(&b'\0') => end += 2,
                None | Some(b'\n' | b'\r' | b'\0') => {
                    self.at = end.min(self.text.len());
                    return Err(self.expected("the end of a string"));
                }
                Some(_) => end += 1,
            }
        }
        let text = self.encoding.decode(&self.text[start..end]);
        if is_raw || !text.contains('\\') {
            self.at = end + 1;
            return Ok(Literal::Text(text));
        }
        self.at = start;
        let read = unescaped(&text).ok_or_else(|| self.expected("a string with valid escapes"))?;
        self.at = end + 1;
        Ok(read)
    }
}

/// The string that Python reads for the characters between two quotes. `None` if Python does not accept them.
fn unescaped(text: &str) -> Option<Literal> {
    let mut read = String::with_capacity(text.len());
    let mut is_unicode = true;
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        read.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let code = escape.chars().next()?;
        rest = &escape[code.len_utf8()..];
        let octal = || {
            escape
                .bytes()
                .take(3)
                .take_while(|byte| matches!(byte, b'0'..=b'7'))
        };
        let number = match code {
            'x' => Some((rest, 2, 16)),
            'u' => Some((rest, 4, 16)),
            'U' => Some((rest, 8, 16)),
            '0'..='7' => Some((escape, octal().count(), 8)),
            _ => None,
        };
        if let Some((digits, length, radix)) = number {
            let (digits, behind) = digits.split_at_checked(length)?;
            rest = behind;
            let is_number = digits.chars().all(|digit| digit.is_digit(radix));
            let value = u32::from_str_radix(digits, radix).ok().filter(|_| is_number)?;
            match char::from_u32(value) {
                Some(char) => read.push(char),
                // Half of a surrogate pair.
                None if value <= u32::from(char::MAX) => is_unicode = false,
                None => return None,
            }
            continue;
        }
        match code {
            'a' => read.push('\x07'),
            'b' => read.push('\x08'),
            'f' => read.push('\x0c'),
            'n' => read.push('\n'),
            'r' => read.push('\r'),
            't' => read.push('\t'),
            'v' => read.push('\x0b'),
            '\\' | '\'' | '"' => read.push(code),
            // The string goes on in the next line.
            '\n' => {}
            'N' => is_unicode = false,
            // Python keeps what it does not know.
            _ => read.extend(['\\', code]),
        }
    }
    read.push_str(rest);
    Some(if is_unicode {
        Literal::Text(read)
    } else {
        Literal::OtherText
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Result<Literal, Problem> {
        let text = format!("{{'k': {text}}}");
        let mut entries = parse_dictionary(text.as_bytes(), Encoding::Utf8)?.entries;
        assert_eq!(entries.len(), 1);
        let Entry { value, at, .. } = entries.remove(0);
        assert_eq!(&text[5..text.len() - 1].trim(), &&text[at]);
        Ok(value)
    }

    fn text(text: &str) -> Literal {
        Literal::Text(text.to_owned())
    }

    fn parse(text: &str) -> Result<Dictionary, Problem> {
        parse_dictionary(text.as_bytes(), Encoding::Latin1)
    }

    fn five(start: usize) -> Literal {
        Literal::Integer(Some(5), start..start + 1)
    }

    #[test]
    fn parse_of_literals_gives_what_python_reads() {
        assert_eq!(only("'<i4'"), Ok(text("<i4")));
        assert_eq!(only("\"it's\""), Ok(text("it's")));
        for prefix in ["u", "U", "r", "R"] {
            let written = format!("{prefix}'<i4'");
            assert_eq!(only(&written), Ok(text("<i4")));
        }
        let descr = Entry {
            key: String::from("descr"),
            value: text("<i4"),
            at: 11..17,
        };
        assert_eq!(parse("{u'descr': u\"<i4\"}").unwrap().entries, [descr]);
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
            parse(text).unwrap_err();
        }
        only(&"(".repeat(100_000)).unwrap_err();
    }

    #[test]
    fn parse_ignores_comments_and_white_space() {
        let found = parse(" { # {\n'a':1,\t}  \n # 'b'").unwrap();
        let a = Entry {
            key: String::from("a"),
            value: Literal::Integer(Some(1), 11..12),
            at: 11..12,
        };
        assert_eq!((found.entries, found.has_comment), (vec![a], true));
        assert_eq!(parse("{}").unwrap().entries, []);
        assert!(parse("{} #").unwrap().has_comment);
        assert!(!parse("{'#': '#'}").unwrap().has_comment);
    }

    #[test]
    fn parse_of_escapes_gives_the_characters_that_python_reads() {
        for (written, read) in [
            (r#"'q"\'x\\'"#, "q\"'x\\"),
            (r"'\x01\n\x7f\xa0\t\r'", "\x01\n\x7f\u{a0}\t\r"),
            (r"'\u65e5\U0001F600'", "日😀"),
            (r"'\a\b\f\v\0\08\101\1234'", "\x07\x08\x0c\x0b\0\x008AS4"),
            (r"'\q\ü'", r"\q\ü"),
            ("'a\\\nb'", "ab"),
            (r"r'\x'", r"\x"),
            ("'日'", "日"),
        ] {
            assert_eq!(only(written), Ok(text(read)), "{written}");
        }
        for written in [r"'\ud83d\ude00'", r"'a\N{DASH}'"] {
            assert_eq!(only(written), Ok(Literal::OtherText), "{written}");
        }
        for written in [
            r"'\x1'",
            r"'\x+1'",
            r"'\xü'",
            r"'\u12'",
            r"'\UFFFFFFFF'",
            "'a\rb'",
            "'\\\0'",
            r"'\'",
        ] {
            only(written).unwrap_err();
        }
    }

    #[test]
    fn parse_of_bytes_beyond_ascii_depends_on_the_encoding() {
        let written = "{'é': '日'}".as_bytes();
        let [utf8, latin1] = [Encoding::Utf8, Encoding::Latin1]
            .map(|encoding| parse_dictionary(written, encoding).unwrap().entries.remove(0));
        assert_eq!((utf8.key, utf8.value), (String::from("é"), text("日")));
        assert_eq!((latin1.key, latin1.value), (String::from("Ã©"), text("æ\u{97}¥")));
    }
}
