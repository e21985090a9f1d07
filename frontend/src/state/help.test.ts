import { expect, it } from 'vitest'
import type { Kind } from '../api/types'
import { answeredAt, breakDue } from './breaks'
import { begins, following, stopsOf } from './tour'

const STOPS = stopsOf('choice', false)
const nothing = { hasAnswered: false, hasTakenBack: false, drawer: null, dialog: null }

it('the tour goes on by doing what it says', () => {
  expect(following(0, nothing, STOPS)).toBe(0)
  expect(following(0, { ...nothing, hasAnswered: true }, STOPS)).toBe(1)
  expect(following(1, { ...nothing, hasAnswered: true }, STOPS)).toBe(1)
  expect(following(1, { ...nothing, hasTakenBack: true }, STOPS)).toBe(2)
  expect(following(2, { ...nothing, drawer: 'guidelines' }, STOPS)).toBe(3)
  expect(following(3, { ...nothing, dialog: 'keys' }, STOPS)).toBe(STOPS.length)
  expect(following(STOPS.length, nothing, STOPS)).toBe(STOPS.length)
  expect(following(3, { ...nothing, drawer: 'history' }, stopsOf('choice', true))).toBe(4)
})

it('the tour says how an answer of the kind is made', () => {
  const first = (kind: Kind, isByTouch = false): string => stopsOf(kind, isByTouch)[0]?.words ?? ''
  expect(first('choice')).toContain('each answer shows its key')
  expect(first('spans')).toContain('arrows select')
  expect(first('boxes')).toContain('draw a box')
  expect(first('multichoice')).toContain('tick all')
  expect(first('text')).toContain('write')
  for (const kind of ['spans', 'boxes', 'multichoice', 'text'] as const) {
    expect(first(kind)).toContain('Enter saves')
    expect(first(kind, true)).not.toMatch(/Enter|arrows|key/)
  }
})

it('the tour goes on after a reload where it was, and stays ended; taking back waits for an answer of this session', () => {
  expect([null, '1', '2', 'ended', '99', 'junk'].map(begins)).toEqual([0, 0, 2, STOPS.length, STOPS.length, 0])
})

it('a break is due after fifty minutes, and not after a pause', () => {
  const minute = 60_000
  let stretch = answeredAt(null, 0)
  for (let at = 1; at <= 50; at += 1) stretch = answeredAt(stretch, at * minute)
  expect(breakDue(stretch, 50 * minute)).toBe(50)
  expect(breakDue(answeredAt(null, 0), 0)).toBeNull()
  expect(breakDue(stretch, 55 * minute)).toBeNull()
  expect(answeredAt(stretch, 56 * minute)).toEqual({ since: 56 * minute, last: 56 * minute })
})
