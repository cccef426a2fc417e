//! The hotswap_* types.
