import { expect, test } from 'vitest'
import { inWords, sameAnswer } from './answers'
import { itemText, optionsOf } from './options'

const info = (name: string, key = '') => ({ name, key, color: 0, description: '' })

test('one key an answer, by kind', () => {
  expect(optionsOf({ kind: 'choice', classes: [info('spam', 's')] })[0]).toMatchObject({ name: 'spam', key: 's', value: { class: 'spam' } })
  expect(optionsOf({ kind: 'rating', classes: [info('0', '1'), info('1', '2'), info('10', '3')] }).map((one) => [one.key, one.value])).toEqual([
    ['0', { rating: 0 }],
    ['1', { rating: 1 }],
    ['3', { rating: 10 }],
  ])
  expect(optionsOf({ kind: 'pairwise', classes: [] }).map((one) => one.value)).toEqual([{ preferred: 0 }, { preferred: 1 }])
  expect(optionsOf({ kind: 'multichoice', classes: [info('a')] })).toEqual([])
})

test('answers of every kind are compared and said in words', () => {
  expect(sameAnswer({ classes: ['a', 'b'] }, { classes: ['b', 'a'] })).toBe(true)
  expect(sameAnswer({ classes: [] }, { classes: ['a'] })).toBe(false)
  expect(sameAnswer({ rating: 3 }, { rating: 3 })).toBe(true)
  expect(sameAnswer({ text: 'a' }, { text: 'b' })).toBe(false)
  expect([{ classes: [] }, { classes: ['a', 'b'] }, { rating: 4 }, { text: 'Hi' }, { preferred: 1 }].map(inWords)).toEqual(['none of them', 'a, b', '4', '“Hi”', 'the second'])
})

test('an item as one text', () => {
  const item = (data: object) => itemText({ id: 1, external_id: null, data: data as { text: string } })
  expect([item({ text: 'a' }), item({ texts: ['a', 'b'] }), item({ image: 'x.png' }), item({ image: 'data:image/png;base64,AA' }), item({})]).toEqual(['a', 'a ⇄ b', 'x.png', 'image', ''])
})
