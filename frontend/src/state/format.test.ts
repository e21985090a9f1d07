import { expect, it } from 'vitest'
import { ago, duration, percent, plural } from './format'

it('writes figures and times for people', () => {
  expect([0, 59.4, 100, 540, 7200, 200_000].map(duration)).toEqual(['0 s', '59 s', '1 min 40 s', '9 min', '2 h', '2 days'])
  expect(ago(0, 3000)).toBe('just now')
  expect(ago(0, 119_000)).toBe('1 min ago')
  expect(percent(0.968)).toBe('96.8%')
  expect([plural(1, 'label'), plural(1200, 'label')]).toEqual(['1 label', '1,200 labels'])
})
