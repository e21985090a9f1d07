import { expect, it } from 'vitest'
import { answeredAt, breakDue } from './breaks'
import { begins, following, STOPS, STOPS_BY_TOUCH } from './tour'

const nothing = { hasAnswered: false, hasTakenBack: false, drawer: null, dialog: null }

it('the tour goes on by doing what it says', () => {
  expect(following(0, nothing)).toBe(0)
  expect(following(0, { ...nothing, hasAnswered: true })).toBe(1)
  expect(following(1, { ...nothing, hasAnswered: true })).toBe(1)
  expect(following(1, { ...nothing, hasTakenBack: true })).toBe(2)
  expect(following(2, { ...nothing, drawer: 'guidelines' })).toBe(3)
  expect(following(3, { ...nothing, dialog: 'keys' })).toBe(STOPS.length)
  expect(following(STOPS.length, nothing)).toBe(STOPS.length)
  expect(following(3, { ...nothing, drawer: 'history' }, STOPS_BY_TOUCH)).toBe(4)
})

it('the tour goes on after a reload where it was, and stays ended', () => {
  expect([null, '2', 'ended', '99', 'junk'].map(begins)).toEqual([0, 2, STOPS.length, STOPS.length, 0])
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
