import { expect, it } from 'vitest'
import type { AnswerValue } from '../api/types'
import type { Card } from './label'
import { optionsOf } from './options'
import { otherOf, toVerify } from './verify'

const classes = ['ham', 'spam'].map((name) => ({ name, key: '', color: 0, description: '' }))
const project = { kind: 'choice' as const, classes, settings: { suggestions: 'verify' as const } }

const card = (value: AnswerValue | null, given: AnswerValue | null = null): Card => ({
  assignment: 1, item: { id: 1, external_id: null, data: { text: 'x' } }, reason: null, modelVersion: 3, leasedAt: 0, given,
  suggestion: value && { value, probability: 0.9, model: 'version 3' },
})

it('verifies what can be answered, where the project wants it', () => {
  expect(toVerify(project, card({ class: 'spam' }))).toEqual({ class: 'spam' })
  expect(toVerify({ ...project, settings: { suggestions: 'shown' } }, card({ class: 'spam' }))).toBeNull()
  expect([toVerify(project, null), toVerify(project, card(null)), toVerify(project, card({ class: 'gone' }))]).toEqual([null, null, null])
  expect(toVerify(project, card({ class: 'spam' }, { class: 'ham' }))).toBeNull()
})

it('verifies sets of classes as a whole, none included', () => {
  const several = { ...project, kind: 'multichoice' as const }
  expect(toVerify(several, card({ classes: [] }))).toEqual({ classes: [] })
  expect(toVerify(several, card({ classes: ['ham', 'gone'] }))).toBeNull()
  expect(toVerify({ ...project, kind: 'spans' }, card({ spans: [] }))).toBeNull()
})

it('refusing one of two is the other one', () => {
  expect(otherOf(optionsOf(project), { class: 'spam' })?.name).toBe('ham')
  expect(otherOf(optionsOf({ ...project, classes: [...classes, { name: 'scam', key: '', color: 0, description: '' }] }), { class: 'spam' })).toBeNull()
})
