//! Compaction of a log while it is written: a smaller replacement file is made beside it, takes up what was appended meanwhile, and
//! replaces it by a rename. Killed at any point there is one whole log; a full disk leaves the old one in place.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    codec,
    downsampling::{DeliveredBounds, Group, Policy, Pressure},
    frame::{FrameKind, LogError, MAGIC, frame},
    frames::{Found, Frames},
    merge,
};
use crate::metric::Interval;

const WRITE_BUFFER: usize = 256 * 1024;

/// A planned compaction; [`Compaction::run`] does the work, on any thread.
#[derive(Debug)]
pub struct Compaction {
    pub(super) path: PathBuf,
    /// Bytes of the log to read; later ones are taken up by the writer.
    pub(super) planned: u64,
    /// Bytes of them that are old enough to be downsampled.
    pub(super) due: u64,
    pub(super) now_ms: i64,
    pub(super) bounds: DeliveredBounds,
    pub(super) limit: u64,
    /// While it lives no other compaction is planned.
    pub(super) underway: Arc<()>,
}

/// A log's smaller replacement; [`LogWriter::adopt`](super::LogWriter::adopt) renames it over the log. Removed when dropped.
#[derive(Debug)]
pub struct ReplacementLog {
    pub(super) replacement: ReplacementFile,
    pub(super) length: u64,
    pub(super) planned: u64,
    pub(super) due: u64,
    pressure: Pressure,
    undelivered: u64,
    pub(super) underway: Arc<()>,
}

impl ReplacementLog {
    /// The level of downsampling that was needed.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        self.pressure
    }

    /// Intervals that lost their resolution though some output has not taken them; the user must know. The width that
    /// they were merged to is [`Pressure::undelivered_width_ms`].
    #[must_use]
    pub fn undelivered_merged(&self) -> u64 {
        self.undelivered
    }

    /// Bytes of the replacement, without what the log has gained meanwhile.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// The file of a replacement, removed when dropped.
#[derive(Debug)]
pub(super) struct ReplacementFile {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) adopted: bool,
}

impl ReplacementFile {
    /// Makes it anew; one that a killed run has left is removed.
    fn create(path: PathBuf) -> io::Result<Self> {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new().create_new(true).append(true).open(&path)?;
        Ok(Self { path, file, adopted: false })
    }
}

impl Drop for ReplacementFile {
    fn drop(&mut self) {
        if !self.adopted {
            // Left behind it is removed by the next compaction.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Where the replacement of a log is made.
pub(super) fn replacement_path(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".compacting");
    name.into()
}

impl Compaction {
    /// Makes the smaller replacement: at the lowest pressure by which a log that is past its limit gets to three quarters of it
    /// (so that the next one is a while off), else at none. Holds one interval in memory and the one it is merged with.
    ///
    /// # Errors
    /// When the log can't be read or the replacement not be written. The log is as it was, and the replacement is removed.
    pub fn run(self) -> Result<ReplacementLog, LogError> {
        let goal = if self.planned > self.limit { self.limit / 4 * 3 } else { u64::MAX };
        let mut pressure = Pressure::default();
        loop {
            let policy = Policy { now_ms: self.now_ms, bounds: &self.bounds, pressure };
            let (replacement, length, undelivered) = self.rewrite(&policy)?;
            match pressure.higher() {
                Some(higher) if length > goal => pressure = higher,
                _ => {
                    let (planned, due, underway) = (self.planned, self.due, self.underway);
                    return Ok(ReplacementLog { replacement, length, planned, due, pressure, undelivered, underway });
                }
            }
        }
    }

    fn rewrite(&self, policy: &Policy<'_>) -> Result<(ReplacementFile, u64, u64), LogError> {
        let target = replacement_path(&self.path);
        let unwritten = |source| LogError::Io { path: target.display().to_string(), source };
        let unread = |source| LogError::Io { path: self.path.display().to_string(), source };
        let damaged = |offset| LogError::Damaged { path: self.path.display().to_string(), offset };
        let mut frames = Frames::open(&self.path)?;
        let replacement = ReplacementFile::create(target.clone()).map_err(unwritten)?;
        let mut out = Rewriter {
            policy,
            out: BufWriter::with_capacity(WRITE_BUFFER, &replacement.file),
            length: 0,
            held: None,
            after: Vec::new(),
            next: 0,
            undelivered: 0,
        };
        out.write(MAGIC).map_err(unwritten)?;
        while frames.offset() < self.planned {
            let offset = frames.offset();
            let Found::Whole(kind, length) = frames.peek().map_err(unread)? else { return Err(damaged(offset)) };
            let taken = match kind {
                FrameKind::Interval => out.interval(frames.frame(length), frames.payload(length)),
                FrameKind::Event => out.event(frames.frame(length)),
                FrameKind::Header | FrameKind::End => out.plain(frames.frame(length)),
            };
            if !taken.map_err(unwritten)? {
                return Err(damaged(offset));
            }
            frames.pass(length);
        }
        out.release().map_err(unwritten)?;
        out.out.flush().map_err(unwritten)?;
        let (length, undelivered) = (out.length, out.undelivered);
        drop(out);
        // The bulk of it goes to disk here, and not where the run waits for it.
        replacement.file.sync_data().map_err(unwritten)?;
        Ok((replacement, length, undelivered))
    }
}

/// An interval that waits for those of its group.
struct Held {
    group: Group,
    end_ms: i64,
    content: Content,
    /// Frames that it stands for.
    frames: u64,
}

/// A lone interval is written as it was read, without looking into it.
enum Content {
    Frame(Vec<u8>),
    Merged(Box<Interval>),
}

/// Writes frames on, groups of intervals as one. What it is given comes from a disk: its methods give false for an
/// interval that is none.
struct Rewriter<'a> {
    policy: &'a Policy<'a>,
    out: BufWriter<&'a File>,
    length: u64,
    held: Option<Held>,
    /// Events within the held group; they follow it.
    after: Vec<u8>,
    /// The interval that the next frame begins with.
    next: u64,
    undelivered: u64,
}

impl Rewriter<'_> {
    fn interval(&mut self, frame: &[u8], payload: &[u8]) -> io::Result<bool> {
        let Some(span) = codec::span(payload) else { return Ok(false) };
        let group = self.policy.group(self.next, span);
        self.next = span.sequence.saturating_add(1);
        let Some(group) = group else {
            self.release()?;
            return self.write(frame).map(|()| true);
        };
        // A group does not reach over a time without a process, which would vanish from the log.
        let follows = |held: &&mut Held| span.start_ms <= held.end_ms;
        if let Some(held) = self.held.as_mut().filter(|held| held.group == group).filter(follows) {
            held.end_ms = span.end_ms;
            return Ok(held.absorb(payload).is_some());
        }
        self.release()?;
        self.held = Some(Held { group, end_ms: span.end_ms, content: Content::Frame(frame.to_vec()), frames: 1 });
        Ok(true)
    }

    fn event(&mut self, frame: &[u8]) -> io::Result<bool> {
        if self.held.is_some() {
            self.after.extend_from_slice(frame);
            return Ok(true);
        }
        self.write(frame).map(|()| true)
    }

    fn plain(&mut self, frame: &[u8]) -> io::Result<bool> {
        self.release()?;
        self.write(frame).map(|()| true)
    }

    /// Writes the held interval, then the events that happened within it.
    fn release(&mut self) -> io::Result<()> {
        let Some(held) = self.held.take() else { return Ok(()) };
        match held.content {
            Content::Frame(frame) => self.write(&frame)?,
            Content::Merged(interval) => {
                self.undelivered += if held.group.delivered { 0 } else { held.frames };
                self.write(&frame(FrameKind::Interval, &codec::encode(&interval)))?;
            }
        }
        let after = std::mem::take(&mut self.after);
        self.write(&after)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

impl Held {
    fn absorb(&mut self, payload: &[u8]) -> Option<()> {
        let later = codec::decode(payload)?;
        if let Content::Frame(frame) = &self.content {
            let first = codec::decode(frame.get(super::frame::HEAD..)?)?;
            self.content = Content::Merged(Box::new(first));
        }
        if let Content::Merged(merged) = &mut self.content {
            merge::absorb(merged, later);
        }
        self.frames += 1;
        Some(())
    }
}
