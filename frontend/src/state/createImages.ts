/** Image files as rows: which of them the service takes, judged by their content, and the JSON line of each. Pure. */
import type { Kind } from '../api/types'
import { t } from '../words/spoken.svelte'

/** The bounds of the service (modeling/image_files.py, operations/transfer/rows.py). */
export const MOST_IMAGE_BYTES = 1_000_000
const MOST_SIDE = 4_096
const MOST_PIXELS = 2_000_000
const LONGEST_ID = 200

const PNG_SIGN = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const JPEG_SIGN = [0xff, 0xd8, 0xff]
const IEND = 0x49454e44
/** Start-of-frame marks, without the three of their range that mean something else. */
const isFrame = (mark: number): boolean => mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark)

export interface Refused {
  name: string
  why: string
}

/** Whether items of the kind may be images. */
export const takesImages = (kind: Kind): boolean => kind !== 'spans' && kind !== 'pairwise'

/** In megabytes, as bounds are told. */
export const megabytes = (bytes: number): string => String(Math.ceil(bytes / 100_000) / 10)

/** Why the service does not take a file of these bytes as an image, or an empty text. */
export function imageProblem(content: Uint8Array): string {
  if (content.length > MOST_IMAGE_BYTES) return t.create.imageBytes(megabytes(content.length), megabytes(MOST_IMAGE_BYTES))
  if (begins(content, PNG_SIGN)) return pngProblem(content)
  return begins(content, JPEG_SIGN) ? jpegProblem(content) : t.create.isNoImage
}

const begins = (content: Uint8Array, sign: readonly number[]): boolean => sign.every((byte, at) => content[at] === byte)

const viewOf = (content: Uint8Array): DataView => new DataView(content.buffer, content.byteOffset, content.byteLength)

function sizeProblem(width: number, height: number): string {
  const fits = Math.min(width, height) > 0 && Math.max(width, height) <= MOST_SIDE && width * height <= MOST_PIXELS
  return fits ? '' : t.create.imagePixels(width, height, MOST_SIDE, MOST_PIXELS)
}

/** By its header, which stands first, and its end. */
function pngProblem(content: Uint8Array): string {
  const view = viewOf(content)
  if (content.length < 45 || view.getUint32(content.length - 8) !== IEND) return t.create.imageCutOff
  return sizeProblem(view.getUint32(16), view.getUint32(20)) || (content[28] ? t.create.imageInterlaced : '')
}

/** By its frame's header, which is found segment by segment, and its end. */
function jpegProblem(content: Uint8Array): string {
  const view = viewOf(content)
  const end = content.findLastIndex((byte) => byte !== 0)
  if (content[end - 1] !== 0xff || content[end] !== 0xd9) return t.create.imageCutOff
  for (let at = 2; at + 9 <= content.length && content[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (isFrame(view.getUint8(at + 1))) return sizeProblem(view.getUint16(at + 7), view.getUint16(at + 5))
  }
  return t.create.imageCutOff
}

/** The content as a data URL, the form in which items hold images. */
export function imageUrl(content: Uint8Array): string {
  let text = ''
  for (let at = 0; at < content.length; at += 0x8000) text += String.fromCharCode(...content.subarray(at, at + 0x8000))
  return `data:image/${begins(content, PNG_SIGN) ? 'png' : 'jpeg'};base64,${btoa(text)}`
}

/** The file's name as an id, numbered where another file has it already. */
export function freeId(name: string, taken: ReadonlySet<string>): string {
  const short = name.slice(0, LONGEST_ID - 8)
  for (let number = 1, id = short; ; id = `${short} (${++number})`) if (!taken.has(id)) return id
}

/** One line of the file that is imported. */
export const imageLine = (external_id: string, image: string): string => `${JSON.stringify({ external_id, data: { image } })}\n`
