//! Bodies of requests put together from parts that are already bytes.
//!
//! Owns the encodings of forms. Never reads files and never renders: whoever sends has done both.
//! Start with [`multipart`] and [`urlencoded`].

mod multipart;
mod urlencoded;

pub use self::{
    multipart::{File, Multipart, Part, multipart},
    urlencoded::urlencoded,
};
