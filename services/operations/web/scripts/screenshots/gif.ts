/** Makes an animation of screenshots. A frame stores only the pixels that differ from the one before. */
import gifenc from 'gifenc';
import { PNG } from 'pngjs';

/** A screenshot and how long it is shown. */
export interface Frame {
  readonly png: Buffer;
  readonly delayMs: number;
}

/** Colours of the animation; one more index marks pixels that do not change. */
const COLORS = 255;
/** Pixels that are looked at for the palette: every so many of all frames. */
const SAMPLE_STEP = 7;

/** Encodes frames of the same size. @throws {Error} without frames */
export function encodeGif(frames: readonly Frame[]): Uint8Array {
  const images = frames.map(({ png }) => PNG.sync.read(png));
  const [first] = images;
  if (!first) throw new Error('an animation needs frames');
  const { width, height } = first;
  const palette = gifenc.quantize(sample(images.map(({ data }) => data)), COLORS);
  const transparentIndex = palette.length;
  const encoder = gifenc.GIFEncoder();
  let shown: Uint8Array | undefined;
  for (const [number, { data }] of images.entries()) {
    const pixels = gifenc.applyPalette(new Uint8Array(data), palette);
    const drawn = shown
      ? pixels.map((index, at) => (index === shown?.[at] ? transparentIndex : index))
      : pixels;
    encoder.writeFrame(drawn, width, height, {
      ...(number === 0 && { palette: [...palette, [0, 0, 0]] }),
      delay: frames[number]?.delayMs ?? 0,
      transparent: number > 0,
      transparentIndex,
      dispose: 1,
    });
    shown = pixels;
  }
  encoder.finish();
  return encoder.bytes();
}

/** Some pixels of every frame, as RGBA. */
function sample(images: readonly Buffer[]): Uint8Array {
  const pixels = images.flatMap((data) => {
    const some: number[] = [];
    for (let at = 0; at < data.length; at += 4 * SAMPLE_STEP) some.push(...data.subarray(at, at + 4));
    return [some];
  });
  return Uint8Array.from(pixels.flat());
}
