//! The binary hotswap.
