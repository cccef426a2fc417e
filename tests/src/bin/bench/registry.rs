//! The registry over the API, on a SQLite file and on PostgreSQL: how fast versions are registered, how long a search takes.

use std::time::{Duration, Instant};

use hotswap_model::{Digest, PluginId, PluginSpec, Timestamp, VersionId, VersionSpec};
use hotswap_store::{DatabaseUrl, Store};
use hotswap_test_servers::Postgres;
use hotswap_tests::plugins::GREETER_1_0_0;
use hotswap_tests::{DataFolder, Server};
use serde_json::json;

/// Versions in all, ten of each plugin.
const SIZES: [usize; 2] = [10_000, 100_000];
const VERSIONS: usize = 10;
/// Versions registered over the API, by so many clients at the same time.
const REGISTERED: usize = 2_000;
const CLIENTS: usize = 8;
/// Searches of each kind, one after the other.
const SEARCHES: usize = 400;

/// What is asked for, by kind.
const KINDS: [(&str, &str); 6] = [
    ("a word", "q={word}"),
    ("two words", "q={word}+{other}"),
    ("the beginning of a word", "q={start}"),
    ("a word with a typo", "q={typo}"),
    ("filters alone", "category=kind-{digit}&capability=wasi:http/incoming-handler"),
    ("a word and filters", "q={word}&category=kind-{digit}&channel=stable"),
];

pub(crate) async fn measure() -> String {
    let mut text = format!(
        "Over the API from one machine. Registered: {REGISTERED} versions, each in a transaction of its own that is on disk when it is answered, by {CLIENTS} clients \
         at once. Searches: {SEARCHES} of each kind, one after the other, 20 plugins a part; nothing changes \
         meanwhile. {VERSIONS} versions to a plugin.\n\n\
         | database | versions | registered/s | search p50 | p99 | slowest kind, its p99 |\n| --- | --- | --- | --- | --- | --- |\n"
    );
    let postgres = Postgres::start_durable();
    for size in SIZES {
        for database in ["SQLite", "PostgreSQL"] {
            let url = (database == "PostgreSQL").then(|| postgres.database());
            let row = of(database, size, url.as_deref()).await;
            eprintln!("{row}");
            text.push_str(&row);
        }
    }
    text
}

async fn of(database: &str, size: usize, url: Option<&str>) -> String {
    let data = DataFolder::new();
    let arguments: Vec<&str> = url.iter().flat_map(|url| ["--database-url", url]).collect();
    let server = Server::start_with(&data, &arguments).await;
    server.client.upload_component(&Digest::of(GREETER_1_0_0), bytes::Bytes::from_static(GREETER_1_0_0)).await.unwrap();
    let (_, stopped) = server.stop().await;
    let store = match url {
        Some(url) => Store::connect(&url.parse::<DatabaseUrl>().unwrap(), None).await.unwrap(),
        None => Store::open(&data.path().join("hotswap.db")).await.unwrap(),
    };
    fill(&store, size).await;
    store.close().await;
    let server = stopped.restart_with(&data, &arguments).await;
    let rate = register(&server).await;
    let (mut all, mut slowest) = (Vec::new(), (Duration::ZERO, ""));
    for (kind, query) in KINDS {
        let took = search(&server, query, size / VERSIONS).await;
        let p99 = quantile(&took, 0.99);
        eprintln!("{database}, {size}: {kind}: p50 {:?}, p99 {p99:?}", quantile(&took, 0.5));
        if p99 > slowest.0 {
            slowest = (p99, kind);
        }
        all.extend(took);
    }
    all.sort();
    let ms = |took: Duration| format!("{:.1} ms", took.as_secs_f64() * 1e3);
    format!(
        "| {database} | {size} | {rate:.0} | {} | {} | {}, {} |\n",
        ms(quantile(&all, 0.5)),
        ms(quantile(&all, 0.99)),
        slowest.1,
        ms(slowest.0)
    )
}

/// The word of this number, of 3,000 that look like some.
fn word(number: usize) -> String {
    const PARTS: [&str; 15] = ["ca", "ro", "li", "ten", "mos", "pu", "gra", "vel", "do", "shi", "kor", "an", "be", "fir", "zu"];
    let number = number % 3_000;
    [number % 15, number / 15 % 15, number / 225].map(|part| PARTS[part]).concat()
}

/// Fills a database with plugins and versions, past the API.
async fn fill(store: &Store, size: usize) {
    let now = Timestamp::from_micros(0);
    for block in 0..(size / VERSIONS).div_ceil(500) {
        let mut tx = store.write().await.unwrap();
        for number in block * 500..((block + 1) * 500).min(size / VERSIONS) {
            let description: Vec<_> = (0..12).map(|place| word(number * 31 + place * 97)).collect();
            let spec = json!({
                "name": format!("{}-{}-{number}", word(number), word(number * 7)),
                "display_name": word(number * 13),
                "publisher": format!("publisher {}", number % 50),
                "category": format!("kind-{}", number % 10),
                "description": description.join(" "),
                "tags": [word(number * 3), word(number * 5)],
            });
            let spec: PluginSpec = serde_json::from_value(spec).unwrap();
            let plugin = tx.insert_plugin(&PluginId::from_unique(format!("x{number}")), &spec, now).await.unwrap();
            for version in 0..VERSIONS {
                let spec = json!({ "plugin": spec.name, "version": format!("1.{version}.0"), "sha256": Digest::of(GREETER_1_0_0) });
                let spec: VersionSpec = serde_json::from_value(spec).unwrap();
                let id = VersionId::from_unique(format!("x{number}x{version}"));
                tx.insert_plugin_version(&id, &plugin.id, &spec, now).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
    }
}

/// Registers versions of a few plugins; gives how many a second.
async fn register(server: &Server) -> f64 {
    for client in 0..CLIENTS {
        server.plugin(&format!("registered-{client}")).await;
    }
    let began = Instant::now();
    let clients = (0..CLIENTS).map(|client| {
        let api = server.client_with_token(Some(&server.token));
        tokio::spawn(async move {
            for number in 0..REGISTERED / CLIENTS {
                let spec = json!({ "plugin": format!("registered-{client}"), "version": format!("1.{number}.0"), "sha256": Digest::of(GREETER_1_0_0) });
                api.publish_version(&serde_json::from_value(spec).unwrap()).await.unwrap();
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    REGISTERED as f64 / began.elapsed().as_secs_f64()
}

/// How long searches of a kind took, sorted.
async fn search(server: &Server, query: &str, plugins: usize) -> Vec<Duration> {
    let mut took = Vec::with_capacity(SEARCHES);
    for number in 0..SEARCHES {
        let which = number * 37 % plugins;
        let (asked, other) = (word(which), word(which * 7));
        let query = query
            .replace("{word}", &asked)
            .replace("{other}", &other)
            .replace("{start}", &asked[..2])
            .replace("{typo}", &asked.replacen(|c: char| !"aeiou".contains(c), "x", 2).replacen('x', &asked[..1], 1))
            .replace("{digit}", &(which % 10).to_string());
        let request = server.http.get(format!("{}/v1/plugins?limit=20&{query}", server.api)).bearer_auth(&server.token);
        let began = Instant::now();
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
        took.push(began.elapsed());
    }
    took.sort();
    took
}

fn quantile(sorted: &[Duration], share: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}
