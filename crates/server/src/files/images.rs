//! Images: what can be shown, and how it is shown small.
//!
//! An image is decoded only after its head says that it is not too large, on a thread that may take its time, and few at
//! once. What cannot be decoded is a file like any other.

use super::{FileStore, names};
use bytes::Bytes;
use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, Frame, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use object_store::GetRange;
use std::io::Cursor;
use std::sync::Arc;
use tidings_core::state::files::{FileRow, ImageRow, THUMBNAILS};
use tidings_types::ApiError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of a file that is looked at.
pub const IMAGE_BYTES_MAX: u64 = 64 << 20;

/// Pixels of an image that is decoded: cameras make 50 million. Each takes up to eight bytes.
const PIXELS_MAX: u64 = 52_000_000;

/// Bytes that a decoder may take.
const DECODER_BYTES_MAX: u64 = 512 << 20;

/// Bytes that tell the format of an image.
const HEAD_BYTES: u64 = 32;

/// Between a small file and a good picture.
const JPEG_QUALITY: u8 = 80;

/// An image that was decoded.
pub struct Decoded {
    /// As browsers call its format.
    pub content_type: &'static str,
    /// What is known of it.
    pub row: ImageRow,
    image: DynamicImage,
}

fn format_of(bytes: &[u8]) -> Option<(ImageFormat, &'static str)> {
    let format = image::guess_format(bytes).ok()?;
    let content_type = match format {
        ImageFormat::Png => "image/png",
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Gif => "image/gif",
        ImageFormat::WebP => "image/webp",
        _ => return None,
    };
    Some((format, content_type))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    limits
}

/// Decodes an image: the first picture of one that moves, turned as it is to be shown. None for what is no image of a
/// known format, is damaged, or has too many pixels. Takes up to a second.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Decoded> {
    let (format, content_type) = format_of(bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > PIXELS_MAX {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    image.apply_orientation(orientation);
    let is_animated = is_animated(bytes, format);
    let row = ImageRow {
        width: image.width(),
        height: image.height(),
        is_animated,
        is_transparent: image.color().has_alpha() && fitted(&image, 256, 256).to_rgba8().pixels().any(|p| p.0[3] < 255),
    };
    Some(Decoded { content_type, row, image })
}

fn is_animated(bytes: &[u8], format: ImageFormat) -> bool {
    let cursor = Cursor::new(bytes);
    match format {
        ImageFormat::Gif => {
            let Ok(mut decoder) = GifDecoder::new(cursor) else { return false };
            decoder.set_limits(limits()).is_ok() && decoder.into_frames().take(2).filter(Result::is_ok).count() == 2
        }
        ImageFormat::WebP => WebPDecoder::new(cursor).is_ok_and(|decoder| decoder.has_animation()),
        ImageFormat::Png => PngDecoder::new(cursor).and_then(|decoder| decoder.is_apng()).unwrap_or(false),
        _ => false,
    }
}

/// No larger than it is.
fn fitted(image: &DynamicImage, width_max: u32, height_max: u32) -> DynamicImage {
    if image.width() <= width_max && image.height() <= height_max {
        return image.clone();
    }
    image.thumbnail(width_max, height_max)
}

impl Decoded {
    /// The image in one of the forms for showing it small; none for a form that does not exist.
    #[must_use]
    pub fn thumbnail(&self, name: &str) -> Option<Bytes> {
        let format = THUMBNAILS.iter().find(|format| format.name == name)?;
        let small = fitted(&self.image, format.max_width, format.max_height);
        let mut out = Vec::new();
        let written = match format.format {
            "jpg" => JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY).encode_image(&on_white(&small)),
            _ => small.to_rgba8().write_with_encoder(WebPEncoder::new_lossless(&mut out)),
        };
        written.ok().map(|()| out.into())
    }
}

/// A small picture, ready to be stored: its name's ending and its bytes.
pub type Made = (&'static str, Bytes);

/// Pixels of the side of a user's picture, and of a large one.
const AVATAR_SIDE: u32 = 100;
const AVATAR_SIDE_MEDIUM: u32 = 500;

/// Pixels of a logo at most.
const LOGO_SIZE_MAX: (u32, u32) = (800, 100);

/// Pixels of the side of a custom emoji.
const EMOJI_SIDE: u32 = 64;

/// Pictures of a custom emoji that moves; what is longer stands still.
const EMOJI_FRAMES_MAX: usize = 100;

fn png(image: &DynamicImage) -> Option<Bytes> {
    let mut out = Cursor::new(Vec::new());
    let image = if image.color().has_alpha() { image.to_rgba8().into() } else { DynamicImage::from(image.to_rgb8()) };
    image.write_to(&mut out, ImageFormat::Png).ok().map(|()| out.into_inner().into())
}

/// The middle of a picture, as a square, in two sizes: `.png` and `-medium.png`.
#[must_use]
pub fn avatar(bytes: &[u8]) -> Option<Vec<Made>> {
    let image = decode(bytes)?.image;
    let sized = |side| png(&image.resize_to_fill(side, side, FilterType::Triangle));
    Some(vec![(".png", sized(AVATAR_SIDE)?), ("-medium.png", sized(AVATAR_SIDE_MEDIUM)?)])
}

/// The middle of a picture, as a square.
#[must_use]
pub fn icon(bytes: &[u8]) -> Option<Vec<Made>> {
    let image = decode(bytes)?.image.resize_to_fill(AVATAR_SIDE, AVATAR_SIDE, FilterType::Triangle);
    Some(vec![(".png", png(&image)?)])
}

/// A picture as wide as it is.
#[must_use]
pub fn logo(bytes: &[u8]) -> Option<Vec<Made>> {
    let (width, height) = LOGO_SIZE_MAX;
    Some(vec![(".png", png(&fitted(&decode(bytes)?.image, width, height))?)])
}

/// A custom emoji: `.png`, or, if it moves, `.gif` and the first picture as `.png`.
#[must_use]
pub fn emoji(bytes: &[u8]) -> Option<Vec<Made>> {
    let decoded = decode(bytes)?;
    let still = decoded.image.resize_to_fill(EMOJI_SIDE, EMOJI_SIDE, FilterType::Triangle);
    let still = (".png", png(&still)?);
    if !decoded.row.is_animated {
        return Some(vec![still]);
    }
    match moving(bytes, &decoded) {
        Some(moving) => Some(vec![(".gif", moving), still]),
        None => Some(vec![still]),
    }
}

/// All pictures of one that moves, small; none for more than anybody wants to decode.
fn moving(bytes: &[u8], decoded: &Decoded) -> Option<Bytes> {
    let pixels = u64::from(decoded.row.width) * u64::from(decoded.row.height);
    if pixels * EMOJI_FRAMES_MAX as u64 > 4 * PIXELS_MAX {
        return None;
    }
    let (format, _) = format_of(bytes)?;
    let cursor = Cursor::new(bytes);
    let frames = match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(cursor).ok()?;
            decoder.set_limits(limits()).ok()?;
            decoder.into_frames()
        }
        ImageFormat::WebP => WebPDecoder::new(cursor).ok()?.into_frames(),
        ImageFormat::Png => PngDecoder::new(cursor).ok()?.apng().ok()?.into_frames(),
        _ => return None,
    };
    let mut out = Vec::new();
    let mut encoder = GifEncoder::new(&mut out);
    encoder.set_repeat(Repeat::Infinite).ok()?;
    for (at, frame) in frames.enumerate() {
        if at == EMOJI_FRAMES_MAX {
            return None;
        }
        let frame = frame.ok()?;
        let delay = frame.delay();
        let image = DynamicImage::from(frame.into_buffer());
        let image = image.resize_to_fill(EMOJI_SIDE, EMOJI_SIDE, FilterType::Triangle).to_rgba8();
        encoder.encode_frame(Frame::from_parts(image, 0, 0, delay)).ok()?;
    }
    drop(encoder);
    Some(out.into())
}

/// A picture for who has none: five times five squares, the same on both sides, that follow from `seed`.
#[must_use]
pub fn made(seed: &[u8; 16], is_medium: bool) -> Option<Bytes> {
    let side = if is_medium { AVATAR_SIDE_MEDIUM } else { AVATAR_SIDE };
    let color = |at: usize| 64 + seed[at] / 2;
    let color = image::Rgb([color(13), color(14), color(15)]);
    let is_filled = |x: u32, y: u32| {
        // A border of half a square around five squares.
        let square = |at: u32| (at * 12 / side).checked_sub(1).map(|half| half / 2).filter(|square| *square < 5);
        let (Some(column), Some(row)) = (square(x.min(side - 1 - x)), square(y)) else { return false };
        let at = (row * 3 + column) as usize;
        seed[at / 8] >> (at % 8) & 1 == 1
    };
    let image = RgbImage::from_fn(side, side, |x, y| if is_filled(x, y) { color } else { image::Rgb([240; 3]) });
    png(&image.into())
}

/// What is behind where something can be seen through.
fn on_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let image = image.to_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [r, g, b, a] = image.get_pixel(x, y).0.map(u16::from);
        let over = |color: u16| u8::try_from((color * a + 255 * (255 - a)) / 255).unwrap_or(u8::MAX);
        image::Rgb([over(r), over(g), over(b)])
    })
}

async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, ApiError> {
    Arc::clone(turns).acquire_owned().await.map_err(|_| ApiError::NotReady {})
}

async fn on_thread<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let work = move || {
        let done = work();
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::Internal {})
}

impl FileStore {
    /// Waits until an image may be read and decoded. Nothing of it should be in memory before.
    ///
    /// # Errors
    /// 503 while the server stops.
    pub async fn image_turn(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        turn(&self.imaging).await
    }

    /// Does something with an image, on a thread of its own.
    ///
    /// # Errors
    /// 500 if it panics.
    pub async fn with_image<T: Send + 'static>(
        &self,
        turn: OwnedSemaphorePermit,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        on_thread(turn, work).await
    }

    /// A picture for who has none; see [`made`].
    ///
    /// # Errors
    /// 500 if that panics.
    pub async fn made(&self, seed: [u8; 16], is_medium: bool) -> Result<Option<Bytes>, ApiError> {
        on_thread(turn(&self.making).await?, move || made(&seed, is_medium)).await
    }

    /// Looks whether a stored file is an image; if so, the form in which messages show it is stored as well.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub async fn look_at(&self, key: &str, size: u64) -> Result<Option<(ImageRow, &'static str)>, ApiError> {
        if size == 0 || size > IMAGE_BYTES_MAX || !self.may_be_image(key).await? {
            return Ok(None);
        }
        let turn = self.image_turn().await?;
        let Some(bytes) = self.read(key).await? else { return Ok(None) };
        let look = move || {
            let decoded = decode(&bytes)?;
            let thumbnail = decoded.thumbnail(decoded.row.thumbnail())?;
            Some((decoded.row, decoded.content_type, thumbnail))
        };
        let Some((row, content_type, thumbnail)) = self.with_image(turn, look).await? else { return Ok(None) };
        self.put(&names::thumbnail_key(key, row.thumbnail()), thumbnail).await?;
        Ok(Some((row, content_type)))
    }

    /// Whether a file begins like an image: so other files are not read.
    async fn may_be_image(&self, key: &str) -> Result<bool, ApiError> {
        let Some(opened) = self.get(key, Some(GetRange::Bounded(0..HEAD_BYTES))).await? else { return Ok(false) };
        Ok(format_of(&opened.collect().await?).is_some())
    }

    /// An image in one of the forms for showing it small, made if it is not there yet; none for a file that is no image
    /// and a form that does not exist.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub async fn thumbnail(&self, file: &FileRow, name: &str) -> Result<Option<Bytes>, ApiError> {
        if file.image.is_none() || !THUMBNAILS.iter().any(|format| format.name == name) {
            return Ok(None);
        }
        let key = names::thumbnail_key(&file.key, name);
        if let Some(known) = self.read(&key).await? {
            return Ok(Some(known));
        }
        let turn = self.image_turn().await?;
        // Somebody else may have asked for the same before.
        if let Some(known) = self.read(&key).await? {
            return Ok(Some(known));
        }
        let Some(bytes) = self.read(&file.key).await? else { return Ok(None) };
        let name = name.to_owned();
        let make = move || decode(&bytes)?.thumbnail(&name);
        let Some(made) = self.with_image(turn, make).await? else { return Ok(None) };
        self.put(&key, made.clone()).await?;
        Ok(Some(made))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Delay, Rgba, RgbaImage};

    fn encoded(image: &RgbaImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let image = DynamicImage::from(image.clone());
        let image = if format == ImageFormat::Jpeg { image.to_rgb8().into() } else { image };
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn size(bytes: &[u8]) -> (u32, u32) {
        let image = image::load_from_memory(bytes).unwrap();
        (image.width(), image.height())
    }

    #[test]
    fn images_are_shown_small_in_every_form() {
        let image = RgbaImage::from_fn(1_680, 400, |x, _| Rgba([u8::try_from(x % 256).unwrap(), 7, 7, 255]));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
            let decoded = decode(&encoded(&image, format)).unwrap();
            let expect = ImageRow { width: 1_680, height: 400, is_animated: false, is_transparent: false };
            assert_eq!((decoded.row, decoded.row.thumbnail()), (expect, "840x560.jpg"), "{format:?}");
            for name in ["840x560.jpg", "840x560.webp"] {
                assert_eq!(size(&decoded.thumbnail(name).unwrap()), (840, 200), "{format:?} {name}");
            }
            assert!(decoded.thumbnail("10000x10000.webp").is_none());
        }
    }

    #[test]
    fn what_can_be_seen_through_stays_so() {
        let image = RgbaImage::from_pixel(10, 20, Rgba([255, 0, 0, 0]));
        let decoded = decode(&encoded(&image, ImageFormat::Png)).unwrap();
        assert_eq!((decoded.row.is_transparent, decoded.row.thumbnail()), (true, "840x560.webp"));
        let webp = image::load_from_memory(&decoded.thumbnail("840x560.webp").unwrap()).unwrap();
        assert_eq!((webp.width(), webp.to_rgba8().get_pixel(5, 5).0[3]), (10, 0));
        let jpeg = image::load_from_memory(&decoded.thumbnail("840x560.jpg").unwrap()).unwrap();
        assert!(jpeg.to_rgb8().get_pixel(5, 5).0.iter().all(|color| *color > 250), "on white");
    }

    #[test]
    fn moving_images_are_known() {
        let mut out = Vec::new();
        let mut encoder = GifEncoder::new(&mut out);
        for color in [0, 255] {
            let image = RgbaImage::from_pixel(8, 8, Rgba([color, 0, 0, 255]));
            encoder.encode_frame(Frame::from_parts(image, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
        }
        drop(encoder);
        assert!(decode(&out).unwrap().row.is_animated);
    }

    #[test]
    fn users_and_emoji_have_squares() {
        let image = RgbaImage::from_fn(300, 200, |x, _| Rgba([u8::try_from(x % 256).unwrap(), 7, 7, 255]));
        let bytes = encoded(&image, ImageFormat::Png);
        let sizes = |made: Vec<Made>| made.iter().map(|(ending, bytes)| (*ending, size(bytes))).collect::<Vec<_>>();
        assert_eq!(sizes(avatar(&bytes).unwrap()), [(".png", (100, 100)), ("-medium.png", (500, 500))]);
        assert_eq!(sizes(icon(&bytes).unwrap()), [(".png", (100, 100))]);
        assert_eq!(sizes(logo(&bytes).unwrap()), [(".png", (150, 100))]);
        assert_eq!(sizes(emoji(&bytes).unwrap()), [(".png", (64, 64))]);
        assert!(avatar(b"nothing").is_none() && emoji(&bytes[..50]).is_none());
    }

    #[test]
    fn emoji_that_move_go_on_moving() {
        let mut out = Vec::new();
        let mut encoder = GifEncoder::new(&mut out);
        for color in [0, 100, 200] {
            let image = RgbaImage::from_pixel(100, 80, Rgba([color, 0, 0, 255]));
            encoder.encode_frame(Frame::from_parts(image, 0, 0, Delay::from_numer_denom_ms(50, 1))).unwrap();
        }
        drop(encoder);
        let made = emoji(&out).unwrap();
        assert_eq!(made.iter().map(|(ending, _)| *ending).collect::<Vec<_>>(), [".gif", ".png"]);
        let frames = GifDecoder::new(Cursor::new(&made[0].1)).unwrap().into_frames().collect_frames().unwrap();
        assert_eq!((frames.len(), frames[1].buffer().dimensions()), (3, (64, 64)));
    }

    #[test]
    fn made_pictures_are_the_same_on_both_sides_and_differ() {
        let one = made(&[0b1010_1010; 16], false).unwrap();
        let image = image::load_from_memory(&one).unwrap().to_rgb8();
        assert_eq!(image.dimensions(), (100, 100));
        assert!((0..100).all(|y| (0..50).all(|x| image.get_pixel(x, y) == image.get_pixel(99 - x, y))));
        assert_ne!(one, made(&[0b0101_1010; 16], false).unwrap());
        assert_eq!(size(&made(&[7; 16], true).unwrap()), (500, 500));
    }

    /// A file of a few bytes that says it is an image of ten thousand million pixels.
    #[test]
    fn bombs_are_not_decoded() {
        let image = RgbaImage::from_pixel(1, 1, Rgba([0, 0, 0, 255]));
        let mut png = encoded(&image, ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(decode(&png).is_none());
        let mut gif = encoded(&image, ImageFormat::Gif);
        gif[6..10].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        assert!(decode(&gif).is_none());
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    }

    #[test]
    fn damaged_images_and_other_files_are_none() {
        let image = RgbaImage::from_pixel(50, 50, Rgba([1, 2, 3, 255]));
        let png = encoded(&image, ImageFormat::Png);
        assert!(decode(&png[..png.len() / 2]).is_none());
        assert!(decode(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>").is_none());
        assert!(decode(b"").is_none());
    }
}
