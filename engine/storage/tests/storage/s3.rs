//! What is a bucket's own.

use hotswap_model::Digest;
use hotswap_s3_server::{ACCESS_KEY_ID, S3Server};
use hotswap_storage::{S3Config, S3Storage, Storage, StorageError, once};

use crate::kit::{Behind, s3};

fn config(server: &S3Server, secret: &str) -> S3Config {
    let variables = [("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_ENDPOINT_URL_S3", &server.endpoint())]
        .map(|(name, value)| (name, value.to_owned()));
    S3Config::from_variables(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())).unwrap()
}

#[tokio::test]
async fn keys_are_below_the_prefix_and_what_others_keep_in_the_bucket_is_left_alone() {
    let (behind, storage) = s3();
    let Behind::S3(server) = &behind else { unreachable!() };
    std::fs::create_dir_all(server.file("hot/sha256/zz")).unwrap();
    std::fs::write(server.file("hot/sha256/zz/no digest"), "other").unwrap();
    std::fs::write(server.file("other"), "other").unwrap();
    let digest = Digest::of(b"mine");
    storage.put(&digest, once("mine")).await.unwrap();
    let name = digest.to_string();
    assert_eq!(server.keys("hot/sha256/"), [format!("hot/sha256/{}/{}", &name[..2], &name[2..]), "hot/sha256/zz/no digest".to_owned()]);
    use futures::TryStreamExt as _;
    let listed: Vec<_> = storage.objects().try_collect().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(storage.place(), "s3://plugins/hot/");
}

#[tokio::test]
async fn a_wrong_secret_and_a_wrong_bucket_are_told_apart_from_an_outage_and_no_secret_is_told() {
    let server = S3Server::start().unwrap();
    for (bucket, secret, expected) in
        [("plugins", "not-the-secret", "SignatureDoesNotMatch"), ("elsewhere", hotswap_s3_server::SECRET_ACCESS_KEY, "NoSuchBucket")]
    {
        let error = S3Storage::new(bucket, "", &config(&server, secret)).check().await.unwrap_err();
        assert!(matches!(error, StorageError::Remote { is_final: true, .. }), "{error:?}");
        let told = format!("{error} {error:?}");
        assert!(told.contains(expected) && told.contains(&format!("s3://{bucket}/")), "{told}");
        assert!(!told.contains(secret) && !told.contains("Authorization"), "{told}");
    }
    let right = config(&server, hotswap_s3_server::SECRET_ACCESS_KEY);
    S3Storage::new("plugins", "", &right).check().await.unwrap();
    drop(server);
    let error = S3Storage::new("plugins", "", &right).check().await.unwrap_err();
    assert!(matches!(error, StorageError::Remote { is_final: false, .. }), "{error:?}");
}
