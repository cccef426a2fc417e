//! The limits of one sandbox's memories and tables, checked before they grow. Time and bodies are limited in `call`.

use std::sync::Arc;

use wasmtime::ResourceLimiter;

use crate::meter::Meter;

/// Counts all memories of one sandbox together, and all its tables.
pub(crate) struct Limits {
    memory: u64,
    memory_limit: u64,
    /// The growth allowed last, in case it fails.
    memory_grown: u64,
    refused: bool,
    table_elements: u64,
    table_limit: u64,
    table_grown: u64,
    meter: Arc<Meter>,
}

impl Limits {
    pub(crate) fn new(memory_limit: u64, table_limit: u64, meter: Arc<Meter>) -> Self {
        Self { memory: 0, memory_limit, memory_grown: 0, refused: false, table_elements: 0, table_limit, table_grown: 0, meter }
    }

    /// The limit, if memory was refused.
    pub(crate) fn refused(&self) -> Option<u64> {
        self.refused.then_some(self.memory_limit)
    }
}

impl Drop for Limits {
    fn drop(&mut self) {
        self.meter.memory_freed(self.memory);
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let grown = desired.saturating_sub(current) as u64;
        let total = self.memory.saturating_add(grown);
        if total > self.memory_limit {
            self.refused = true;
            return Ok(false);
        }
        self.memory = total;
        self.memory_grown = grown;
        self.meter.memory_grown(grown, total);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        let grown = std::mem::take(&mut self.memory_grown);
        self.memory -= grown;
        self.meter.memory_freed(grown);
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let grown = desired.saturating_sub(current) as u64;
        let total = self.table_elements.saturating_add(grown);
        if total > self.table_limit {
            return Ok(false);
        }
        self.table_elements = total;
        self.table_grown = grown;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.table_elements -= std::mem::take(&mut self.table_grown);
        Ok(())
    }

    fn instances(&self) -> usize {
        64
    }

    fn tables(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_are_limited_together_and_given_back() {
        let meter = Arc::new(Meter::default());
        let mut limits = Limits::new(100, 0, Arc::clone(&meter));
        assert!(limits.memory_growing(0, 60, None).unwrap());
        assert!(!limits.memory_growing(0, 60, None).unwrap());
        assert_eq!(limits.refused(), Some(100));
        assert!(limits.memory_growing(0, 40, None).unwrap());
        assert_eq!(meter.usage().memory_now, 100);
        limits.memory_grow_failed(wasmtime::Error::msg("no pages")).unwrap();
        assert_eq!(meter.usage().memory_now, 60);
        drop(limits);
        assert_eq!(meter.usage().memory_now, 0);
        assert_eq!(meter.usage().memory_peak, 100);
    }

    #[test]
    fn tables_are_limited_together() {
        let mut limits = Limits::new(0, 10, Arc::default());
        assert!(limits.table_growing(0, 6, None).unwrap());
        assert!(!limits.table_growing(0, 6, None).unwrap());
        assert!(limits.table_growing(6, 10, None).unwrap());
        assert_eq!(limits.refused(), None);
    }
}
