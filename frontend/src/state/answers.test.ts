import { expect, test } from 'vitest'
import { inWords, sameAnswer } from './answers'

const anna = { start: 0, end: 4, class: 'person' }
const paris = { start: 10, end: 15, class: 'place' }

test('answers are the same whatever the order of their spans', () => {
  expect(sameAnswer({ spans: [anna, paris] }, { spans: [paris, anna] })).toBe(true)
  expect(sameAnswer({ spans: [anna] }, { spans: [paris] })).toBe(false)
  expect(sameAnswer({ spans: [] }, { class: 'person' })).toBe(false)
  expect(sameAnswer({ class: 'a' }, { class: 'a' })).toBe(true)
})

test('answers in words', () => {
  expect(inWords({ class: 'spam' })).toBe('spam')
  expect(inWords({ spans: [] })).toBe('no spans')
  expect(inWords({ spans: [anna] })).toBe('1 span: person')
  expect(inWords({ spans: [anna, paris, { ...anna, start: 20, end: 24 }] })).toBe('3 spans: person, place')
})
