/** What each column of a file is for, and what that means for its rows. Pure. */
import type { Preview } from './createFile'

/** What known answers are for: to see how good people are, or as answers of the person who imports. */
export type AnswerUse = 'gold' | 'annotation'

export interface Mapping {
  text: string
  external_id: string | null
  answer: string | null
  answerUse: AnswerUse
  metadata: string[]
}

export type Encoding = 'utf-8' | 'utf-16' | 'latin-1'

const TEXT_NAMES = /^(text|body|message|content|sentence|comment|review|tweet|question|document)$/i
const ID_NAMES = /^(external_id|id|uid|uuid|key|.*[_ -]id)$/i
const ANSWER_NAMES = /^(gold|label|class|category|tag|answer|target)$/i

/** The last part of a dotted name decides what it looks like. */
const isCalled = (name: string, names: RegExp): boolean => names.test(name.split('.').at(-1) ?? name)

const averageLength = (preview: Preview, column: number): number =>
  preview.rows.reduce((sum, row) => sum + (row[column] ?? '').length, 0) / Math.max(1, preview.rows.length)

function longestColumn(preview: Preview): string {
  const lengths = preview.columns.map((_, index) => averageLength(preview, index))
  return preview.columns[lengths.indexOf(Math.max(...lengths))] ?? ''
}

/** A first guess: by the column's name, else the longest column is the text. Answers are only guessed when they are classes. */
export function guessMapping(preview: Preview, classes: readonly string[]): Mapping {
  const text = preview.columns.find((name) => isCalled(name, TEXT_NAMES)) ?? longestColumn(preview)
  const others = preview.columns.filter((name) => name !== text)
  const external_id = others.find((name) => isCalled(name, ID_NAMES) && isUnique(preview, name)) ?? null
  const answer = others.find((name) => name !== external_id && isCalled(name, ANSWER_NAMES) && allKnown(preview, name, classes)) ?? null
  return { text, external_id, answer, answerUse: 'gold', metadata: others.filter((name) => name !== external_id && name !== answer) }
}

export function columnValues(preview: Preview, name: string): string[] {
  const at = preview.columns.indexOf(name)
  return at < 0 ? [] : preview.rows.map((row) => row[at] ?? '')
}

function isUnique(preview: Preview, name: string): boolean {
  const values = columnValues(preview, name)
  return values.length > 0 && new Set(values).size === values.length && !values.includes('')
}

function allKnown(preview: Preview, name: string, classes: readonly string[]): boolean {
  const given = columnValues(preview, name).filter((value) => value !== '')
  return given.length > 0 && given.every((value) => classes.includes(value))
}

export type ColumnRole = 'text' | 'external_id' | 'answer'

/** The mapping after one column got a role; a column has one role at a time. */
export function mapColumn(mapping: Mapping, role: ColumnRole, column: string | null): Mapping {
  const freed: Mapping = {
    ...mapping,
    text: mapping.text === column ? '' : mapping.text,
    external_id: mapping.external_id === column ? null : mapping.external_id,
    answer: mapping.answer === column ? null : mapping.answer,
    metadata: mapping.metadata.filter((name) => name !== column),
  }
  if (role === 'text') return { ...freed, text: column ?? '' }
  return role === 'answer' ? { ...freed, answer: column } : { ...freed, external_id: column }
}

const OWN_TEXT = 'data.text'

/** Rows as the service itself takes and exports them: everything in them is used, so there is nothing to map. */
export const isOwnShape = (preview: Preview): boolean => preview.format === 'jsonl' && preview.columns.includes(OWN_TEXT)

/** The mapping as the service takes it. Nothing is left to be guessed again there; rows in its own shape need none. */
export function mappingPayload(preview: Preview, mapping: Mapping, encoding: Encoding): Record<string, unknown> {
  if (isOwnShape(preview)) return {}
  const { text, external_id, answer, answerUse, metadata } = mapping
  const columns = { text, external_id, gold: null, annotation: null, [answerUse]: answer, metadata }
  const isCsv = preview.format === 'csv'
  return { ...columns, ...(isCsv ? { header: preview.hasHeader, delimiter: preview.delimiter } : {}), ...(encoding === 'utf-8' ? {} : { encoding }) }
}

export function toggleDetail(mapping: Mapping, column: string): Mapping {
  const kept = mapping.metadata.includes(column)
  return { ...mapping, metadata: kept ? mapping.metadata.filter((name) => name !== column) : [...mapping.metadata, column] }
}

export interface RowFate {
  text: string
  id: string
  answer: string
  /** "new", or why the row will be left out, or what is odd about it. */
  fate: string
  isPlain: boolean
}

/** What will happen to each of the first rows, as far as the preview can know. */
export function rowFates(preview: Preview, mapping: Mapping, classes: readonly string[], most = 5): RowFate[] {
  const texts = columnValues(preview, mapping.text)
  const ids = mapping.external_id ? columnValues(preview, mapping.external_id) : []
  const answers = mapping.answer ? columnValues(preview, mapping.answer) : []
  return texts.slice(0, most).map((text, index) => {
    const id = ids[index] ?? ''
    const answer = answers[index] ?? ''
    const fate = fateOf(index, texts, ids, answer, classes)
    return { text, id, answer, fate, isPlain: fate === 'new' }
  })
}

function fateOf(index: number, texts: string[], ids: string[], answer: string, classes: readonly string[]): string {
  const text = texts[index] ?? ''
  if (text.trim() === '') return 'no text'
  const id = ids[index] ?? ''
  if (id !== '' && ids.indexOf(id) < index) return `same id as row ${ids.indexOf(id) + 1}`
  if (answer !== '' && !classes.includes(answer)) return `“${answer}” is not a class`
  const twin = texts.indexOf(text)
  if (twin === index) return 'new'
  return id === '' ? `same text as row ${twin + 1}` : `new, text as in row ${twin + 1}`
}
