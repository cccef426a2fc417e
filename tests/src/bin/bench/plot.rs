//! A plot of a few lines, as SVG.

/// One line of a plot.
pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    pub(crate) points: &'a [(f64, f64)],
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const MARGIN: f64 = 56.0;
const COLOURS: [&str; 4] = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd"];

/// Lines over two axes that begin at 0.
pub(crate) fn plot(across: &str, up: &str, lines: &[Line<'_>]) -> String {
    let points = || lines.iter().flat_map(|line| line.points.iter());
    let (most_across, most_up) = (points().map(|point| point.0).fold(1.0, f64::max), points().map(|point| point.1).fold(0.1, f64::max));
    let x = |value: f64| MARGIN + value / most_across * (WIDTH - 2.5 * MARGIN);
    let y = |value: f64| HEIGHT - MARGIN - value / most_up * (HEIGHT - 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <path d=\"M{0} {1} V{2} H{3}\" fill=\"none\" stroke=\"black\"/>\n\
         <text x=\"{4}\" y=\"{5}\" text-anchor=\"middle\">{across}</text>\n<text x=\"{0}\" y=\"{6}\">{up}</text>\n",
        MARGIN,
        y(most_up),
        HEIGHT - MARGIN,
        x(most_across),
        x(most_across / 2.0),
        HEIGHT - MARGIN / 3.0,
        MARGIN / 1.6,
    );
    for part in 1..=4 {
        let part = f64::from(part) / 4.0;
        let (across, up) = (most_across * part, most_up * part);
        svg.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{across:.0}</text>\n<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{up:.1}</text>\n",
            x(across),
            HEIGHT - MARGIN + 16.0,
            MARGIN - 6.0,
            y(up) + 4.0,
        ));
    }
    for (line, colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        let path: Vec<String> = line.points.iter().map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1))).collect();
        svg.push_str(&format!("<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n", path.join(" ")));
    }
    for (name, (across, up), colour) in apart(lines, y) {
        svg.push_str(&format!("<text x=\"{}\" y=\"{up}\" fill=\"{colour}\">{name}</text>\n", x(across) + 6.0));
    }
    svg.push_str("</svg>\n");
    svg
}

/// The names of lines at their ends, none over another: each with how far across, its height on the page, and its colour.
fn apart<'a>(lines: &[Line<'a>], y: impl Fn(f64) -> f64) -> Vec<(&'a str, (f64, f64), &'static str)> {
    let ends = lines.iter().zip(COLOURS.iter().cycle());
    let mut names: Vec<_> =
        ends.filter_map(|(line, colour)| line.points.last().map(|last| (line.name, (last.0, y(last.1) + 4.0), *colour))).collect();
    // From the bottom up, each at least a line above the one before.
    names.sort_by(|a, b| b.1.1.total_cmp(&a.1.1));
    let mut lowest = f64::MAX;
    for (_, (_, up), _) in &mut names {
        *up = up.min(lowest - 14.0);
        lowest = *up;
    }
    names
}
