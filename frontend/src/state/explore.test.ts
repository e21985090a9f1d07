import { expect, it } from 'vitest'
import type { Explored } from '../api/explore'
import { countFilters, drawn, filtersOf, foundWords, NO_FILTERS, pickedBetween, ROW_PX, scrollTo, searchOf, toggled, stateOf } from './explore'

it('filters live in the address', () => {
  const some = { ...NO_FILTERS, q: 'lost parcel', order: 'doubt', class: 'a&b' }
  expect(filtersOf(searchOf(some))).toEqual(some)
  expect([searchOf(NO_FILTERS), searchOf({ ...NO_FILTERS, q: '  ' })]).toEqual(['', ''])
  expect([countFilters(some), countFilters(NO_FILTERS)]).toEqual([2, 0])
})

it('only what is seen of a million rows is drawn', () => {
  expect(drawn(0, 440, 1_000_000)).toEqual({ from: 0, to: 18 })
  expect(drawn(500_000 * ROW_PX, 440, 1_000_000)).toEqual({ from: 499_992, to: 500_018 })
  expect(drawn(9999, 440, 3)).toEqual({ from: 3, to: 3 })
})

it('the row of the keyboard stays in sight', () => {
  expect([scrollTo(0, 100, 440), scrollTo(12, 100, 440), scrollTo(5, 100, 440)]).toEqual([0, 132, null])
})

it('rows are picked one by one or in a stretch', () => {
  const rows = [1, 2, 3, 4].map((item) => ({ item }) as Explored)
  expect([...toggled(toggled(new Set(), 3), 4)]).toEqual([3, 4])
  expect([...toggled(new Set([3]), 3)]).toEqual([])
  expect([...pickedBetween(new Set([9]), rows, 2, 0)]).toEqual([9, 1, 2, 3])
})

it('says where an item stands, a known answer before anybody was asked too', () => {
  expect([stateOf(null, false), stateOf(null, true)]).toEqual(['no answer yet', 'known answer'])
  expect(stateOf({ status: 'doubtful', probability: 0.45 }, false)).toBe('in doubt, 45%')
  expect(stateOf({ status: 'agreed', probability: 1 }, false)).toBe('sure, > 99%')
  expect(stateOf({ status: 'reviewed', probability: 1 }, false)).toBe('decided')
})

it('says how many items were found, of how many, and how far it has looked', () => {
  const found = { shown: 6, hasMore: true, total: 297, looked: 212, isFiltered: true }
  expect(foundWords(found)).toBe('6 of 297 items so far, 212 looked at')
  expect(foundWords({ ...found, hasMore: false })).toBe('6 of 297 items')
  expect(foundWords({ ...found, total: null, looked: null })).toBe('6 items so far')
  expect(foundWords({ ...found, isFiltered: false })).toBe('297 items')
})
