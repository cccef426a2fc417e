//! Reading a component that comes in pieces: everything about it is checked, and only a part of it is ever in memory.
//!
//! The contents of data segments and of large custom sections are passed over: no bytes in them are wrong. In their place the
//! validator sees segments of the same kind and place that are empty. All else is validated as `wasmparser` does of a whole.

use hotswap_model::Digest;
use wasmparser::{
    BinaryReader, BinaryReaderError, Chunk, ConstExpr, Encoding, FuncValidatorAllocations, Parser, Payload, ValidPayload, Validator,
};

use crate::{ComponentError, ComponentInfo};

/// Most bytes of a component in text: it is translated as a whole.
pub const MOST_TEXT: usize = 8 << 20;
/// Most bytes of a section that is looked at as a whole: types, imports, tables and such.
const MOST_SECTION: u64 = 16 << 20;
/// Sections up to this size are never passed over.
const SMALL: u64 = 64 << 10;
/// Most bytes that tell where a data segment goes, and that a custom section's name may have.
const MOST_HEAD: usize = 64 << 10;

const MAGIC: &[u8; 4] = b"\0asm";
const HEADER: u64 = 8;
const CUSTOM: u8 = 0;
const DATA: u8 = 11;

/// Looks at a component piece by piece: [`Inspector::update`] with each, then [`Inspector::finish`].
pub struct Inspector {
    size: u64,
    form: Form,
}

enum Form {
    /// Too few bytes to tell.
    Unknown(Vec<u8>),
    /// As text, kept as a whole.
    Text(Vec<u8>),
    Binary(Box<Binary>),
}

impl Default for Inspector {
    fn default() -> Self {
        Self { size: 0, form: Form::Unknown(Vec::new()) }
    }
}

impl Inspector {
    /// Takes the next piece.
    ///
    /// # Errors
    /// What is wrong with the component, as early as it can be told. Nothing more is to be given it then.
    pub fn update(&mut self, piece: &[u8]) -> Result<(), ComponentError> {
        self.size += piece.len() as u64;
        if let Form::Unknown(begin) = &mut self.form {
            begin.extend_from_slice(piece);
            if begin.len() < MAGIC.len() {
                return Ok(());
            }
            let begin = std::mem::take(begin);
            return match begin.starts_with(MAGIC) {
                true => {
                    let mut binary = Box::new(Binary::default());
                    let taken = binary.take(&begin, false);
                    self.form = Form::Binary(binary);
                    taken
                }
                false => {
                    self.form = Form::Text(Vec::new());
                    self.take_text(&begin)
                }
            };
        }
        match &mut self.form {
            Form::Binary(binary) => binary.take(piece, false),
            _ => self.take_text(piece),
        }
    }

    fn take_text(&mut self, piece: &[u8]) -> Result<(), ComponentError> {
        let Form::Text(text) = &mut self.form else { return Ok(()) };
        let is_first = text.is_empty();
        text.extend_from_slice(piece);
        // What is no text is told at once, before gigabytes of it have come.
        if is_first && matches!(wat::Detect::from_bytes(&*text), wat::Detect::Unknown) && !looks_like_text(text) {
            return Err(crate::inspect::not_wasm(text));
        }
        if text.len() > MOST_TEXT {
            return Err(ComponentError::TextTooLarge { limit: MOST_TEXT as u64 });
        }
        Ok(())
    }

    /// What the component is, now that all of it has come. Its digest whoever had the pieces knows.
    ///
    /// # Errors
    /// What is wrong with it, what only shows at the end included: that it was cut short.
    pub fn finish(self, digest: Digest) -> Result<ComponentInfo, ComponentError> {
        let size = self.size;
        let (imports, exports) = match self.form {
            Form::Binary(mut binary) => {
                binary.take(&[], true)?;
                binary.names()
            }
            Form::Unknown(begin) | Form::Text(begin) => {
                let translated = crate::to_binary(&begin)?;
                let mut binary = Binary::default();
                binary.take(&translated, true)?;
                binary.names()
            }
        };
        Ok(ComponentInfo { digest, size, imports, exports })
    }
}

/// Whether this may be the beginning of a text that `wat` needs more of to know it.
fn looks_like_text(begin: &[u8]) -> bool {
    match std::str::from_utf8(begin) {
        Ok(text) => text.trim_start().starts_with(['(', ';']) || text.trim_start().is_empty(),
        // A character that is cut at the end.
        Err(error) => error.error_len().is_none() && looks_like_text(&begin[..error.valid_up_to()]),
    }
}

/// A component in the binary format.
struct Binary {
    /// What has come and isn't read yet, from `at` on.
    buffer: Vec<u8>,
    read: usize,
    /// How many bytes lie before what isn't read yet.
    at: u64,
    validator: Validator,
    allocations: FuncValidatorAllocations,
    /// The component, and what is nested in it where the reading is.
    frames: Vec<Frame>,
    passing: Passing,
    /// Where the section of the outermost component ends that is being read.
    announced: u64,
    imports: Vec<String>,
    exports: Vec<String>,
}

/// A component or module.
struct Frame {
    parser: Parser,
    encoding: Option<Encoding>,
    /// Where it ends; absent for the outermost one, which ends where the bytes do.
    end: Option<u64>,
    /// Bytes that its parser was not shown.
    hidden: u64,
    /// Functions whose code comes next.
    bodies: u32,
}

/// What is passed over.
enum Passing {
    Nothing,
    /// So many bytes, then sections follow.
    Custom {
        left: u64,
    },
    Data(Box<Data>),
}

/// A data section, of which only the places of its segments are kept.
struct Data {
    end: u64,
    /// Bytes of the section, with its head.
    size: u64,
    segments: Option<u32>,
    /// Bytes of the segment that is passed over.
    left: u64,
    /// The section with empty segments.
    emptied: Vec<u8>,
}

enum Step {
    Done,
    NeedMore,
    End,
}

impl Default for Binary {
    fn default() -> Self {
        let outermost = Frame { parser: Parser::new(0), encoding: None, end: None, hidden: 0, bodies: 0 };
        Self {
            buffer: Vec::new(),
            read: 0,
            at: 0,
            validator: Validator::new(),
            allocations: FuncValidatorAllocations::default(),
            frames: vec![outermost],
            passing: Passing::Nothing,
            announced: HEADER,
            imports: Vec::new(),
            exports: Vec::new(),
        }
    }
}

impl Binary {
    fn names(mut self) -> (Vec<String>, Vec<String>) {
        self.imports.sort();
        self.exports.sort();
        (self.imports, self.exports)
    }

    /// Takes the next bytes and reads as far as they go; to the end if they are the last.
    fn take(&mut self, piece: &[u8], is_last: bool) -> Result<(), ComponentError> {
        self.buffer.drain(..self.read);
        self.read = 0;
        self.buffer.extend_from_slice(piece);
        loop {
            match self.step(is_last)? {
                Step::Done => {}
                Step::NeedMore if is_last => return Err(self.truncated()),
                Step::NeedMore | Step::End => return Ok(()),
            }
        }
    }

    /// The end came where more was announced.
    fn truncated(&self) -> ComponentError {
        let have = self.at + self.rest().len() as u64;
        ComponentError::Truncated { have, need: self.announced.max(have + 1) }
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.read..]
    }

    fn consume(&mut self, bytes: usize) {
        self.read += bytes;
        self.at += bytes as u64;
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the outermost component is left only at the end")
    }

    fn step(&mut self, is_last: bool) -> Result<Step, ComponentError> {
        match &mut self.passing {
            Passing::Nothing => {}
            Passing::Custom { left } => {
                let (wanted, there) = (*left, (self.buffer.len() - self.read) as u64);
                let passed = wanted.min(there);
                *left -= passed;
                if *left == 0 {
                    self.passing = Passing::Nothing;
                }
                self.consume(passed as usize);
                return Ok(if passed < wanted { Step::NeedMore } else { Step::Done });
            }
            Passing::Data(_) => return self.pass_data(is_last),
        }
        let (at, there) = (self.at, self.rest().len() as u64);
        let frame = self.frame();
        let within = frame.end.map_or(there, |end| there.min(end - at));
        let is_end = frame.end.map_or(is_last, |end| at + within == end);
        let in_code = frame.bodies > 0;
        let at_section = frame.encoding.is_some() && !in_code && within > 0;
        if at_section && let Some(step) = self.begin_section(within as usize, is_end)? {
            return Ok(step);
        }
        self.parse(within as usize, is_end)
    }

    /// At the head of a section: passes it over if it is to be, refuses what is too large. Absent: it is read.
    fn begin_section(&mut self, within: usize, is_end: bool) -> Result<Option<Step>, ComponentError> {
        let bytes = &self.rest()[..within];
        let id = bytes[0];
        let (length, width) = match leb128_u32(&bytes[1..]) {
            Leb::Value { value, width } => (u64::from(value), width),
            Leb::Short if !is_end => return Ok(Some(Step::NeedMore)),
            // What is wrong here the parser says; of a truncation it is told where.
            Leb::Short if self.frames.len() == 1 => return Err(self.truncated()),
            Leb::Short | Leb::Malformed => return Ok(None),
        };
        let head = 1 + width as usize;
        let begin = self.at + head as u64;
        let end = begin + length;
        if self.frames.len() == 1 {
            self.announced = end;
        }
        if self.frame().end.is_some_and(|outer| end > outer) {
            return Err(invalid_at("a section is longer than what it is in", self.at));
        }
        let is_module = self.frame().encoding == Some(Encoding::Module);
        match id {
            CUSTOM if length > SMALL => {
                let wanted = MOST_HEAD.min(length as usize);
                let Some(name) = self.rest().get(head..head + wanted) else { return Ok(Some(Step::NeedMore)) };
                BinaryReader::new(name, begin).read_string().map_err(|error| invalid(&error, 0))?;
                self.frame().hidden += head as u64 + length;
                self.passing = Passing::Custom { left: head as u64 + length };
                Ok(Some(Step::Done))
            }
            DATA if is_module && length > SMALL => {
                self.consume(head);
                let data = Data { end, size: head as u64 + length, segments: None, left: 0, emptied: Vec::new() };
                self.passing = Passing::Data(Box::new(data));
                Ok(Some(Step::Done))
            }
            // Code comes function by function, and what is nested section by section.
            10 if is_module => Ok(None),
            1 | 4 if !is_module => Ok(None),
            _ if length > MOST_SECTION => {
                let (has, most) = (length >> 20, MOST_SECTION >> 20);
                let reason = format!("a section that is neither code, data nor custom has {has} MiB, where {most} MiB are allowed");
                Err(invalid_at(&reason, self.at))
            }
            _ => Ok(None),
        }
    }

    /// Has the parser read on.
    fn parse(&mut self, within: usize, is_end: bool) -> Result<Step, ComponentError> {
        let at = self.at;
        let depth = self.frames.len();
        let frame = self.frames.last_mut().expect("the outermost component is left only at the end");
        let hidden = frame.hidden;
        let bytes = &self.buffer[self.read..self.read + within];
        let chunk = frame.parser.parse(bytes, is_end && (frame.end.is_some() || bytes.is_empty()));
        let (consumed, payload) = match chunk.map_err(|error| invalid(&error, hidden))? {
            Chunk::NeedMoreData(_) if is_end && frame.end.is_some() => return Err(invalid_at("it ends in the middle of something", at)),
            Chunk::NeedMoreData(_) => return Ok(Step::NeedMore),
            Chunk::Parsed { consumed, payload } => (consumed, payload),
        };
        match &payload {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 1 => return Err(ComponentError::CoreModule),
            Payload::Version { encoding, .. } => frame.encoding = Some(*encoding),
            Payload::CodeSectionStart { count, .. } => frame.bodies = *count,
            Payload::CodeSectionEntry(_) => frame.bodies -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section.clone() {
                    self.imports.push(import.map_err(|error| invalid(&error, hidden))?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section.clone() {
                    self.exports.push(export.map_err(|error| invalid(&error, hidden))?.name.name.to_owned());
                }
            }
            _ => {}
        }
        let validated = self.validator.payload(&payload).map_err(|error| invalid(&error, hidden))?;
        let nested = match (&payload, validated) {
            (Payload::ModuleSection { unchecked_range: range, .. } | Payload::ComponentSection { unchecked_range: range, .. }, _) => {
                Some(range.end - range.start)
            }
            (_, ValidPayload::Func(function, body)) => {
                let mut function = function.into_validator(std::mem::take(&mut self.allocations));
                function.validate(&body).map_err(|error| invalid(&error, hidden))?;
                self.allocations = function.into_allocations();
                None
            }
            _ => None,
        };
        let is_over = matches!(payload, Payload::End(_));
        self.consume(consumed);
        if let Some(length) = nested {
            // Its end is known here; a parser of its own can be shown less than there is.
            let begin = self.at;
            let inner = Frame { parser: Parser::new(begin), encoding: None, end: Some(begin + length), hidden: 0, bodies: 0 };
            self.frames.push(inner);
        } else if is_over {
            if self.frames.len() == 1 {
                return Ok(Step::End);
            }
            self.frames.pop();
        }
        Ok(Step::Done)
    }

    /// Passes over the bytes of data segments; at the section's end shows it to the parser, emptied.
    fn pass_data(&mut self, is_last: bool) -> Result<Step, ComponentError> {
        let Passing::Data(data) = &mut self.passing else { return Ok(Step::Done) };
        let there = &self.buffer[self.read..];
        let passed = data.left.min(there.len() as u64);
        if passed > 0 {
            data.left -= passed;
            self.consume(passed as usize);
            return Ok(Step::Done);
        }
        if data.left > 0 {
            return Ok(Step::NeedMore);
        }
        let is_over = data.segments == Some(0);
        if is_over {
            return self.end_data();
        }
        let within = there.len().min(usize::try_from(data.end - self.at).unwrap_or(usize::MAX));
        let is_whole = self.at + within as u64 == data.end;
        let mut reader = BinaryReader::new(&there[..within], self.at);
        let head = match data.segments {
            None => reader.read_var_u32().map(Some).map(|count| (count, reader.original_position(), 0)),
            Some(_) => segment(&mut reader).map(|(place, length)| (None, place, u64::from(length))),
        };
        let read = (reader.original_position() - self.at) as usize;
        let (count, place, length) = match head {
            Ok(head) => head,
            // More of the section may tell.
            Err(_) if !is_whole && (is_last || within < MOST_HEAD) => return Ok(Step::NeedMore),
            Err(error) => return Err(invalid(&error, 0)),
        };
        data.emptied.extend_from_slice(&there[..(place - self.at) as usize]);
        match count {
            Some(_) => data.segments = count,
            None => {
                data.emptied.push(0);
                data.segments = data.segments.map(|left| left - 1);
                data.left = length;
            }
        }
        if self.at + read as u64 + length > data.end {
            return Err(invalid_at("a data segment is longer than its section", self.at));
        }
        if data.emptied.len() as u64 > MOST_SECTION {
            return Err(invalid_at("a data section has too many segments", self.at));
        }
        self.consume(read);
        Ok(Step::Done)
    }

    fn end_data(&mut self) -> Result<Step, ComponentError> {
        let Passing::Data(data) = std::mem::replace(&mut self.passing, Passing::Nothing) else { return Ok(Step::Done) };
        if self.at != data.end {
            return Err(invalid_at("a data section is longer than its segments", self.at));
        }
        let mut section = vec![DATA];
        let mut length = data.emptied.len();
        while length >= 0x80 {
            section.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        section.push(length as u8);
        section.extend_from_slice(&data.emptied);
        let frame = self.frames.last_mut().expect("a data section is in a module");
        let hidden = frame.hidden;
        match frame.parser.parse(&section, false).map_err(|error| invalid(&error, hidden))? {
            Chunk::Parsed { payload, .. } => {
                self.validator.payload(&payload).map_err(|error| invalid(&error, hidden))?;
            }
            Chunk::NeedMoreData(_) => return Err(invalid_at("a data section cannot be read", self.at)),
        }
        frame.hidden += data.size - section.len() as u64;
        Ok(Step::Done)
    }
}

/// The head of a data segment: where its place ends and its length begins, and the length.
fn segment(reader: &mut BinaryReader<'_>) -> Result<(u64, u32), BinaryReaderError> {
    match reader.read_var_u32()? {
        0 => {
            reader.read::<ConstExpr<'_>>()?;
        }
        2 => {
            reader.read_var_u32()?;
            reader.read::<ConstExpr<'_>>()?;
        }
        // One that is placed by code, or a kind of which the parser says that there is none.
        _ => {}
    }
    let place = reader.original_position();
    Ok((place, reader.read_var_u32()?))
}

enum Leb {
    Value { value: u32, width: u64 },
    Short,
    Malformed,
}

fn leb128_u32(bytes: &[u8]) -> Leb {
    let mut value = 0_u64;
    for index in 0..5 {
        let Some(byte) = bytes.get(index) else { return Leb::Short };
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return match u32::try_from(value) {
                Ok(value) => Leb::Value { value, width: index as u64 + 1 },
                Err(_) => Leb::Malformed,
            };
        }
    }
    Leb::Malformed
}

/// An error of the parser, where it is in the file: the parser counts only what it was shown.
fn invalid(error: &BinaryReaderError, hidden: u64) -> ComponentError {
    invalid_at(error.message(), error.offset() + hidden)
}

fn invalid_at(reason: &str, at: u64) -> ComponentError {
    ComponentError::Invalid { reason: format!("{reason} (at byte {at})") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wasmparser::WasmFeatures;

    use super::*;
    use crate::{Component, to_binary};

    const GREETER: &[u8] = include_bytes!("../../../examples/plugins/greeter/greeter-1.0.0.wat");

    /// A component with so much data, and with a custom section within the module and one outside.
    fn large(data: usize, custom: usize) -> Vec<u8> {
        let segment = "x".repeat(data);
        let pages = data / 65_536 + 2;
        let text = format!(
            r#"(component
                (core module $M
                  (memory (export "m") {pages})
                  (func (export "run") (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 0)))
                  (data (i32.const 16) "{segment}")
                  (data "passive")
                  (@custom "inner" "{inner}"))
                (core instance $m (instantiate $M))
                (func $run (canon lift (core func $m "run")))
                (export "run" (func $run))
                (@custom "outer" "{inner}"))"#,
            inner = "c".repeat(custom),
        );
        to_binary(text.as_bytes()).unwrap().into_owned()
    }

    fn in_pieces(bytes: &[u8], size: usize) -> Result<ComponentInfo, ComponentError> {
        let mut inspector = Inspector::default();
        for piece in bytes.chunks(size) {
            inspector.update(piece)?;
        }
        inspector.finish(Digest::of(bytes))
    }

    /// What `wasmparser` says of the whole.
    fn is_valid(bytes: &[u8]) -> bool {
        Validator::new_with_features(WasmFeatures::default()).validate_all(bytes).is_ok()
    }

    #[test]
    fn large_data_and_custom_sections_are_passed_over_however_the_bytes_come() {
        let bytes = large(200_000, 100_000);
        assert!(is_valid(&bytes));
        for size in [1, 7, 4_096, 65_537, bytes.len()] {
            let info = in_pieces(&bytes, size).unwrap();
            assert_eq!(info.exports, ["run"], "in pieces of {size}");
            assert_eq!(info.size, bytes.len() as u64);
        }
    }

    #[test]
    fn what_is_kept_while_a_large_component_comes_is_little() {
        let bytes = large(8 << 20, 8 << 20);
        let mut inspector = Inspector::default();
        for piece in bytes.chunks(10_000) {
            inspector.update(piece).unwrap();
            let Form::Binary(binary) = &inspector.form else { continue };
            assert!(binary.buffer.capacity() < 512 << 10, "{}", binary.buffer.capacity());
        }
        inspector.finish(Digest::of(&bytes)).unwrap();
    }

    #[test]
    fn a_component_with_large_sections_says_where_it_was_cut() {
        let bytes = large(100_000, 100_000);
        for cut in (1..bytes.len()).step_by(997) {
            match in_pieces(&bytes[..cut], 10_000) {
                Err(ComponentError::Truncated { have, need }) => {
                    assert!(have == cut as u64 && need > have && need <= bytes.len() as u64, "{have} {need}");
                }
                other => assert!(is_valid(&bytes[..cut]), "cut at {cut}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_error_behind_what_was_passed_over_is_told_where_it_is_in_the_file() {
        let mut bytes = large(100_000, 100_000);
        let end = bytes.len();
        // A section of a kind there is none of; what is told is where its content begins.
        bytes.extend_from_slice(&[99, 1, 0]);
        let end = end + 2;
        let error = in_pieces(&bytes, 5_000).unwrap_err().to_string();
        assert!(error.contains(&format!("(at byte {end})")), "{error}");
    }

    #[test]
    fn what_is_no_webassembly_is_told_from_its_first_piece_and_a_large_text_from_its_size() {
        let mut inspector = Inspector::default();
        assert!(matches!(inspector.update(b"%PDF-1.7 and so on"), Err(ComponentError::NotWasm { .. })));
        let mut inspector = Inspector::default();
        let error = (0..100).find_map(|_| inspector.update(" (component)".repeat(100_000).as_bytes()).err()).unwrap();
        assert_eq!(error.to_string(), "a text of more than 8 MiB; give the component as `.wasm`");
    }

    proptest! {
        #[test]
        fn a_damaged_component_is_judged_as_a_whole_is(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
            size in 1..5_000_usize,
            which in 0..2,
        ) {
            let mut bytes = if which == 0 { to_binary(GREETER).unwrap().into_owned() } else { large(70_000, 70_000) };
            // In the heads of sections it hurts most.
            let reach = bytes.len().min(400);
            for (index, byte) in damage {
                let at = index.index(reach);
                bytes[at] = byte;
            }
            let whole = Component::inspect(&bytes);
            prop_assert_eq!(&in_pieces(&bytes, size), &whole);
            prop_assert_eq!(whole.is_ok(), is_valid(&bytes) && !matches!(whole, Err(ComponentError::CoreModule)), "{:?}", whole);
        }
    }
}
