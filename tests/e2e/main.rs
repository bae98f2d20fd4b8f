//! End to end: the real server on loopback, phones of our own, sipp and baresip.
#![expect(
    clippy::disallowed_methods,
    reason = "real sockets run on the real clock"
)]

#[path = "../support/mod.rs"]
mod support;

mod api;
mod attended;
mod audio;
mod callbacks;
mod codes;
mod customer;
mod demo;
mod desk;
mod dial;
mod elsewhere;
mod engaged;
mod entries;
mod faults;
mod hostile;
mod keys;
mod limits;
mod messages;
mod moves;
mod outside;
mod overflow;
mod pages;
mod peers;
mod people;
mod promise;
mod provider;
mod recording;
mod reliable;
mod reload;
mod review;
mod scene;
mod send;
mod skills;
mod softphones;
mod stop;
mod store;
mod strangers;
mod surveys;
mod three;
mod transfers;
mod transport;
mod waiting;
mod whisper;
mod wrong;
