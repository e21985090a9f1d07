import type { Value } from '../api/review'
import type { Box, Kind, Span } from '../api/types'
import { boxesIn, spansIn } from './answers'
import { asAnswer } from './review'
import type { Token } from './spans'

/* What is drawn on an item to be judged: the marks of one answer, and those that are not part of what would be accepted. Pure. */

export interface Drawn<Mark> {
  mark: Mark
  /** Not part of what is held for right: drawn with a broken line. */
  isOdd: boolean
}

/** From this overlap on two boxes are the same thing, drawn by two hands. */
const SAME_THING = 0.5

const isSameSpan = (a: Span, b: Span): boolean => a.start === b.start && a.end === b.end && a.class === b.class

/** The overlap of two boxes as a share of what both cover. */
export function overlap(a: Box, b: Box): number {
  const along = (x: number, wide: number, y: number, other: number): number => Math.max(0, Math.min(x + wide, y + other) - Math.max(x, y))
  const both = along(a.x, a.width, b.x, b.width) * along(a.y, a.height, b.y, b.height)
  return both ? both / (a.width * a.height + b.width * b.height - both) : 0
}

const isSameBox = (a: Box, b: Box): boolean => a.class === b.class && overlap(a, b) >= SAME_THING

/** The marks of `shown`, else of what is held for right with whatever else somebody marked. */
function drawn<Mark>(right: readonly Mark[], shown: readonly Mark[] | null, votes: readonly (readonly Mark[])[], isSame: (a: Mark, b: Mark) => boolean): Drawn<Mark>[] {
  const isIn = (marks: readonly Mark[], mark: Mark): boolean => marks.some((one) => isSame(one, mark))
  if (shown) return shown.map((mark) => ({ mark, isOdd: !isIn(right, mark) }))
  const others = votes.flat().filter((mark, at, all) => !isIn(right, mark) && !isIn(all.slice(0, at), mark))
  return [...right.map((mark) => ({ mark, isOdd: false })), ...others.map((mark) => ({ mark, isOdd: true }))]
}

interface ToDraw {
  /** What is held for right, or null where nothing is. */
  right: Value | null
  /** The one answer to draw; null: what is held for right, and what others marked besides. */
  shown: Value | null
  votes: readonly Value[]
}

export function drawnSpans({ right, shown, votes }: ToDraw): Drawn<Span>[] {
  const of = (value: Value | null): Span[] => spansIn(value && asAnswer(value))
  const found = drawn(of(right), shown && of(shown), votes.map(of), isSameSpan)
  return found.sort((a, b) => a.mark.start - b.mark.start || a.mark.end - b.mark.end)
}

export function drawnBoxes({ right, shown, votes }: ToDraw): Drawn<Box>[] {
  const of = (value: Value | null): Box[] => boxesIn(value && asAnswer(value))
  return drawn(of(right), shown && of(shown), votes.map(of), isSameBox)
}

/** In which row above or below its box each name stands, so that names of boxes at one place do not cover each other. */
export const labelRows = (boxes: readonly Drawn<Box>[]): number[] =>
  boxes.map(({ mark, isOdd }, at) => boxes.slice(0, at).filter((one) => one.isOdd === isOdd && overlap(one.mark, mark) >= SAME_THING).length)

/** One thing that somebody marked, to be taken or left. */
export interface Candidate {
  mark: Span | Box
  /** Part of what is held for right. */
  isRight: boolean
  /** Which of the votes have it, by their places. */
  votes: readonly number[]
}

/** Everything that is held for right or that anybody marked, each thing once. */
export function candidates(right: Value | null, votes: readonly Value[]): Candidate[] {
  const spans = drawnSpans({ right, shown: null, votes }).map(({ mark, isOdd }): Candidate => ({
    mark, isRight: !isOdd, votes: places(votes, (value) => spansIn(asAnswer(value)).some((one) => isSameSpan(one, mark))),
  }))
  const boxes = drawnBoxes({ right, shown: null, votes }).map(({ mark, isOdd }): Candidate => ({
    mark, isRight: !isOdd, votes: places(votes, (value) => boxesIn(asAnswer(value)).some((one) => isSameBox(one, mark))),
  }))
  return [...spans, ...boxes]
}

const places = (votes: readonly Value[], has: (value: Value) => boolean): number[] => votes.flatMap((value, at) => (has(value) ? [at] : []))

/** The answer of a kind that is marks with just these. */
export const answerOf = (kind: Kind, marks: readonly (Span | Box)[]): Value => (kind === 'boxes' ? { boxes: marks } : { spans: marks })

/** The text cut wherever a span begins or ends: marks from elsewhere need not keep to words. */
export function cuts(text: string, spans: readonly Span[]): Token[] {
  const letters = [...text]
  const edges = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b)
  return edges.slice(1).map((end, i) => {
    const start = edges[i] ?? 0
    return { start, end, text: letters.slice(start, end).join('') }
  })
}
