mod incoming;
mod outgoing;
mod service;
