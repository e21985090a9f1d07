/** Which classes a column of answers names, and whether the project has them: of the first rows, or of a whole file. Pure. */
import type { Kind } from '../api/types'
import { readRecords } from './createCsv'
import { asText, flatten, parseObject, type Preview } from './createFile'
import { isAnswer, wordsOfKind } from './kinds'

/** More classes than this, or longer names, the service does not take. */
export const MOST_CLASSES = 300
export const LONGEST_NAME = 100
/** Sets of classes may come in so many combinations; beyond, a column is no column of answers. */
const MOST_CELLS = 20_000

/** How often each cell of a column occurs; empty ones do not count. */
export type Cells = ReadonlyMap<string, number>

export interface Answers {
  /** The classes that the column names: the most frequent first, points of a scale rising. */
  names: string[]
  /** Those of them that the project does not have. */
  unknown: string[]
  /** Rows with an answer, and those of them whose answer is none of the project: these are left out. */
  rows: number
  wrongRows: number
  /** Why they cannot be classes. */
  problem: '' | 'many' | 'long' | 'points'
}

/** Whether the answers of the kind are classes that a column can name. */
export const canNameClasses = (kind: Kind): boolean => kind === 'choice' || kind === 'multichoice' || kind === 'rating'

/** The classes in one cell, read as the import reads it. */
export function namesOf(kind: Kind, cell: string): string[] {
  if (kind !== 'multichoice') return [cell.trim()]
  const list = cell.trimStart().startsWith('[') ? listIn(cell) : cell.split(cell.includes(';') ? ';' : '|')
  return list.map((part) => part.trim()).filter(Boolean)
}

function listIn(cell: string): string[] {
  try {
    const found: unknown = JSON.parse(cell)
    return Array.isArray(found) ? found.map(asText) : []
  } catch {
    return []
  }
}

/** The tally with more cells of the same column. */
export function tallied(cells: readonly string[], before: Cells = new Map()): Cells {
  const found = new Map(before)
  for (const cell of cells) if (cell.trim() !== '') found.set(cell.trim(), (found.get(cell.trim()) ?? 0) + 1)
  return found
}

/** What a column says: the cells themselves, or a tally of them. */
export function answersFound(kind: Kind, classes: readonly string[], cells: readonly string[] | Cells): Answers {
  const tally = cells instanceof Map ? cells : tallied(cells as readonly string[])
  const counts = new Map<string, number>()
  let [rows, wrongRows] = [0, 0]
  for (const [cell, n] of tally) {
    rows += n
    if (!isAnswer(kind, classes, cell)) wrongRows += n
    for (const name of namesOf(kind, cell)) counts.set(name, (counts.get(name) ?? 0) + n)
  }
  const names = inOrder(kind, counts)
  return { names, unknown: names.filter((name) => !isAnswer(kind, classes, name)), rows, wrongRows, problem: problemOf(kind, classes, names, tally) }
}

function inOrder(kind: Kind, counts: ReadonlyMap<string, number>): string[] {
  const found = [...counts]
  if (kind === 'rating') return found.map(([name]) => name).sort((a, b) => Number(a) - Number(b))
  return found.sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([name]) => name)
}

function problemOf(kind: Kind, classes: readonly string[], names: readonly string[], tally: Cells): Answers['problem'] {
  if (names.some((name) => name.length > LONGEST_NAME)) return 'long'
  if (new Set([...classes, ...names]).size > MOST_CLASSES || tally.size > MOST_CELLS) return 'many'
  return kind === 'rating' && !names.every((name) => /^(0|-?[1-9]\d{0,5})$/.test(name)) ? 'points' : ''
}

/** Whether a file whose answers are to be known ones says nothing that the project knows: its rows would all be left out. */
export function knowsNone(kind: Kind, classes: readonly string[], cells: readonly string[]): boolean {
  if (wordsOfKind(kind).leastClasses === null) return false
  const { rows, wrongRows } = answersFound(kind, classes, cells)
  return rows > 0 && wrongRows === rows
}

/** The cells of one column in a stretch of the file's text, and what of it is to be read with the next stretch. */
export function cutColumn(preview: Preview, column: string, text: string, isWhole: boolean): { cells: string[]; rest: string } {
  return preview.format === 'csv' ? cutRecords(preview, column, text, isWhole) : cutLines(column, text, isWhole)
}

function cutRecords({ delimiter, columns }: Preview, column: string, text: string, isWhole: boolean): { cells: string[]; rest: string } {
  const records = readRecords(text, delimiter, isWhole)
  const at = columns.indexOf(column)
  const cells = records.filter((record) => record.cells.length === columns.length).map((record) => record.cells[at] ?? '')
  return { cells, rest: isWhole ? '' : text.slice(records.at(-1)?.end ?? 0) }
}

function cutLines(column: string, text: string, isWhole: boolean): { cells: string[]; rest: string } {
  const lines = text.split('\n')
  const rest = isWhole ? '' : (lines.pop() ?? '')
  const objects = lines.filter((line) => line.trim() !== '').map(parseObject)
  return { cells: objects.flatMap((row) => (typeof row === 'string' ? [] : [asText(flatten(row)[column])])), rest }
}
