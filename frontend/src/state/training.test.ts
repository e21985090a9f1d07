import { expect, it } from 'vitest'
import type { Item } from '../api/types'
import { toldWords, trainingOf, trainingWords } from './training'

const item = { id: 7, external_id: 'a7', data: { text: 'Win a prize' }, metadata: {} } as unknown as Item

it('names the item of the answer before, and the known answer', () => {
  expect(toldWords({ right: true, value: { class: 'spam' }, item })).toBe('Right: “Win a prize” is spam.')
  expect(toldWords({ right: false, value: { class: 'spam' }, item })).toBe('Not the known answer: “Win a prize” is spam.')
  const long = { ...item, data: { text: 'x'.repeat(200) } } as unknown as Item
  expect(toldWords({ right: true, value: { class: 'spam' }, item: long }).length).toBeLessThan(110)
  const picture = { ...item, data: {} } as unknown as Item
  expect(toldWords({ right: true, value: { class: 'spam' }, item: picture })).toContain('a7')
})

it('says where a newcomer stands', () => {
  expect(trainingWords({ stage: 'undecided', asked: 3, of: 10, score: null })?.text).toContain('3 of 10 items')
  expect(trainingWords({ stage: 'passed', asked: 10, of: 10, score: 0.9 })?.text).toContain('90')
  expect(trainingWords({ stage: 'not_passed', asked: 10, of: 10, score: 0.5 })).toBeNull()
})

it('tells the manager how a training ended', () => {
  expect(trainingOf({ training: 'undecided', training_score: null })).toBe('')
  expect(trainingOf({ training: 'passed', training_score: null })).toBe('')
  expect(trainingOf({ training: 'passed', training_score: 0.9 })).toMatch(/^passed, 90/)
  expect(trainingOf({ training: 'not_passed', training_score: 0.5 })).toMatch(/^not passed, 50/)
})
