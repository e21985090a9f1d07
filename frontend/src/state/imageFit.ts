/* What the service takes of an image (modeling/image_files.py), and how one that is more is made to fit. Pure, without words. */

export const MOST_IMAGE_BYTES = 1_000_000
export const MOST_SIDE = 4_096
export const MOST_PIXELS = 2_000_000

/** What a browser is asked to make smaller: beyond that it may run out of memory. */
export const MOST_READ_BYTES = 100_000_000
export const MOST_READ_PIXELS = 200_000_000

export interface Pixels {
  width: number
  height: number
}

export const fits = ({ width, height }: Pixels): boolean => Math.min(width, height) > 0 && Math.max(width, height) <= MOST_SIDE && width * height <= MOST_PIXELS

/** One way to write an image: as what, how well, and by how much smaller than it has to be. */
export interface Way {
  type: 'image/png' | 'image/jpeg'
  quality?: number
  scale: number
}

const GOOD: readonly Way[] = [
  { type: 'image/jpeg', quality: 0.92, scale: 1 },
  { type: 'image/jpeg', quality: 0.8, scale: 1 },
  { type: 'image/jpeg', quality: 0.8, scale: 0.7 },
  { type: 'image/jpeg', quality: 0.7, scale: 0.4 },
]

/** The ways to write a file anew, the best first: what came without loss stays so where it fits. */
export const waysOf = (type: string): readonly Way[] => (type === 'image/jpeg' ? GOOD : [{ type: 'image/png', scale: 1 }, ...GOOD])

/** The largest size of the same shape that is taken, times the scale; never larger than the image is. */
export function fitted({ width, height }: Pixels, scale: number): Pixels {
  const least = Math.min(1, MOST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)))
  const along = (length: number): number => Math.max(1, Math.floor(length * least * scale))
  return { width: along(width), height: along(height) }
}

/** An image that was written anew. */
export interface Rewritten {
  content: ArrayBuffer
  from: Pixels
  to: Pixels
}
