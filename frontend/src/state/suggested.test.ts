import { expect, it } from 'vitest'
import { takenLines } from './suggested'

const share = { estimate: 0.93, low: 0.9, high: 0.95 }

it('holds what was taken against what people say blind', () => {
  expect(takenLines({ shown: 0, taken: 0, share: null }, null)).toEqual([])
  const taken = { shown: 300, taken: 279, share }
  expect(takenLines(taken, null)).toEqual(['Of the last 300 suggestions that were answered, 279 were taken (93%).'])
  const blind = { metric: 'accuracy', estimate: 0.84, low: 0.79, high: 0.88, n: 90 }
  expect(takenLines(taken, blind)[1]).toContain('84% (79–88%')
  expect(takenLines(taken, { ...blind, metric: 'f1_micro' })).toHaveLength(1)
})
