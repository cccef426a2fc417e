//! Durations as Terraform tells them.

use std::time::Duration;

/// Whole seconds: `9s`, `1m10s`, `2h0m3s`.
pub(super) fn told(duration: Duration) -> String {
    // Rounded as Go rounds: half a second is one.
    let seconds = (duration + Duration::from_millis(500)).as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_whole_seconds() {
        let told = [0, 499, 500, 9_000, 70_000, 7_203_400].map(|millis| told(Duration::from_millis(millis)));
        assert_eq!(told, ["0s", "0s", "1s", "9s", "1m10s", "2h0m3s"]);
    }
}
