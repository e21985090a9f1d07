/** Reading the beginning of a CSV or JSONL file: columns and first rows. Pure. */
import { findDelimiter, looksLikeHeader, readRecords, type CsvRecord } from './createCsv'
import { t } from '../words/spoken.svelte'

export type FileFormat = 'csv' | 'jsonl'

export interface Preview {
  format: FileFormat
  delimiter: string
  /** False when the first line looks like data; columns are then called "1", "2" and so on. */
  hasHeader: boolean
  columns: string[]
  /** Complete rows found in what was read, one text a column. */
  rows: string[][]
  /** The number of each row as the import counts: the first record of the file, a header too, is row 1. */
  numbers: number[]
  /** Lines that cannot be read, counted from 1 with the header. */
  problems: { line: number; message: string }[]
}

/** How much of a file is read for the preview. */
export const PREVIEW_BYTES = 64 * 1024
const MOST_PROBLEMS = 5

function previewCsv(text: string, isWhole: boolean, header: boolean | null): Preview {
  const delimiter = findDelimiter(text, isWhole)
  const records = readRecords(text, delimiter, isWhole)
  const [first, ...rest] = records
  const hasHeader = header ?? looksLikeHeader(first?.cells ?? [], rest.map((record) => record.cells))
  const columns = hasHeader ? (first?.cells ?? []).map((cell) => cell.trim()) : (first?.cells ?? []).map((_, index) => String(index + 1))
  const data = hasHeader ? rest : records
  const fits = (record: CsvRecord): boolean => record.cells.length === columns.length
  const problems = data
    .filter((record) => !fits(record))
    .slice(0, MOST_PROBLEMS)
    .map(({ line, cells }) => ({ line, message: t.create.insteadOf(cells.length, columns.length) }))
  const whole = data.filter(fits)
  return { format: 'csv', delimiter, hasHeader, columns, rows: whole.map((record) => record.cells), numbers: whole.map((record) => record.number), problems }
}

export function asText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function parseObject(line: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : t.create.notAnObject
  } catch {
    return t.create.notJson
  }
}

/** Objects inside a row are opened one level, with a dot in the name: `data.text` is where an export has its text. */
export function flatten(row: Record<string, unknown>): Record<string, unknown> {
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
  const numbers: number[] = []
  lines.forEach((line, index) => {
    if (line.trim() === '') return
    const row = parseObject(line)
    if (typeof row !== 'string') {
      objects.push(flatten(row))
      numbers.push(index + 1)
    } else if (problems.length < MOST_PROBLEMS) problems.push({ line: index + 1, message: row })
  })
  const columns = [...new Set(objects.slice(0, 200).flatMap((row) => Object.keys(row)))]
  const rows = objects.map((row) => columns.map((column) => asText(row[column])))
  return { format: 'jsonl', delimiter: '', hasHeader: true, columns, rows, numbers, problems }
}

/** What the beginning of a file holds. `isWhole` says that `text` is the entire file; `header` overrules the guess. */
export function previewFile(name: string, text: string, isWhole: boolean, header: boolean | null = null): Preview {
  const clean = text.replace(/^\uFEFF/, '')
  const isJson = /\.(jsonl|ndjson|json)$/i.test(name) || (!/\.(csv|tsv)$/i.test(name) && clean.trimStart().startsWith('{'))
  return isJson ? previewJsonl(clean, isWhole) : previewCsv(clean, isWhole, header)
}

/** "24" when all of it was read, else about how many, from the length of the rows that were. */
export function rowEstimate(preview: Preview, readBytes: number, allBytes: number): { n: number; isExact: boolean } {
  const isExact = readBytes >= allBytes
  return { n: isExact ? preview.rows.length : Math.round((preview.rows.length * allBytes) / Math.max(1, readBytes)), isExact }
}
