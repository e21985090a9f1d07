import type { Explored } from '../api/explore'
import { count } from './format'
import { sureness } from './manageFormat'
import { t } from '../words/spoken.svelte'

/* Looking through items: filters as an address, the part of a long list that is drawn, what is picked. Pure. */

export const NAMES = ['q', 'class', 'status', 'flag', 'person', 'stream', 'since', 'until', 'order'] as const
export type FilterName = (typeof NAMES)[number]
export type Filters = Readonly<Record<FilterName, string>>

export const NO_FILTERS: Filters = { q: '', class: '', status: '', flag: '', person: '', stream: '', since: '', until: '', order: '' }

/** The filters of an address; what it does not name is empty. */
export function filtersOf(search: string): Filters {
  const given = new URLSearchParams(search)
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ''])) as Record<FilterName, string>
}

/** "?q=parcel&order=doubt"; empty without any filter. */
export function searchOf(filters: Filters): string {
  const given = new URLSearchParams(NAMES.filter((name) => filters[name].trim()).map((name) => [name, filters[name].trim()]))
  return given.size ? `?${given}` : ''
}

/** How many filters narrow the list; the order does not. */
export const countFilters = (filters: Filters): number => NAMES.filter((name) => name !== 'order' && filters[name].trim()).length

export const ROW_PX = 44
const SPARE = 8

/** The rows to draw of `n`, from and to (not included), with a few spare ones above and below what is seen. */
export function drawn(scrollTop: number, height: number, n: number): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrollTop / ROW_PX) - SPARE)
  return { from: Math.min(from, n), to: Math.min(n, Math.ceil((scrollTop + height) / ROW_PX) + SPARE) }
}

/** Where to scroll so that a row is in sight; null when it is. */
export function scrollTo(row: number, scrollTop: number, height: number): number | null {
  const [top, bottom] = [row * ROW_PX, (row + 1) * ROW_PX]
  if (top < scrollTop) return top
  return bottom > scrollTop + height ? bottom - height : null
}

export const MOST_PICKED = 1000

/** The picks with one item more or less. */
export function toggled(picked: ReadonlySet<number>, item: number): ReadonlySet<number> {
  const next = new Set(picked)
  if (!next.delete(item) && next.size < MOST_PICKED) next.add(item)
  return next
}

/** All rows between two places picked, as far as a thousand goes. */
export function pickedBetween(picked: ReadonlySet<number>, rows: readonly Explored[], from: number, to: number): ReadonlySet<number> {
  const [first, last] = from < to ? [from, to] : [to, from]
  return new Set([...picked, ...rows.slice(first, last + 1).map((row) => row.item)].slice(0, MOST_PICKED))
}

/** Where an item stands: how sure its label is where people answered, else whether its answer is known. */
export function stateOf(consensus: { status: string; probability: number } | null, isGold: boolean): string {
  if (!consensus) return isGold ? (t.explore.statuses['gold'] ?? '') : t.explore.noneYet
  const status = t.explore.statuses[consensus.status] ?? consensus.status
  return consensus.status === 'gold' || consensus.status === 'reviewed' ? status : t.explore.statusSure(status, sureness(consensus.probability))
}

export interface Found {
  shown: number
  /** There may be more than are shown. */
  hasMore: boolean
  /** How many the project has; null while that is not known. */
  total: number | null
  /** How many were looked at; null without a filter. */
  looked: number | null
  isFiltered: boolean
}

/** "297 items", "6 of 297 items", "6 of 297 items so far, 212 looked at". */
export function foundWords({ shown, hasMore, total, looked, isFiltered }: Found): string {
  if (!isFiltered && total !== null) return t.manage.nItems(total)
  const of = total === null ? t.manage.nItems(shown) : t.explore.ofAll(count(shown), total)
  if (!hasMore) return of
  return looked === null ? t.explore.soFar(of) : t.explore.lookedAt(t.explore.soFar(of), count(looked))
}
