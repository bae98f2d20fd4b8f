//! SDP offer and answer (RFC 4566/8866, 3264): bytes in, bytes and a [`plan::MediaPlan`] out.

pub mod plan;
