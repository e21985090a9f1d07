import type { AnswerValue, Box, ClassInfo, Span } from '../api/types'
import { t } from '../words/spoken.svelte'

/* Answers of every kind, in a word or two. Pure. */

/** The class of an answer that is one, else null. */
export const classOf = (value: AnswerValue): string | null => ('class' in value ? value.class : null)

/** The spans of an answer; none where it is a class. */
export const spansIn = (value: AnswerValue | null): Span[] => (value && 'spans' in value ? value.spans : [])

/** The boxes of an answer; none where it is something else. */
export const boxesIn = (value: AnswerValue | null): Box[] => (value && 'boxes' in value ? value.boxes : [])

const keyOf = ({ start, end, class: name }: Span): string => `${start} ${end} ${name}`

function said(value: AnswerValue): string {
  if ('classes' in value) return JSON.stringify([...value.classes].sort())
  return JSON.stringify('boxes' in value ? value.boxes.map((box) => [box.y, box.x, box.width, box.height, box.class].join(' ')).sort() : value)
}

/** Whether two answers say the same; spans, boxes and classes in any order. */
export function sameAnswer(a: AnswerValue, b: AnswerValue): boolean {
  if (!('spans' in a) && !('spans' in b)) return said(a) === said(b)
  if (classOf(a) !== null || classOf(b) !== null) return classOf(a) === classOf(b)
  const [one, other] = [a, b].map((value) => spansIn(value).map(keyOf).sort())
  return one?.join() === other?.join()
}

/** "spam", "no spans", "2 spans: person, place". */
export function inWords(value: AnswerValue): string {
  const name = classOf(value)
  if (name !== null) return name
  if ('classes' in value) return value.classes.join(', ') || t.label.noneOfThem
  if ('rating' in value) return String(value.rating)
  if ('text' in value) return `“${value.text}”`
  if ('preferred' in value) return value.preferred ? t.label.theSecond : t.label.theFirst
  if ('boxes' in value) return marksInWords(value.boxes, t.label.nBoxes)
  return marksInWords(spansIn(value), t.label.nSpans)
}

function marksInWords(marks: readonly { class: string }[], counted: (n: number) => string): string {
  const names = [...new Set(marks.map((mark) => mark.class))].join(', ')
  return marks.length ? `${counted(marks.length)}: ${names}` : counted(0)
}

/** The class that an answer is shown as: its own, or the first one that it names. */
export const shownClass = (value: AnswerValue, classes: readonly ClassInfo[]): string => classOf(value) ?? spansIn(value)[0]?.class ?? boxesIn(value)[0]?.class ?? classes[0]?.name ?? ''
