/** The kinds of question in plain words: what each asks, what its items and known answers look like. Pure. */
import type { Kind } from '../api/types'
import { t } from '../words/spoken.svelte'

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

/** The words stand in the catalogue and change with the language. */
const kindOf = (kind: Kind, leastClasses: number | null, hasModel: boolean): KindWords => ({
  kind,
  leastClasses,
  hasModel,
  get title() {
    return t.kinds[kind].title
  },
  get asks() {
    return t.kinds[kind].asks
  },
  get columns() {
    return t.kinds[kind].columns
  },
})

export const KINDS: readonly KindWords[] = [
  kindOf('choice', 2, true),
  kindOf('multichoice', 1, true),
  kindOf('spans', 1, true),
  kindOf('rating', 0, true),
  kindOf('pairwise', null, true),
  kindOf('text', null, false),
  kindOf('boxes', 1, false),
]

const CHOICE = KINDS[0] as KindWords

export const wordsOfKind = (kind: Kind): KindWords => KINDS.find((one) => one.kind === kind) ?? CHOICE

/** Whether items of the kind may be images. */
export const takesImages = (kind: Kind): boolean => kind !== 'spans' && kind !== 'pairwise'

/** Whether answers of the kind are made on the item by more than one key. */
export const isMade = (kind: Kind): boolean => ['spans', 'boxes', 'multichoice', 'text'].includes(kind)

/** What the lists of the service say in place of an image. */
const IMAGE_TEXT = '(image)'

/** Whether an item that is listed with this text is an image, of which a picture can be shown. */
export const isListedImage = (kind: Kind, text: string | null | undefined): boolean => takesImages(kind) && (!text || text === IMAGE_TEXT)

/** "3 classes", "5 points"; an empty text for a kind without classes. */
export function classCount(kind: Kind, n: number): string {
  if (wordsOfKind(kind).leastClasses === null) return ''
  return kind === 'rating' ? t.kinds.nPoints(n) : t.kinds.nClasses(n)
}

/** Why these names cannot be the classes of the kind, or an empty text. */
export function classesProblem(kind: Kind, names: readonly string[]): string {
  const { leastClasses } = wordsOfKind(kind)
  if (kind === 'rating') return scaleProblem(names)
  if (leastClasses === null || names.length >= leastClasses) return ''
  return leastClasses === 2 ? t.kinds.atLeastTwoClasses : t.kinds.atLeastOneClass
}

function scaleProblem(names: readonly string[]): string {
  const isRising = names.every((name, at) => /^(0|-?[1-9]\d{0,5})$/.test(name) && (at === 0 || Number(name) > Number(names[at - 1])))
  if (!isRising) return t.kinds.thePointsOfA
  return names.length === 1 ? t.kinds.aScaleHasTwo : ''
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
