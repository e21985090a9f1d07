import { describe, expect, it } from 'vitest'
import { ApiError, NetworkError } from '../api/errors'
import { answer, skip } from './label'
import { difference, fateOf, nextDueIn, nextToSend, whyRefused, pauseMs } from './outbox'
import { SPAM, withReady } from './testing'

describe('what goes out', () => {
  const { outbox } = answer(skip(withReady(1, 2), null, 1000), SPAM, 1, 1100)

  it('is the oldest act that is due', () => {
    expect(nextToSend(outbox, 1100)?.assignment).toBe(2)
    expect(nextToSend(outbox, 6000)?.assignment).toBe(1)
    expect(nextToSend([], 0)).toBeNull()
  })

  it('knows when the next one is due', () => {
    expect(nextDueIn(outbox.slice(0, 1), 2000)).toBe(3000)
    expect(nextDueIn(outbox, 9000)).toBe(0)
    expect(nextDueIn([], 0)).toBeNull()
  })
})

describe('a failed sending', () => {
  it.each([
    [new NetworkError('gone'), 'again'],
    [new ApiError(503, 'down', ''), 'again'],
    [new ApiError(429, 'throttled', ''), 'again'],
    [new ApiError(401, 'not_authenticated', ''), 'signed_out'],
    [new ApiError(403, 'second_factor_required', ''), 'signed_out'],
    [new ApiError(409, 'no_slot', ''), 'refused'],
    [new ApiError(422, 'invalid_value', ''), 'refused'],
    [new ApiError(404, 'not_found', ''), 'refused'],
  ] as const)('%s means %s', (error, fate) => expect(fateOf(error)).toBe(fate))

  it('waits longer each time, at most 15 s, or as long as the service asks', () => {
    const pauses = [1, 2, 3, 10].map((failures) => pauseMs(failures, null, 0.5))
    expect(pauses).toEqual([1000, 2000, 4000, 15_000])
    expect(pauseMs(1, 7, 0.5)).toBe(7000)
  })
})

it('writes only what changed', () => {
  const first = { assignment: 1 }
  const second = { assignment: 2 }
  const changed = { assignment: 1 }
  expect(difference([first, second], [changed, second])).toEqual({ write: [changed], erase: [] })
  expect(difference([first, second], [second])).toEqual({ write: [], erase: [1] })
})

it('a refused answer says what happened and what to do', () => {
  expect(whyRefused(new ApiError(404, 'not_found', 'There is no such assignment.'))).toContain('deleted')
  expect(whyRefused(new ApiError(422, 'invalid_value', 'No such class.', { 'value.class': ['gone'] }))).toBe('No such class. The classes have changed: reload the page, then answer this item again.')
  expect(whyRefused(new ApiError(409, 'conflict', 'Somebody was faster.'))).toBe('Somebody was faster.')
})
