import { describe, expect, it } from 'vitest'
import { fits, fitted, waysOf } from './imageFit'

describe('how large an image may be', () => {
  it('is bounded along a side and in all', () => {
    expect([{ width: 1600, height: 1250 }, { width: 4096, height: 488 }].map(fits)).toEqual([true, true])
    expect([{ width: 1601, height: 1250 }, { width: 4097, height: 1 }, { width: 0, height: 9 }].map(fits)).toEqual([false, false, false])
  })

  it('keeps the shape of what is made to fit, and never makes it larger', () => {
    expect(fitted({ width: 4000, height: 3000 }, 1)).toEqual({ width: 1632, height: 1224 })
    expect(fitted({ width: 20_000, height: 100 }, 1)).toEqual({ width: 4096, height: 20 })
    expect(fitted({ width: 300, height: 200 }, 1)).toEqual({ width: 300, height: 200 })
    expect(fitted({ width: 300, height: 200 }, 0.4)).toEqual({ width: 120, height: 80 })
    for (const [width, height] of [[12_000, 9_000], [1, 30_000], [5_000, 5_001]] as const) expect(fits(fitted({ width, height }, 1))).toBe(true)
  })

  it('loses nothing of what came without loss, where that fits', () => {
    expect(waysOf('image/png')[0]).toEqual({ type: 'image/png', scale: 1 })
    expect(waysOf('image/jpeg').every(({ type }) => type === 'image/jpeg')).toBe(true)
  })
})
