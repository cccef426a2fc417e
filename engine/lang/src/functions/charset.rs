//! The few character sets that text is turned into and read from.

/// A character set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    /// With a mark of the byte order at the start; big-endian when written.
    Utf16,
    Utf16Le,
    Utf16Be,
    Latin1,
    Ascii,
    Windows1252,
}

/// The characters of 0x80 to 0x9f in windows-1252; the five codes it leaves out are `\0` here.
const WINDOWS: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•', '–', '—', '˜', '™',
    'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

impl Charset {
    /// The character set of that name, as the IANA registers it or by one of its usual aliases; case doesn't matter.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "csutf8" => Self::Utf8,
            "utf-16" | "csutf16" => Self::Utf16,
            "utf-16le" | "csutf16le" => Self::Utf16Le,
            "utf-16be" | "csutf16be" => Self::Utf16Be,
            "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "latin1" | "l1" | "iso-ir-100" | "ibm819" | "cp819" | "csisolatin1" => {
                Self::Latin1
            }
            "us-ascii" | "ascii" | "us" | "ansi_x3.4-1968" | "ansi_x3.4-1986" | "iso646-us" | "iso-ir-6" | "csascii" => Self::Ascii,
            "windows-1252" | "cswindows1252" => Self::Windows1252,
            _ => return None,
        })
    }

    /// The text in this set, or the first character it doesn't have.
    pub(super) fn encode(self, text: &str) -> Result<Vec<u8>, char> {
        let bytes = |to_byte: fn(char) -> Option<u8>| text.chars().map(|character| to_byte(character).ok_or(character)).collect();
        match self {
            Self::Utf8 => Ok(text.as_bytes().to_vec()),
            Self::Utf16 => Ok([0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()),
            Self::Utf16Be => Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Self::Utf16Le => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Latin1 => bytes(|character| u8::try_from(character).ok()),
            Self::Ascii => bytes(|character| u8::try_from(character).ok().filter(u8::is_ascii)),
            Self::Windows1252 => bytes(windows_byte),
        }
    }

    /// The text that bytes in this set are; `None` if they are none.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
            Self::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
                [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
                rest => utf16(rest, u16::from_be_bytes),
            },
            Self::Utf16Be => utf16(bytes, u16::from_be_bytes),
            Self::Utf16Le => utf16(bytes, u16::from_le_bytes),
            Self::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
            Self::Ascii => bytes.iter().map(|byte| byte.is_ascii().then(|| char::from(*byte))).collect(),
            Self::Windows1252 => bytes.iter().copied().map(windows_character).collect(),
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (units, []) = bytes.as_chunks::<2>() else { return None };
    String::from_utf16(&units.iter().copied().map(unit).collect::<Vec<_>>()).ok()
}

fn windows_character(byte: u8) -> Option<char> {
    match byte {
        0x80..=0x9f => Some(WINDOWS[usize::from(byte - 0x80)]).filter(|character| *character != '\0'),
        byte => Some(char::from(byte)),
    }
}

fn windows_byte(character: char) -> Option<u8> {
    if let Some(position) = WINDOWS.iter().position(|windows| *windows == character && character != '\0') {
        return u8::try_from(position).ok().map(|position| position + 0x80);
    }
    u8::try_from(character).ok().filter(|byte| !(0x80..=0x9f).contains(byte))
}
