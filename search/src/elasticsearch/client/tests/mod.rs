//! The client against nodes that fail in every way.
