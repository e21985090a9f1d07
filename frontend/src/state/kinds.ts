/** The kinds of question in plain words: what each asks, what its items and known answers look like. Pure. */
import type { Kind } from '../api/types'
import { plural } from './format'

export interface KindWords {
  kind: Kind
  title: string
  /** What people do. */
  asks: string
  /** The columns that a file of this kind has. */
  columns: string
  /** How many classes it needs; null when it has none. */
  leastClasses: number | null
  /** Querent trains a model of its own on its answers. */
  hasModel: boolean
}

export const KINDS: readonly KindWords[] = [
  { kind: 'choice', title: 'Choice', asks: 'One class for each text or image.', columns: 'A column with the text; perhaps one with an id and one with known classes.', leastClasses: 2, hasModel: true },
  { kind: 'multichoice', title: 'Several classes', asks: 'Every class that fits, also none.', columns: 'A column with the text; known classes in one cell, separated by ; or |.', leastClasses: 1, hasModel: true },
  { kind: 'spans', title: 'Spans', asks: 'Passages of the text are marked with classes.', columns: 'A column with the text; known spans as JSON: [{"start": 0, "end": 3, "class": "…"}].', leastClasses: 1, hasModel: true },
  { kind: 'rating', title: 'Rating', asks: 'A point of a scale that rises.', columns: 'A column with the text; known points as whole numbers.', leastClasses: 0, hasModel: true },
  { kind: 'pairwise', title: 'The better of two', asks: 'Which of two texts is the better one.', columns: 'Two columns with the texts to compare; a known side as 0, 1, first or second.', leastClasses: null, hasModel: true },
  { kind: 'text', title: 'Free text', asks: 'An answer in people’s own words.', columns: 'A column with the text; known answers as texts.', leastClasses: null, hasModel: false },
  { kind: 'boxes', title: 'Boxes', asks: 'Rectangles on an image, each with a class.', columns: 'JSON lines of {"external_id": "…", "data": {"image": "data:image/png;base64,…"}}; a CSV file cannot hold them.', leastClasses: 1, hasModel: false },
]

const CHOICE = KINDS[0] as KindWords

export const wordsOfKind = (kind: Kind): KindWords => KINDS.find((one) => one.kind === kind) ?? CHOICE

/** "3 classes", "5 points"; an empty text for a kind without classes. */
export function classCount(kind: Kind, n: number): string {
  if (wordsOfKind(kind).leastClasses === null) return ''
  return kind === 'rating' ? plural(n, 'point') : plural(n, 'class', 'classes')
}

/** Why these names cannot be the classes of the kind, or an empty text. */
export function classesProblem(kind: Kind, names: readonly string[]): string {
  const { leastClasses } = wordsOfKind(kind)
  if (kind === 'rating') return scaleProblem(names)
  if (leastClasses === null || names.length >= leastClasses) return ''
  return leastClasses === 2 ? 'At least two classes, or there is nothing to decide.' : 'At least one class.'
}

function scaleProblem(names: readonly string[]): string {
  const isRising = names.every((name, at) => /^(0|-?[1-9]\d{0,5})$/.test(name) && (at === 0 || Number(name) > Number(names[at - 1])))
  if (!isRising) return 'The points of a scale are whole numbers that rise, as in 1, 2, 3.'
  return names.length === 1 ? 'A scale has two points at least; none at all means 1 to 5.' : ''
}

const POINTS = ['1', '2', '3', '4', '5']

/** Whether a cell of a file can be a known answer of the kind, as far as its beginning tells. */
export function isAnswer(kind: Kind, classes: readonly string[], cell: string): boolean {
  switch (kind) {
    case 'choice':
      return classes.includes(cell)
    case 'rating':
      return (classes.length ? classes : POINTS).includes(cell.trim())
    case 'multichoice':
      return cell.startsWith('[') || cell.split(cell.includes(';') ? ';' : '|').every((part) => classes.includes(part.trim()))
    case 'pairwise':
      return ['0', '1', 'first', 'second'].includes(cell.trim().toLowerCase())
    case 'text':
      return true
    case 'spans':
    case 'boxes':
      return /^\s*[[{]/.test(cell)
  }
}
