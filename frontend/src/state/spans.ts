import type { Span } from '../api/types'

/* Marking stretches of a text. Places count code points, as the service does; marks snap to tokens. Pure. */

export interface Token {
  start: number
  end: number
  text: string
}

// The same pieces as the service's tagger knows: flags, keycaps, characters of scripts without spaces, numbers, words,
// and symbols with what belongs to them (skin tones, joined emoji).
const UNSPACED = '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}'
const TAILS = '\\u0e31\\u0e34-\\u0e3a\\u0e47-\\u0e4e\\u0eb1\\u0eb4-\\u0ebc\\u0ec8-\\u0ecd\\u102b-\\u103e\\u17b4-\\u17d3\\u3099\\u309a'
const WORD = '\\p{L}\\p{N}\\p{M}_\\u200c\\u200d'
const SYMBOL = `[^${WORD}\\s][\\u0300-\\u036f\\ufe00-\\ufe0f\\u20e3\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}]*`
const TOKEN = new RegExp(
  ['[\\u{1f1e6}-\\u{1f1ff}]{2}', '[0-9#*]\\ufe0f?\\u20e3', `[${UNSPACED}][${TAILS}]*`, `\\d+(?:[.,]\\d+)*(?![${WORD}])`, `(?:(?![${UNSPACED}])[${WORD}])+`, `${SYMBOL}(?:\\u200d${SYMBOL})*`].join('|'),
  'gu',
)

const length = (text: string): number => [...text].length

/** The tokens of a text, in order; white space lies between them. */
export function tokensOf(text: string): Token[] {
  let seen = 0
  let start = 0
  return [...text.matchAll(TOKEN)].map((found) => {
    start += length(text.slice(seen, found.index))
    seen = found.index
    return { start, end: start + length(found[0]), text: found[0] }
  })
}

/** What is being marked in one item. `from` and `to` are the tokens between which the selection lies, `to` the moving one. */
export interface Draft {
  tokens: readonly Token[]
  spans: readonly Span[]
  from: number
  to: number
  /** The spans before each change, the newest last. */
  undo: readonly (readonly Span[])[]
}

const order = (a: Span, b: Span): number => a.start - b.start || a.end - b.end || (a.class < b.class ? -1 : 1)
const same = (a: Span, b: Span): boolean => a.start === b.start && a.end === b.end && a.class === b.class

export const draftOf = (text: string, spans: readonly Span[]): Draft => ({ tokens: tokensOf(text), spans: [...spans].sort(order), from: 0, to: 0, undo: [] })

/** The first and the last selected token. */
export const selected = ({ from, to }: Pick<Draft, 'from' | 'to'>): [number, number] => [Math.min(from, to), Math.max(from, to)]

const within = (draft: Draft, token: number): number => Math.max(0, Math.min(token, draft.tokens.length - 1))

/** The draft with these tokens selected. */
export const select = (draft: Draft, from: number, to: number): Draft => ({ ...draft, from: within(draft, from), to: within(draft, to) })

// Signs that belong to what stands beside them (a handle, a tag, a share, a path) are no edge to cut off.
const EDGE = /^(?![@#%&*/\\‰])\p{P}$/u

/**
 * The draft with what was dragged selected, from the token where that began to the one where it is. Punctuation at its
 * edges is left out, unless there is nothing else: a word is let go at its edge more often than its full stop is meant.
 */
export function dragged(draft: Draft, from: number, to: number): Draft {
  const [first, last] = selected({ from: within(draft, from), to: within(draft, to) })
  const isInner = ({ text }: Token): boolean => !EDGE.test(text)
  const inner = draft.tokens.slice(first, last + 1)
  const [start, end] = [inner.findIndex(isInner), inner.findLastIndex(isInner)]
  const [low, high] = start < 0 ? [first, last] : [first + start, first + end]
  return from <= to ? select(draft, low, high) : select(draft, high, low)
}

/** The draft with the selection moved by one token; `extend` keeps its other end. */
export function step(draft: Draft, by: 1 | -1, extend: boolean): Draft {
  const to = within(draft, draft.to + by)
  return { ...draft, from: extend ? draft.from : to, to }
}

const changed = (draft: Draft, spans: readonly Span[]): Draft => ({ ...draft, spans: [...spans].sort(order), undo: [...draft.undo, draft.spans] })

/** The selection in code points, or null in a text without tokens. */
function place(draft: Draft): Pick<Span, 'start' | 'end'> | null {
  const [first, last] = selected(draft).map((token) => draft.tokens[token])
  return first && last ? { start: first.start, end: last.end } : null
}

/** The span that lies exactly under the selection. */
export function chosen(draft: Draft): Span | null {
  const here = place(draft)
  return draft.spans.find((span) => span.start === here?.start && span.end === here.end) ?? null
}

/** The draft with the selection marked: a span of another class in the same place is changed, the same one is taken away. */
export function mark(draft: Draft, name: string, mayOverlap: boolean): Draft {
  const here = place(draft)
  if (!here) return draft
  const wanted = { ...here, class: name }
  if (draft.spans.some((span) => same(span, wanted))) return changed(draft, draft.spans.filter((span) => !same(span, wanted)))
  const touches = (span: Span): boolean => span.start < wanted.end && wanted.start < span.end
  const isSamePlace = (span: Span): boolean => span.start === wanted.start && span.end === wanted.end
  return changed(draft, [...draft.spans.filter((span) => !(mayOverlap ? isSamePlace(span) : touches(span))), wanted])
}

/** The draft without the span under the selection, or without those that the selection touches. */
export function erase(draft: Draft): Draft {
  const here = place(draft)
  const exact = chosen(draft)
  const gone = (span: Span): boolean => (exact ? same(span, exact) : here !== null && span.start < here.end && here.start < span.end)
  return draft.spans.some(gone) ? changed(draft, draft.spans.filter((span) => !gone(span))) : draft
}

export function undo(draft: Draft): Draft {
  const spans = draft.undo.at(-1)
  return spans ? { ...draft, spans, undo: draft.undo.slice(0, -1) } : draft
}

/** The draft with a span selected: tokens that it shares a character with. */
export function choose(draft: Draft, span: Span): Draft {
  const from = draft.tokens.findIndex((token) => token.end > span.start)
  const to = draft.tokens.findLastIndex((token) => token.start < span.end)
  return from < 0 || to < from ? draft : select(draft, from, to)
}

/** The draft with the next span of the list selected, or the one before; from a place without one, the nearest. */
export function walk(draft: Draft, by: 1 | -1): Draft {
  const n = draft.spans.length
  if (!n) return draft
  const now = chosen(draft)
  const start = place(draft)?.start ?? 0
  const after = draft.spans.findIndex((span) => span.start > start)
  const at = now ? draft.spans.indexOf(now) + by : by > 0 ? after : (after < 0 ? n : after) - 1
  const next = draft.spans[(at + n) % n]
  return next ? choose(draft, next) : draft
}

/** The text of a span. */
export const textOf = (text: string, span: Pick<Span, 'start' | 'end'>): string => [...text].slice(span.start, span.end).join('')

export interface Piece {
  text: string
  /** The token, or null for what lies between tokens. */
  token: number | null
  /** Spans that cover the piece, each on its own track: null where a track is free here. */
  tracks: readonly (Span | null)[]
}

/** The text in pieces to draw. A span keeps its track from its first piece to its last. */
export function pieces(text: string, draft: Pick<Draft, 'tokens' | 'spans'>): Piece[] {
  const letters = [...text]
  const ends: number[] = []
  const tracks = new Map<Span, number>()
  for (const span of draft.spans) {
    const free = ends.findIndex((end) => end <= span.start)
    const track = free < 0 ? ends.length : free
    ends[track] = span.end
    tracks.set(span, track)
  }
  const cover = (start: number, end: number): (Span | null)[] => {
    const lines: (Span | null)[] = []
    for (const [span, track] of tracks) if (span.start < end && start < span.end) lines[track] = span
    return Array.from(lines, (span) => span ?? null)
  }
  let at = 0
  const found: Piece[] = []
  const add = (end: number, token: number | null): void => {
    if (end > at) found.push({ text: letters.slice(at, end).join(''), token, tracks: cover(at, end) })
    at = Math.max(at, end)
  }
  draft.tokens.forEach((token, i) => {
    add(token.start, null)
    add(token.end, i)
  })
  add(letters.length, null)
  return found
}
