import { describe, expect, it } from 'vitest'
import { freeId, imageLine, imageProblem, imageUrl, originalOf } from './createImages'

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((sign) => sign.charCodeAt(0)) : part)))
const u32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]
const u16 = (n: number): number[] => [n >>> 8, n & 255]

const png = (width: number, height: number, interlaced = 0): Uint8Array =>
  bytes([0x89], 'PNG\r\n\x1a\n', u32(13), 'IHDR', u32(width), u32(height), [8, 2, 0, 0, interlaced], u32(0), u32(0), 'IEND', u32(0xae426082))
/** With a segment of four bytes before the frame's header. */
const jpeg = (width: number, height: number, ...end: number[]): Uint8Array =>
  bytes([0xff, 0xd8, 0xff, 0xe0], u16(4), [1, 2, 0xff, 0xc2], u16(11), [8], u16(height), u16(width), [1, 1, 17, 0], end)

const mendable = (why: string) => ({ why, isMendable: true })
const CUT = { why: 'is damaged or cut off', isMendable: false }

describe('which files are taken', () => {
  it('takes a PNG and a JPEG by their content', () => {
    expect(imageProblem(png(200, 100))).toBeNull()
    expect(imageProblem(jpeg(200, 100, 0xff, 0xd9))).toBeNull()
    expect(imageProblem(jpeg(200, 100, 0xff, 0xd9, 0, 0))).toBeNull()
  })

  it('says why another one is not taken as it is', () => {
    const NONE = mendable('is no PNG or JPEG image, nor one of another kind that this browser can read')
    expect(imageProblem(bytes('GIF89a'))).toEqual(NONE)
    expect(imageProblem(new Uint8Array())).toEqual(NONE)
    const large = new Uint8Array(1_000_001)
    large.set(jpeg(200, 100, 0xff, 0xd9))
    expect(imageProblem(large)).toEqual(mendable('has 1.1 MB; at most 1 MB is taken'))
    expect(imageProblem(png(4000, 3000))).toEqual(mendable('has 4,000 by 3,000 pixels; at most 4,096 a side and 2,000,000 in all are taken'))
    expect(imageProblem(jpeg(5000, 10, 0xff, 0xd9))?.why).toContain('has 5,000 by 10 pixels')
    expect(imageProblem(png(200, 100, 1))).toEqual(mendable('is an interlaced PNG, which is not taken'))
  })

  it('sees where one is cut off, and what a camera wrote behind a whole one', () => {
    expect(imageProblem(png(200, 100).slice(0, -1))).toEqual(CUT)
    expect(imageProblem(png(200, 100).slice(0, 20))).toEqual(CUT)
    expect(imageProblem(jpeg(200, 100))).toEqual(CUT)
    expect(imageProblem(bytes([0xff, 0xd8, 0xff, 0xd9]))).toEqual(CUT)
    expect(imageProblem(jpeg(200, 100, 0xff, 0xd9, 1, 2, 3))).toEqual(mendable('has something behind its end'))
  })
})

describe('rows of images', () => {
  it('holds the content as it is', () => {
    const long = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251)
    long.set(jpeg(1, 1))
    const url = imageUrl(long)
    expect(url.startsWith('data:image/jpeg;base64,/9j/')).toBe(true)
    expect(Uint8Array.from(atob(url.split(',')[1] ?? ''), (sign) => sign.charCodeAt(0))).toEqual(long)
    expect(imageLine('a "b".png', imageUrl(png(1, 1)))).toMatch(/^\{"external_id":"a \\"b\\"\.png","data":\{"image":"data:image\/png;base64,[^"]+"\},"metadata":\{\}\}\n$/)
    expect(imageLine('a', 'b', originalOf({ width: 4000, height: 3000 }))).toContain('"metadata":{"original_width":4000,"original_height":3000}')
  })

  it('numbers names that come twice, and keeps them short', () => {
    expect(freeId('a.png', new Set())).toBe('a.png')
    expect(freeId('a.png', new Set(['a.png', 'a.png (2)']))).toBe('a.png (3)')
    expect(freeId('x'.repeat(250), new Set(['x'.repeat(192)]))).toBe(`${'x'.repeat(192)} (2)`)
  })
})
