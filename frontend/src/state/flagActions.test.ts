import { expect, it } from 'vitest'
import type { Flag } from '../api/types'
import { actionsFor, doneWords } from './flagActions'

const flag = (more: Partial<Flag>): Flag => ({
  id: 1, kind: 'label_suspect', item: 7, external_id: 'a7', annotation: 3, annotator: 'cem', score: 0.9, evidence: { expected: 'spam' }, status: 'open', created_at: '2026-03-01T00:00:00Z', ...more,
})
const names = (one: Flag, isManager = true): string[] => actionsFor(one, isManager).map((action) => action.name)

it('offers what the service allows', () => {
  expect(names(flag({}))).toEqual(['relabel', 'send_out', 'talk', 'pause'])
  expect(names(flag({}), false)).toEqual(['relabel', 'send_out', 'talk'])
  expect(names(flag({ annotator: null }))).toEqual(['relabel', 'send_out'])
  expect(names(flag({ kind: 'confused_pair', item: null, annotator: null }))).toEqual(['send_out'])
  expect(names(flag({ kind: 'too_fast', item: null }))).toEqual(['send_out', 'talk', 'pause'])
})

it('undoes what was decided, not what has gone by itself', () => {
  expect(names(flag({ status: 'confirmed' }))).toEqual(['undo'])
  expect(names(flag({ status: 'closed' }))).toEqual([])
})

it('says what will happen, and what did', () => {
  expect(actionsFor(flag({}), true)[0]?.words[0]).toContain('spam, when the flag was raised')
  expect(actionsFor(flag({}), true).filter((one) => one.isNoteNeeded).map((one) => one.name)).toEqual(['talk'])
  expect(doneWords(flag({}), 'relabel')).toBe('Relabelled: Label probably wrong, cem.')
})
