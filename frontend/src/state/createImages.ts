/** Image files as rows: which of them the service takes, judged by their content, and the JSON line of each. Pure. */
import { t } from '../words/spoken.svelte'
import { fits, MOST_IMAGE_BYTES, MOST_PIXELS, MOST_READ_PIXELS, MOST_SIDE, type Pixels } from './imageFit'

/** As the service bounds it (operations/transfer/rows.py). */
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

/** Why a file is not taken as it is. */
export interface Problem {
  why: string
  /** Whether the browser may make one of it that is: it is no part of an image, as far as its beginning and end tell. */
  isMendable: boolean
}

/** An image that was made to fit. */
export interface Fitted {
  id: string
  from: Pixels
  to: Pixels
}

/** In megabytes, as bounds are told. */
export const megabytes = (bytes: number): string => String(Math.ceil(bytes / 100_000) / 10)

/** Why the service does not take a file of these bytes as an image as it is; null where it does. */
export function imageProblem(content: Uint8Array): Problem | null {
  if (begins(content, PNG_SIGN)) return pngProblem(content) ?? sizeProblem(content)
  if (begins(content, JPEG_SIGN)) return jpegProblem(content) ?? sizeProblem(content)
  return { why: t.create.isNoImage, isMendable: true }
}

const begins = (content: Uint8Array, sign: readonly number[]): boolean => sign.every((byte, at) => content[at] === byte)

const viewOf = (content: Uint8Array): DataView => new DataView(content.buffer, content.byteOffset, content.byteLength)

const mendable = (why: string): Problem => ({ why, isMendable: true })
const cutOff = (): Problem => ({ why: t.create.imageCutOff, isMendable: false })

function sizeProblem({ length }: Uint8Array): Problem | null {
  return length > MOST_IMAGE_BYTES ? mendable(t.create.imageBytes(megabytes(length), megabytes(MOST_IMAGE_BYTES))) : null
}

function pixelsProblem(size: Pixels): Problem | null {
  const { width, height } = size
  return fits(size) ? null : { why: t.create.imagePixels(width, height, MOST_SIDE, MOST_PIXELS), isMendable: width * height <= MOST_READ_PIXELS }
}

/** By its header, which stands first, and its end. */
function pngProblem(content: Uint8Array): Problem | null {
  const view = viewOf(content)
  if (content.length < 45 || view.getUint32(content.length - 8) !== IEND) return cutOff()
  return pixelsProblem({ width: view.getUint32(16), height: view.getUint32(20) }) ?? (content[28] ? mendable(t.create.imageInterlaced) : null)
}

/** By its frame's header, which is found segment by segment, and its end mark: what cameras write behind that is no part of the image. */
function jpegProblem(content: Uint8Array): Problem | null {
  const view = viewOf(content)
  let at = 2
  while (at + 9 <= content.length && content[at] === 0xff && !isFrame(view.getUint8(at + 1))) at += 2 + view.getUint16(at + 2)
  const end = content.findLastIndex((byte, i) => byte === 0xd9 && content[i - 1] === 0xff)
  if (at + 9 > content.length || content[at] !== 0xff || end < at) return cutOff()
  const isLast = content.subarray(end + 1).every((byte) => byte === 0)
  return pixelsProblem({ width: view.getUint16(at + 7), height: view.getUint16(at + 5) }) ?? (isLast ? null : mendable(t.create.imageTail))
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

/** What an image that was made smaller keeps of its original: boxes are drawn in the pixels of the smaller one. */
export const originalOf = ({ width, height }: Pixels): Record<string, number> => ({ original_width: width, original_height: height })

/** One line of the file that is imported. */
export const imageLine = (external_id: string, image: string, metadata: Record<string, number> = {}): string => `${JSON.stringify({ external_id, data: { image }, metadata })}\n`
