//! Small sets of numbers: what a plugin may still be. 0 stands for "not there", the others for its versions, the lowest first.

/// A set of numbers. Sets of up to 64 numbers take no allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Set {
    low: u64,
    /// Numbers from 64 on; never ends with a zero, so that equal sets are equal.
    high: Vec<u64>,
}

impl Set {
    /// The numbers below `count`.
    pub(crate) fn below(count: usize) -> Self {
        (0..count).collect()
    }

    /// One number.
    pub(crate) fn one(number: usize) -> Self {
        std::iter::once(number).collect()
    }

    pub(crate) fn insert(&mut self, number: usize) {
        if number < 64 {
            self.low |= 1 << number;
            return;
        }
        let word = number / 64 - 1;
        if self.high.len() <= word {
            self.high.resize(word + 1, 0);
        }
        self.high[word] |= 1 << (number % 64);
    }

    pub(crate) fn contains(&self, number: usize) -> bool {
        let word = if number < 64 { self.low } else { self.high.get(number / 64 - 1).copied().unwrap_or_default() };
        word & (1 << (number % 64)) != 0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.low == 0 && self.high.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.words().map(|word| word.count_ones() as usize).sum()
    }

    /// The only number, if there is one alone.
    pub(crate) fn single(&self) -> Option<usize> {
        if self.high.is_empty() {
            return (self.low.count_ones() == 1).then(|| self.low.trailing_zeros() as usize);
        }
        (self.len() == 1).then(|| self.iter().next()).flatten()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words()
            .enumerate()
            .flat_map(|(index, word)| (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| index * 64 + bit))
    }

    pub(crate) fn is_within(&self, other: &Set) -> bool {
        self.low & !other.low == 0 && self.high.iter().enumerate().all(|(index, word)| word & !other.word(index) == 0)
    }

    pub(crate) fn meets(&self, other: &Set) -> bool {
        self.low & other.low != 0 || self.high.iter().zip(&other.high).any(|(a, b)| a & b != 0)
    }

    pub(crate) fn union(&self, other: &Set) -> Self {
        self.combine(other, |a, b| a | b)
    }

    pub(crate) fn intersection(&self, other: &Set) -> Self {
        self.combine(other, |a, b| a & b)
    }

    pub(crate) fn without(&self, other: &Set) -> Self {
        self.combine(other, |a, b| a & !b)
    }

    fn word(&self, index: usize) -> u64 {
        self.high.get(index).copied().unwrap_or_default()
    }

    fn words(&self) -> impl Iterator<Item = u64> + '_ {
        std::iter::once(self.low).chain(self.high.iter().copied())
    }

    fn combine(&self, other: &Set, of: impl Fn(u64, u64) -> u64) -> Self {
        let length = self.high.len().max(other.high.len());
        let mut high: Vec<u64> = (0..length).map(|index| of(self.word(index), other.word(index))).collect();
        while high.last() == Some(&0) {
            high.pop();
        }
        Self { low: of(self.low, other.low), high }
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut set = Self::default();
        numbers.into_iter().for_each(|number| set.insert(number));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_does_what_a_set_of_the_standard_library_does(
            a in prop::collection::btree_set(0_usize..200, 0..40),
            b in prop::collection::btree_set(0_usize..200, 0..40),
        ) {
            let (x, y): (Set, Set) = (a.iter().copied().collect(), b.iter().copied().collect());
            let read = |set: Set| set.iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(read(x.union(&y)), &a | &b);
            prop_assert_eq!(read(x.intersection(&y)), &a & &b);
            prop_assert_eq!(read(x.without(&y)), &a - &b);
            prop_assert_eq!((x.len(), x.is_empty(), x.single()), (a.len(), a.is_empty(), if a.len() == 1 { a.first().copied() } else { None }));
            prop_assert_eq!((x.is_within(&y), x.meets(&y), x == y), (a.is_subset(&b), !a.is_disjoint(&b), a == b));
            prop_assert!((0..210).all(|number| x.contains(number) == a.contains(&number)));
            prop_assert_eq!(x.without(&x), Set::default());
        }
    }
}
