//! Files and paths. Relative paths start where the command runs ([`Scope::folder`](crate::Scope::folder)).

use std::{
    fs,
    io::{ErrorKind, Read},
    path::PathBuf,
};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    signature::{Outcome, function, takes},
};

/// The largest file that is read, in bytes.
const MOST_BYTES: u64 = 256 << 20;

const PATH: Parameter = takes("path", Shape::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function("abspath", "The whole path, from the root", &[PATH], Shape::String, |call| {
        let path = std::path::absolute(call.scope.folder()).map_err(|error| FunctionError::new(error.to_string()))?;
        Ok(clean(&path.join(call.text(0)).to_string_lossy()).into())
    }),
    function("basename", "The last part of a path", &[PATH], Shape::String, |call| Ok(basename(call.text(0)).into())),
    function("dirname", "All of a path but its last part", &[PATH], Shape::String, |call| Ok(dirname(call.text(0)).into())),
    function("file", "The text in a file", &[PATH], Shape::String, |call| Ok(read_text(call, 0)?.into())),
    function("filebase64", "What is in a file, in base64", &[PATH], Shape::String, |call| Ok(STANDARD.encode(read(call, 0)?).into())),
    function("fileexists", "Whether there is a file", &[PATH], Shape::Bool, fileexists),
    function("pathexpand", "The path with ~ at its start replaced by the home folder", &[PATH], Shape::String, pathexpand),
];

/// The path an argument names, as the file system knows it.
pub(super) fn located(call: &Call, index: usize) -> PathBuf {
    let path = call.text(index);
    let path = if path.is_empty() { "." } else { path };
    call.scope.folder().join(expanded(path).unwrap_or_else(|| path.into()))
}

/// What is in the file an argument names.
pub(super) fn read(call: &Call, index: usize) -> Result<Vec<u8>, FunctionError> {
    let (path, given) = (located(call, index), call.text(index));
    let wrong = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => FunctionError::at(
            index,
            format!(
                "must lead to a file, there is none at {given:?}. A file that a resource makes isn't there yet when this is called: take what is in it from the resource"
            ),
        ),
        _ => FunctionError::at(index, format!("must lead to a file that can be read, {given:?} can't: {error}")),
    };
    let metadata = fs::metadata(&path).map_err(wrong)?;
    if metadata.is_dir() {
        return Err(FunctionError::at(index, format!("must lead to a file, {given:?} is a folder")));
    }
    // A device or pipe might never end, and block before it begins.
    if !metadata.is_file() {
        return Err(FunctionError::at(index, format!("must lead to a file, {given:?} is a device, pipe or socket")));
    }
    let mut bytes = Vec::new();
    fs::File::open(&path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(wrong)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(FunctionError::at(index, format!("must lead to a file of at most {} MiB, {given:?} is larger", MOST_BYTES >> 20)));
    }
    Ok(bytes)
}

/// The text in the file an argument names.
pub(super) fn read_text(call: &Call, index: usize) -> Result<String, FunctionError> {
    String::from_utf8(read(call, index)?).map_err(|_| {
        let given = call.text(index);
        FunctionError::at(
            index,
            format!("must lead to a file with text in UTF-8, {given:?} has something else in it; filebase64 reads any file"),
        )
    })
}

fn fileexists(call: &Call) -> Outcome {
    let given = call.text(0);
    match fs::metadata(located(call, 0)) {
        Ok(metadata) if metadata.is_file() => Ok(true.into()),
        Ok(metadata) if metadata.is_dir() => {
            Err(FunctionError::at(0, format!("must lead to a file if to anything, {given:?} is a folder")))
        }
        Ok(_) => Err(FunctionError::at(0, format!("must lead to a file if to anything, {given:?} is a device, pipe or socket"))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false.into()),
        Err(error) => Err(FunctionError::at(0, format!("must lead to where one may look, {given:?} doesn't: {error}"))),
    }
}

fn pathexpand(call: &Call) -> Outcome {
    let path = call.text(0);
    if !path.starts_with('~') {
        return Ok(path.into());
    }
    expanded(path)
        .map(Into::into)
        .ok_or_else(|| FunctionError::at(0, "must begin with ~/ if with ~: other users' home folders aren't looked for"))
}

/// The path with `~` replaced; `None` if there is nothing to replace, or no home folder is known.
fn expanded(path: &str) -> Option<String> {
    let rest = path.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    let home = std::env::home_dir()?;
    Some(clean(&format!("{}/{rest}", home.to_string_lossy())))
}

/// The shortest path that means the same, by its text alone.
pub(super) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let rooted = path.starts_with('/');
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn basename(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    match path.trim_end_matches('/').rsplit('/').next() {
        None | Some("") => "/".to_owned(),
        Some(last) => last.to_owned(),
    }
}

fn dirname(path: &str) -> String {
    clean(path.rfind('/').map_or("", |slash| &path[..=slash]))
}
