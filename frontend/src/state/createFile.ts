/** Reading the beginning of a CSV or JSONL file: columns, first rows, what each column looks like. Pure. */

export type FileFormat = 'csv' | 'jsonl'

export interface Preview {
  format: FileFormat
  delimiter: string
  /** False when the first line looks like data; columns are then called "1", "2" and so on. */
  hasHeader: boolean
  columns: string[]
  /** Complete rows found in what was read, one text a column. */
  rows: string[][]
  /** Lines that cannot be read, counted from 1 with the header. */
  problems: { line: number; message: string }[]
}

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

/** How much of a file is read for the preview. */
export const PREVIEW_BYTES = 64 * 1024
const MOST_PROBLEMS = 5

interface Record_ {
  line: number
  cells: string[]
}

/** Records of quoted text (RFC 4180): quotes may hold delimiters and line breaks. `isWhole` false drops a cut last record. */
export function readRecords(text: string, delimiter: string, isWhole: boolean): Record_[] {
  const records: Record_[] = []
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let startedAt = 1

  function endRecord(): void {
    cells.push(cell)
    if (cells.length > 1 || cell !== '') records.push({ line: startedAt, cells })
    cells = []
    cell = ''
  }

  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at)
    if (sign === '\n') line += 1
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (text[at + 1] === '"') {
        cell += '"'
        at += 1
      } else quoted = false
    } else if (sign === '"' && cell === '') quoted = true
    else if (sign === delimiter) {
      cells.push(cell)
      cell = ''
    } else if (sign === '\n') {
      if (cell.endsWith('\r')) cell = cell.slice(0, -1)
      endRecord()
      startedAt = line
    } else cell += sign
  }
  if (isWhole && (cell !== '' || cells.length > 0)) endRecord()
  return records
}

const DELIMITERS = [',', ';', '\t', '|']

/** The delimiter that cuts the first records into the most columns of equal number; a comma when none does. */
export function findDelimiter(text: string, isWhole: boolean): string {
  const rated = DELIMITERS.map((delimiter) => {
    const widths = readRecords(text, delimiter, isWhole).slice(0, 20).map((record) => record.cells.length)
    const first = widths[0] ?? 1
    const equal = widths.filter((width) => width === first).length / Math.max(1, widths.length)
    return { delimiter, score: first > 1 ? equal * 100 + first : 0 }
  })
  const best = rated.reduce((one, other) => (other.score > one.score ? other : one))
  return best.score > 0 ? best.delimiter : ','
}

const KNOWN_HEADS = /^(id|.*[_ -]id|uid|key|name|text|body|message|content|sentence|comment|review|tweet|title|label|class|tag|category|gold|answer|date|time|.*_at|source|lang.*)$/i

/** Short, different, non-numeric cells with a familiar name among them, or unlike the rows below, are a header. */
export function looksLikeHeader(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  const named = first.length > 0 && first.every((cell) => cell.trim() !== '' && cell.length <= 60 && !/^-?[\d.,]+$/.test(cell))
  if (!named || new Set(first).size !== first.length) return false
  if (first.some((cell) => KNOWN_HEADS.test(cell.trim()))) return true
  if (rest.length === 0) return false
  return first.some((cell, column) => {
    const lengths = rest.map((row) => (row[column] ?? '').length)
    return lengths.reduce((sum, length) => sum + length, 0) / rest.length > 3 * cell.length
  })
}

function previewCsv(text: string, isWhole: boolean, header: boolean | null): Preview {
  const delimiter = findDelimiter(text, isWhole)
  const records = readRecords(text, delimiter, isWhole)
  const [first, ...rest] = records
  const hasHeader = header ?? looksLikeHeader(first?.cells ?? [], rest.map((record) => record.cells))
  const columns = hasHeader ? (first?.cells ?? []).map((cell) => cell.trim()) : (first?.cells ?? []).map((_, index) => String(index + 1))
  const data = hasHeader ? rest : records
  const problems = data
    .filter((record) => record.cells.length !== columns.length)
    .slice(0, MOST_PROBLEMS)
    .map((record) => ({
      line: record.line,
      message: `${record.cells.length} columns instead of ${columns.length}`,
    }))
  const rows = data.map((record) => columns.map((_, index) => record.cells[index] ?? ''))
  return { format: 'csv', delimiter, hasHeader, columns, rows, problems }
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function parseObject(line: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : 'not an object'
  } catch {
    return 'not JSON'
  }
}

/** Objects inside a row are opened one level, with a dot in the name: `data.text` is where an export has its text. */
function flatten(row: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.entries(row).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([inner, part]) => [`${name}.${inner}`, part])
      : [[name, value]],
  )
  return Object.fromEntries(fields)
}

function previewJsonl(text: string, isWhole: boolean): Preview {
  const lines = text.split('\n')
  if (!isWhole) lines.pop()
  const problems: Preview['problems'] = []
  const objects: Record<string, unknown>[] = []
  lines.forEach((line, index) => {
    if (line.trim() === '') return
    const row = parseObject(line)
    if (typeof row !== 'string') objects.push(flatten(row))
    else if (problems.length < MOST_PROBLEMS) problems.push({ line: index + 1, message: row })
  })
  const columns = [...new Set(objects.slice(0, 200).flatMap((row) => Object.keys(row)))]
  const rows = objects.map((row) => columns.map((column) => asText(row[column])))
  return { format: 'jsonl', delimiter: '', hasHeader: true, columns, rows, problems }
}

/** What the beginning of a file holds. `isWhole` says that `text` is the entire file; `header` overrules the guess. */
export function previewFile(name: string, text: string, isWhole: boolean, header: boolean | null = null): Preview {
  const clean = text.replace(/^\uFEFF/, '')
  const isJson = /\.(jsonl|ndjson|json)$/i.test(name) || (!/\.(csv|tsv)$/i.test(name) && clean.trimStart().startsWith('{'))
  return isJson ? previewJsonl(clean, isWhole) : previewCsv(clean, isWhole, header)
}

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

/** "24" when all of it was read, else about how many, from the length of the rows that were. */
export function rowEstimate(preview: Preview, readBytes: number, allBytes: number): { n: number; isExact: boolean } {
  const isExact = readBytes >= allBytes
  return { n: isExact ? preview.rows.length : Math.round((preview.rows.length * allBytes) / Math.max(1, readBytes)), isExact }
}
