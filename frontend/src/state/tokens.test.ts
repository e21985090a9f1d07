import { expect, it } from 'vitest'
import { endOf, limitsOf, sorted } from './tokens'

const free = { id: 1, name: 'nightly', read_only: false, project: null, expires_at: null, created_at: '2026-03-01T00:00:00Z', last_used_on: null }

it('says what a token may do', () => {
  expect(limitsOf(free, [])).toBe('no limits')
  const limited = { ...free, read_only: true, project: 7, expires_at: '2026-03-04T12:00:00Z' }
  expect(limitsOf(limited, [{ project: 7, name: 'Inbox', role: 'owner', kind: 'choice' }], 0)).toMatch(/^only reads · only Inbox · until .*4/)
  expect(limitsOf(limited, [], Date.parse('2027-01-01'))).toMatch(/only project 7 · ended /)
})

it('keeps what somebody made apart from log-ins of programs', () => {
  const { made, given } = sorted([free, { ...free, id: 2, name: 'log-in' }])
  expect([made, given].map((list) => list.map((one) => one.id))).toEqual([[1], [2]])
})

it('takes the last moment of a day', () => {
  expect(endOf('')).toBeNull()
  expect(new Date(endOf('2030-01-02') ?? '').getDate()).toBe(2)
})
