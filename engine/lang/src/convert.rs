//! Conversion of values between types, and the one type several values have in common.
