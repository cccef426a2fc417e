//! Where bytes are to be kept, as people write it: a folder, or a bucket and a prefix in it.

use std::path::PathBuf;
use std::str::FromStr;

use crate::StorageError;

/// Where bytes are to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder: `/var/lib/components`, `file:///var/lib/components`.
    Folder(PathBuf),
    /// A bucket: `s3://bucket` or `s3://bucket/prefix`.
    S3 {
        /// Its name.
        bucket: String,
        /// What all keys begin with: empty, or ends in a slash.
        prefix: String,
    },
}

impl FromStr for Location {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, StorageError> {
        // What is written there may hold a secret, so it is not repeated.
        let wrong = |reason: &str| Err(StorageError::Setup { reason: reason.to_owned() });
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.is_empty() {
                wrong("the storage is empty; give `s3://bucket/prefix` or a folder")
            } else {
                Ok(Self::Folder(text.into()))
            };
        };
        match scheme {
            "file" if rest.starts_with('/') => Ok(Self::Folder(rest.into())),
            "file" => wrong("a `file://` storage takes a path from the root: `file:///var/lib/components`"),
            "s3" if rest.contains(['@', '?', '#']) => wrong(
                "an `s3://` storage is a bucket and a prefix alone; credentials and the endpoint come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL_S3",
            ),
            "s3" => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                let prefix = prefix.trim_matches('/');
                let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
                if bucket.is_empty() || !bucket.chars().all(plain) {
                    return wrong("an `s3://` storage names a bucket of letters, digits, dots and dashes: `s3://bucket/prefix`");
                }
                if !prefix.chars().all(|c| plain(c) || c == '/') || prefix.split('/').any(|part| part == "." || part == "..") {
                    return wrong("the prefix of an `s3://` storage is of letters, digits, dots, dashes, underscores and slashes");
                }
                let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
                Ok(Self::S3 { bucket: bucket.to_owned(), prefix })
            }
            _ => wrong("a storage is a folder, `file:///folder` or `s3://bucket/prefix`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_buckets_are_read_as_people_write_them() {
        let s3 = |bucket: &str, prefix: &str| Location::S3 { bucket: bucket.into(), prefix: prefix.into() };
        for (text, expected) in [
            ("/var/lib/components", Location::Folder("/var/lib/components".into())),
            ("components", Location::Folder("components".into())),
            ("file:///srv/c", Location::Folder("/srv/c".into())),
            ("s3://bucket", s3("bucket", "")),
            ("s3://bucket/", s3("bucket", "")),
            ("s3://my.bucket/a/b/", s3("my.bucket", "a/b/")),
        ] {
            assert_eq!(text.parse::<Location>().unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_refused_and_not_repeated() {
        for text in [
            "s3://KEY:sesame@bucket",
            "s3://bucket/p?secret=sesame",
            "gs://sesame",
            "s3:///sesame",
            "file://sesame",
            "s3://b/../sesame",
            "",
        ] {
            let error = text.parse::<Location>().unwrap_err().to_string();
            assert!(!error.contains("sesame") && error.contains('`'), "{text}: {error}");
        }
    }
}
