//! Playing a case: step by step, with the front end whose turn it is, and what came of each step compared.

use std::fs;

use super::deed::Scene;
use super::front::Front;
use super::normal::Normaliser;
use super::outcome::{self, Outcome};
use super::script::Script;
use super::step;
use crate::Case;
use crate::server::Server;

/// Plays a case with each front end alone and with both in turns, and compares.
///
/// # Panics
/// If something is not as the case expects, or not the same with both.
pub fn compare(name: &str) {
    let script = Script::read(name);
    let terraform = play(name, &script, |_| Front::Terraform);
    let hotswap = play(name, &script, |_| Front::Hotswap);
    let turns = |index: usize| if index.is_multiple_of(2) { Front::Hotswap } else { Front::Terraform };
    let mixed = play(name, &script, turns);
    let swapped = if script.steps.len() > 1 { play(name, &script, |index| turns(index).other()) } else { Vec::new() };
    for (index, expected) in terraform.iter().enumerate() {
        let plans = script.steps[index].plans_differ.is_none();
        let alike = |who: &str, found: &Outcome| outcome::alike(&format!("{name}, step {}: {who}", index + 1), expected, found, plans);
        alike("hotswap", &hotswap[index]);
        alike("both in turns, hotswap first,", &mixed[index]);
        if let Some(swapped) = swapped.get(index) {
            alike("both in turns, terraform first,", swapped);
        }
    }
}

fn play(name: &str, script: &Script, turn: impl Fn(usize) -> Front) -> Vec<Outcome> {
    // There are as many as there are plays of such cases; each is stopped below.
    let case = if script.own_server { Case::on(Box::leak(Box::new(Server::lasting()))) } else { Case::new() };
    let second = case.beside();
    let mut normal = Normaliser::new(&case.own("@"));
    let outcomes = script.steps.iter().enumerate().map(|(index, step)| {
        let front = turn(index);
        let place = format!("{name}, step {} by {front:?} ({})", index + 1, step.why);
        let outcome = step::take(&Scene { case: &case, second: &second, front }, name, step, &place, &mut normal);
        keeps_secrets(&case, &script.secrets, &place);
        outcome
    });
    let outcomes = outcomes.collect();
    if script.own_server {
        case.server.stop();
    } else {
        // Whatever the case left is nobody's business; the server is everybody's.
        for case in [&case, &second] {
            if case.path("terraform.tfstate").exists() {
                let _ = case.run(Front::Hotswap, &["destroy", "-auto-approve", "-input=false"]);
            }
        }
    }
    outcomes
}

/// Checks that no file in the case's folder has one of these words, and neither had what was printed, which lies there too.
#[track_caller]
fn keeps_secrets(case: &Case, secrets: &[String], place: &str) {
    for entry in fs::read_dir(case.path("")).unwrap() {
        let path = entry.unwrap().path();
        if secrets.is_empty() || !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for secret in secrets {
            assert!(!text.contains(secret.as_str()), "{place}: {} has {secret:?} in it", path.display());
        }
    }
}
