//! Indents, and the columns that neighbouring lines share.

use unicode_segmentation::UnicodeSegmentation;

use super::{Piece, spacing::space_between};
use crate::syntax::scan::Kind;

/// A line in three cells; those of neighbouring lines stand under each other. A heredoc is part of the line it begins in.
#[derive(Debug, Default)]
struct Line<'a> {
    lead: Vec<Piece<'a>>,
    /// From the equals sign on, if the value ends on this line.
    assign: Vec<Piece<'a>>,
    /// A comment after something else.
    comment: Vec<Piece<'a>>,
}

/// The pieces as text.
pub(super) fn lay_out(pieces: Vec<Piece<'_>>) -> String {
    let mut lines = lines(pieces);
    indent(&mut lines);
    for line in &mut lines {
        space(&mut line.lead);
        if let Some(equals) = line.assign.first_mut() {
            equals.spaces = 1;
        }
        space(&mut line.assign);
    }
    align(&mut lines, |line| columns(&line.lead), |line| line.assign.first_mut());
    // Comments come second, since aligned equals signs move them.
    align(&mut lines, |line| columns(&line.lead) + columns(&line.assign), |line| line.comment.first_mut());
    let mut text = String::new();
    for piece in lines.iter().flat_map(|line| line.lead.iter().chain(&line.assign).chain(&line.comment)) {
        text.extend(std::iter::repeat_n(' ', piece.spaces));
        text.push_str(&piece.text);
    }
    text
}

fn lines(pieces: Vec<Piece<'_>>) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut lead = Vec::new();
    for piece in pieces {
        let ends = piece.ends_line();
        lead.push(piece);
        if ends {
            lines.push(cells(std::mem::take(&mut lead)));
        }
    }
    lines.push(cells(lead));
    lines
}

fn cells(mut lead: Vec<Piece<'_>>) -> Line<'_> {
    let mut comment = Vec::new();
    if lead.len() > 1
        && let Some(last) = lead.pop_if(|piece| piece.kind == Kind::Comment)
    {
        comment.push(last);
    }
    let mut assign = Vec::new();
    if let Some(equals) = lead.iter().skip(1).position(|piece| piece.kind == Kind::Assign)
        && lead[equals + 1..].iter().map(Piece::brackets).sum::<i32>() == 0
    {
        assign = lead.split_off(equals + 1);
    }
    Line { lead, assign, comment }
}

/// A line that opens brackets indents what follows by one level, however many it opens.
fn indent(lines: &mut [Line<'_>]) {
    let mut levels: Vec<i32> = Vec::new();
    for line in lines {
        let Some(first) = line.lead.first() else { continue };
        if first.kind == Kind::Newline {
            continue;
        }
        let opened = opened(&line.lead) + opened(&line.assign);
        let mut closed = -opened;
        while closed > 0
            && let Some(level) = levels.last_mut()
        {
            if closed < *level {
                *level -= closed;
                break;
            }
            closed -= *level;
            levels.pop();
        }
        line.lead[0].spaces = 2 * levels.len();
        if opened > 0 {
            levels.push(opened);
        }
    }
}

/// How many brackets a cell leaves open. What is in a heredoc doesn't count, but what goes on in the lines after a sequence that was
/// opened in one does. So the rest of the file may end up further left than one would like; it is what Terraform does.
fn opened(cell: &[Piece<'_>]) -> i32 {
    cell.iter().take_while(|piece| piece.kind != Kind::OpenHeredoc).map(Piece::brackets).sum()
}

fn space(cell: &mut [Piece<'_>]) {
    for index in 1..cell.len() {
        let before = index.checked_sub(2).map(|before| &cell[before]);
        cell[index].spaces = usize::from(space_between(before, &cell[index - 1], &cell[index]));
    }
}

fn columns(cell: &[Piece<'_>]) -> usize {
    cell.iter().map(|piece| piece.spaces + piece.text.graphemes(true).count()).sum()
}

/// Puts a cell of each run of lines that have it under each other, one space after the widest of what stands before it.
fn align<'a>(lines: &mut [Line<'a>], width: fn(&Line<'a>) -> usize, cell: for<'l> fn(&'l mut Line<'a>) -> Option<&'l mut Piece<'a>>) {
    let mut start = 0;
    while start < lines.len() {
        let run = lines[start..].iter_mut().map(cell).take_while(Option::is_some).count();
        let widest = lines[start..start + run].iter().map(width).max().unwrap_or(0);
        for line in &mut lines[start..start + run] {
            let spaces = widest - width(line) + 1;
            if let Some(first) = cell(line) {
                first.spaces = spaces;
            }
        }
        start += run.max(1);
    }
}
