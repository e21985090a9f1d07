import { describe, expect, it } from 'vitest'
import { answerKeys, colorOf, colorSlot } from './classes'

describe('keys of the classes', () => {
  const plain = (n: number) => Array.from({ length: n }, () => ({ key: '' }))

  it('are digits first, then the letters that are free', () => {
    expect(answerKeys(plain(12), new Set(['a', 'c'])).join('')).toBe('1234567890bd')
  })

  it('are those the project chose, unless reserved, long or taken', () => {
    expect(answerKeys([{ key: 'S' }, { key: 'h' }, { key: 's' }, { key: 'long' }, { key: '' }], new Set(['h']))).toEqual(['s', '1', '2', '3', '4'])
  })

  it('run out without harm', () => {
    const keys = answerKeys(plain(40), new Set())
    expect(keys.filter((key) => key === null)).toHaveLength(4)
    expect(new Set(keys.slice(0, 36)).size).toBe(36)
  })
})

it('colours a class by its number or turn', () => {
  const info = (color: number) => ({ name: 'x', key: '', color, description: '' })
  expect(colorSlot(info(12), 0)).toBe(12)
  expect(colorSlot(info(13), 2)).toBe(3)
  expect(colorSlot(info(0), 13)).toBe(2)
  expect(colorOf([info(1)], 'gone')).toBe('c12')
})
