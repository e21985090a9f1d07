import { expect, it } from 'vitest'
import { answeredAt, breakDue, type Stretch } from './breaks'

const MINUTE = 60_000

/** Answers a minute apart, from the given minute on. */
const worked = (from: number, minutes: number, before: Stretch | null = null): Stretch | null =>
  Array.from({ length: minutes + 1 }, (_, i) => (from + i) * MINUTE).reduce<Stretch | null>((stretch, now) => answeredAt(stretch, now), before)

it('proposes a break after fifty minutes without a pause', () => {
  expect(breakDue(null, 0)).toBeNull()
  expect(breakDue(worked(0, 49), 49 * MINUTE)).toBeNull()
  expect(breakDue(worked(0, 50), 50 * MINUTE)).toBe(50)
})

it('forgets it after a pause of five minutes, and counts from the next answer', () => {
  const long = worked(0, 50)
  expect(breakDue(long, 55 * MINUTE)).toBeNull()
  expect(breakDue(worked(55, 10, long), 65 * MINUTE)).toBeNull()
})
