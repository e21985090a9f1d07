import { expect, it } from 'vitest'
import * as stopwatch from './stopwatch'

it('measures only the time an item could be seen', () => {
  const watch = stopwatch.resumed(stopwatch.paused(stopwatch.started(1000), 3500), 60_000)
  expect(stopwatch.seconds(watch, 61_234)).toBe(3.73)
  expect(stopwatch.seconds(stopwatch.paused(watch, 61_000), 99_000)).toBe(3.5)
})
