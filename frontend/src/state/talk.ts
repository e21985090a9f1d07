/** What people say to each other about items. Pure. */
import type { Comment, SaidToMe, SaidToOne } from '../api/schema'
import { homeOf } from './routes'
import type { MembershipSummary } from '../api/types'
import { t } from '../words/spoken.svelte'

interface Said {
  id: number
  parent: number | null
}

/** Threads in the order of their first comments, each with its answers behind it. */
export function threadsOf<Row extends Said>(comments: readonly Row[]): [Row, ...Row[]][] {
  return comments.filter((one) => one.parent === null).map((first) => [first, ...comments.filter((one) => one.parent === first.id)])
}

/** Whom of those called by @name a comment does not reach; nothing where all are members. */
export function reachWords({ body, unknown }: Pick<Comment, 'body' | 'unknown'>): string {
  if (unknown === null) return NAMED.test(body) ? t.talk.namesAreNotTold : ''
  return unknown.length ? t.talk.nobodyCalled(unknown.join(', ')) : ''
}

const NAMED = /(^|[^\w@])@[\w.+-]*\w/

/** A name that is being written: where it begins, and what of it stands before the caret; null where none is. */
export function naming(body: string, caret: number): { from: number; typed: string } | null {
  const found = /(?<![\p{L}\p{N}_@])@([\p{L}\p{N}_.+-]*)$/u.exec(body.slice(0, caret))
  return found && { from: found.index, typed: found[1] ?? '' }
}

/** Who may be meant: those whose names begin so, then those whose names hold it. Some names cannot be called. */
export function namesFor(typed: string, names: readonly string[]): string[] {
  const placeIn = (name: string): number => name.toLowerCase().indexOf(typed.toLowerCase())
  const held = names.filter((name) => placeIn(name) >= 0 && /^[\p{L}\p{N}_.+-]*[\p{L}\p{N}_]$/u.test(name))
  return [...held.filter((name) => placeIn(name) === 0), ...held.filter((name) => placeIn(name) > 0)]
}

/** The text with the whole name in the place of what is typed of it, and where the caret is then. What follows stays. */
export function withName(body: string, from: number, caret: number, name: string): { body: string; caret: number } {
  const there = /^@[\p{L}\p{N}_.+-]*[\p{L}\p{N}_]/u.exec(body.slice(from))?.[0] ?? ''
  const isWhole = there.toLowerCase() === `@${name}`.toLowerCase()
  const after = body.slice(isWhole ? from + there.length : caret)
  // Punctuation ends a name by itself, unless it would be read as part of it.
  const space = /^(\.*[\p{L}\p{N}_+@-]|\s|$)/u.test(after) ? ' ' : ''
  const before = `${body.slice(0, from)}@${name}${space}`
  return { body: before + after.replace(/^[^\S\n]/, ''), caret: before.length }
}

/** What is new to the person, of one project or of all. */
export const unseen = (told: SaidToMe | null, project: number | null = null): SaidToOne[] =>
  (told?.results ?? []).filter((one) => one.seen_at === null && (project === null || one.project === project))

/** "maya answered you", "somebody named you". */
export const whoSaid = ({ author, by_name }: SaidToOne): string => 
  (by_name ? t.common.wroteToYou : t.common.answeredYou)(author ?? t.common.somebody)

/** What it is about: the item's own name, else how its text begins, else no more than that it is an item. */
export const itemSpoken = ({ external_id, text }: Pick<SaidToOne, 'external_id' | 'text'>): string =>
  external_id ?? (text ? `“${text}”` : t.common.anItem)

/** Where one reads and answers it: annotators beside their work, everybody else on the item's page. */
export function placeOf({ project, item }: SaidToOne, memberships: readonly MembershipSummary[]): string {
  const role = memberships.find((one) => one.project === project)?.role ?? 'annotator'
  return role === 'annotator' ? `${homeOf(project, role)}?discuss=${item}` : `/projects/${project}/items/${item}`
}

/** The item that an address asks to talk about; null for none. */
export function discussed(search: string): number | null {
  const item = Number(new URLSearchParams(search).get('discuss'))
  return Number.isSafeInteger(item) && item > 0 ? item : null
}
