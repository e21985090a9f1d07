import type { AnswerValue, ClassInfo, Span } from '../api/types'

/* Answers of every kind, in a word or two. Pure. */

/** The class of an answer that is one, else null. */
export const classOf = (value: AnswerValue): string | null => ('class' in value ? value.class : null)

/** The spans of an answer; none where it is a class. */
export const spansIn = (value: AnswerValue | null): Span[] => (value && 'spans' in value ? value.spans : [])

const keyOf = ({ start, end, class: name }: Span): string => `${start} ${end} ${name}`

const said = (value: AnswerValue): string => JSON.stringify('classes' in value ? [...value.classes].sort() : value)

/** Whether two answers say the same; spans and classes in any order. */
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
  if ('classes' in value) return value.classes.join(', ') || 'none of them'
  if ('rating' in value) return String(value.rating)
  if ('text' in value) return `“${value.text}”`
  if ('preferred' in value) return value.preferred ? 'the second' : 'the first'
  const spans = spansIn(value)
  const names = [...new Set(spans.map((span) => span.class))].join(', ')
  return spans.length ? `${spans.length} ${spans.length === 1 ? 'span' : 'spans'}: ${names}` : 'no spans'
}

/** The class that an answer is shown as: its own, or the first one that it names. */
export const shownClass = (value: AnswerValue, classes: readonly ClassInfo[]): string => classOf(value) ?? spansIn(value)[0]?.class ?? classes[0]?.name ?? ''
