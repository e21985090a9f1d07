/** What each column of a file is for, and what that means for its rows. Pure. */
import type { Kind } from '../api/types'
import { answersFound } from './createAnswers'
import type { Preview } from './createFile'
import { isAnswer, takesImages } from './kinds'
import { t } from '../words/spoken.svelte'

/** What known answers are for: to see how good people are, or as answers of the person who imports. */
export type AnswerUse = 'gold' | 'annotation'

export interface Mapping {
  text: string
  /** The other text of a pair to compare. */
  second_text?: string | null
  external_id: string | null
  answer: string | null
  answerUse: AnswerUse
  metadata: string[]
}

export type Encoding = 'utf-8' | 'utf-16' | 'latin-1' | 'gb18030'

const TEXT_NAMES = /^(text|body|message|content|sentence|comment|review|tweet|question|document)$/i
const ID_NAMES = /^(external_id|id|uid|uuid|key|.*[_ -]id)$/i
const GOLD_NAMES = /^(gold|truth)$/i
const ANSWER_NAMES = /^(gold|truth|(.*[_ -])?(label|class|category|target|answer)(es|ies|s)?|tags?|intent|sentiment|emotion|topic|rating|score|stars|preferred|类别|类型|分类|标签|答案|情感|意图)$/i

/** The last part of a dotted name decides what it looks like. */
const isCalled = (name: string, names: RegExp): boolean => names.test(name.split('.').at(-1) ?? name)

const averageLength = (preview: Preview, column: number): number =>
  preview.rows.reduce((sum, row) => sum + (row[column] ?? '').length, 0) / Math.max(1, preview.rows.length)

function longestColumn(preview: Preview): string {
  const lengths = preview.columns.map((_, index) => averageLength(preview, index))
  return preview.columns[lengths.indexOf(Math.max(...lengths))] ?? ''
}

/**
 * A first guess: by the column's name, else the longest column is the text. Answers are guessed where they fit; by its name also a
 * column that could name the classes, while there are none. Answers are labels to learn from unless their column is called gold.
 */
export function guessMapping(preview: Preview, classes: readonly string[], kind: Kind = 'choice'): Mapping {
  const text = preview.columns.find((name) => isCalled(name, TEXT_NAMES)) ?? longestColumn(preview)
  const others = preview.columns.filter((name) => name !== text)
  const external_id = others.find((name) => isCalled(name, ID_NAMES) && namesRows(preview, name)) ?? null
  const answers = others.filter((name) => name !== external_id && allKnown(preview, name, classes, kind))
  const answer = answers.find((name) => isCalled(name, ANSWER_NAMES)) ?? answers.find((name) => namesClasses(preview, name, classes)) ?? others.find((name) => name !== external_id && couldNameClasses(preview, name, classes, kind)) ?? null
  const second_text = kind === 'pairwise' ? secondText(preview, [text, external_id, answer]) : null
  const metadata = others.filter((name) => ![external_id, answer, second_text].includes(name))
  const answerUse: AnswerUse = answer !== null && isCalled(answer, GOLD_NAMES) ? 'gold' : 'annotation'
  const rest = { external_id, answer, answerUse, metadata }
  if (kind !== 'pairwise') return { text, ...rest }
  const isTurned = second_text !== null && preview.columns.indexOf(second_text) < preview.columns.indexOf(text)
  return isTurned ? { text: second_text, second_text: text, ...rest } : { text, second_text, ...rest }
}

/** How many of the rows that were read bring an answer; a row that an earlier one makes a duplicate brings none. */
export function answersRead(preview: Preview, mapping: Mapping): number {
  if (mapping.answer === null) return 0
  const answers = columnValues(preview, mapping.answer)
  const firsts = new Map(rowNames(preview, mapping).map((name, row): [string, number] => [name, row]).reverse())
  return [...firsts.values()].filter((row) => answers[row]?.trim()).length
}

/** By what the service knows each row again: its id, or what it shows. */
function rowNames(preview: Preview, { text, second_text, external_id }: Mapping): string[] {
  const [texts, seconds, ids] = [text, second_text, external_id].map((name) => (name ? columnValues(preview, name) : []))
  return preview.rows.map((_, row) => (ids?.[row] ? `id ${ids[row]}` : `shows ${texts?.[row] ?? ''}\n${seconds?.[row] ?? ''}`))
}

export function columnValues(preview: Preview, name: string): string[] {
  const at = preview.columns.indexOf(name)
  return at < 0 ? [] : preview.rows.map((row) => row[at] ?? '')
}

/** Of the values of an id so many may come again: those rows are left out and named. More of them name something else, such as a person. */
const MOST_REPEATED = 0.05

function namesRows(preview: Preview, name: string): boolean {
  const values = columnValues(preview, name)
  return values.length > 0 && new Set(values).size >= (1 - MOST_REPEATED) * values.length && !values.includes('')
}

/** The longest of the columns that have no role yet. */
function secondText(preview: Preview, taken: readonly (string | null)[]): string | null {
  const free = preview.columns.filter((name) => !taken.includes(name))
  const length = (name: string): number => averageLength(preview, preview.columns.indexOf(name))
  return free.reduce<string | null>((best, name) => (best !== null && length(best) >= length(name) ? best : name), null)
}

function allKnown(preview: Preview, name: string, classes: readonly string[], kind: Kind): boolean {
  const given = columnValues(preview, name).filter((value) => value !== '')
  return given.length > 0 && given.every((value) => isAnswer(kind, classes, value))
}

/** Whether a column of any name holds classes of the project and nothing else, two different ones at least. */
function namesClasses(preview: Preview, name: string, classes: readonly string[]): boolean {
  const given = new Set(columnValues(preview, name).filter((value) => value !== ''))
  return given.size > 1 && [...given].every((value) => classes.includes(value))
}

/** Whether a column is called as answers are and repeats few short values, in a project that has no classes yet. */
function couldNameClasses(preview: Preview, name: string, classes: readonly string[], kind: Kind): boolean {
  if (classes.length > 0 || !isCalled(name, ANSWER_NAMES)) return false
  const { names, rows, problem } = answersFound(kind, [], columnValues(preview, name))
  return problem === '' && names.length > 1 && names.length < rows && names.length <= Math.max(20, rows / 2) && names.every((one) => one.length <= 40)
}

export type ColumnRole = 'text' | 'second_text' | 'external_id' | 'answer'

/** The mapping after one column got a role; a column has one role at a time. */
export function mapColumn(mapping: Mapping, role: ColumnRole, column: string | null): Mapping {
  const freed: Mapping = {
    ...mapping,
    text: mapping.text === column ? '' : mapping.text,
    ...(mapping.second_text === undefined ? {} : { second_text: mapping.second_text === column ? null : mapping.second_text }),
    external_id: mapping.external_id === column ? null : mapping.external_id,
    answer: mapping.answer === column ? null : mapping.answer,
    metadata: mapping.metadata.filter((name) => name !== column),
  }
  if (role === 'text') return { ...freed, text: column ?? '' }
  if (role === 'second_text') return { ...freed, second_text: column }
  return role === 'answer' ? { ...freed, answer: column } : { ...freed, external_id: column }
}

const OWN_FIELDS = ['data.text', 'data.image', 'data.texts']

/** Rows as the service itself takes and exports them: everything in them is used, so there is nothing to map. */
export const isOwnShape = (preview: Preview): boolean => preview.format === 'jsonl' && OWN_FIELDS.some((name) => preview.columns.includes(name))

/** Whether the service can tell from this what an item of the kind shows. */
export function isMapped(kind: Kind, preview: Preview, mapping: Mapping): boolean {
  const has = (name: string): boolean => preview.columns.includes(name)
  if (isOwnShape(preview)) return (takesImages(kind) && has('data.image')) || (kind !== 'boxes' && (has('data.text') || has('data.texts')))
  return mapping.text !== '' && kind !== 'boxes' && (kind !== 'pairwise' || Boolean(mapping.second_text))
}

/** The mapping as the service takes it. Nothing is left to be guessed again there; rows in its own shape need none. */
export function mappingPayload(preview: Preview, mapping: Mapping, encoding: Encoding): Record<string, unknown> {
  if (isOwnShape(preview)) return {}
  const { text, second_text, external_id, answer, answerUse, metadata } = mapping
  const columns = { text, ...(second_text ? { second_text } : {}), external_id, gold: null, annotation: null, [answerUse]: answer, metadata }
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
  /** The other text of a pair. */
  second: string
  /** "new", or why the row will be left out, or what is odd about it. */
  fate: string
  isPlain: boolean
}

/** What will happen to each of the first rows, as far as the preview can know. */
export function rowFates(preview: Preview, mapping: Mapping, classes: readonly string[], kind: Kind = 'choice', most = 5): RowFate[] {
  const texts = columnValues(preview, mapping.text)
  const seconds = mapping.second_text ? columnValues(preview, mapping.second_text) : []
  const ids = mapping.external_id ? columnValues(preview, mapping.external_id) : []
  const answers = mapping.answer ? columnValues(preview, mapping.answer) : []
  return texts.slice(0, most).map((text, index) => {
    const id = ids[index] ?? ''
    const answer = answers[index] ?? ''
    const wrong = answer === '' || isAnswer(kind, classes, answer) ? '' : answer
    const fate = fateOf(index, preview.numbers, texts, ids, wrong, kind === 'pairwise')
    return { text, second: seconds[index] ?? '', id, answer, fate, isPlain: fate === t.create.fresh }
  })
}

/** Whether every row that was read has a known answer: of such a file nothing is left to be asked. */
export function isAllKnown(preview: Preview, mapping: Mapping): boolean {
  if (mapping.answer === null || preview.rows.length === 0) return false
  return columnValues(preview, mapping.answer).every((cell) => cell.trim() !== '')
}

/** How many of the rows that were read have no text; the import leaves them out. */
export const rowsWithoutText = (preview: Preview, mapping: Mapping): number =>
  mapping.text === '' ? 0 : columnValues(preview, mapping.text).filter((text) => text.trim() === '').length

/** `wrong` is a known answer that cannot be one; in pairs the same text comes back beside others. */
function fateOf(index: number, numbers: readonly number[], texts: string[], ids: string[], wrong: string, isPair: boolean): string {
  const text = texts[index] ?? ''
  if (text.trim() === '') return t.create.noText
  const id = ids[index] ?? ''
  const numberOf = (place: number): number => numbers[place] ?? place + 1
  if (id !== '' && ids.indexOf(id) < index) return t.create.sameIdAsRow(numberOf(ids.indexOf(id)))
  if (wrong !== '') return t.create.isNotAClass(wrong)
  if (isPair) return t.create.fresh
  const twin = texts.indexOf(text)
  if (twin === index) return t.create.fresh
  return id === '' ? t.create.sameTextAsRow(numberOf(twin)) : t.create.newTextAsIn(numberOf(twin))
}
