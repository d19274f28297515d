//! GraphQL over WebSocket: what runs the operations of one connection.

mod executor;

pub(crate) use self::executor::SocketExecutor;
