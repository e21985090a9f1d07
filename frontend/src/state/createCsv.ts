/** Cutting text into records and cells: RFC 4180 with the delimiters people use. Pure. */

/** One record of a file: its cells, the line it starts on, its number as the import counts (blank ones count too), and where it ends. */
export interface CsvRecord {
  line: number
  number: number
  cells: string[]
  end: number
}

/** Records of quoted text (RFC 4180) that hold anything: quotes may hold delimiters and line breaks. `isWhole` false drops a cut last record. */
export function readRecords(text: string, delimiter: string, isWhole: boolean): CsvRecord[] {
  const records: CsvRecord[] = []
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let startedAt = 1
  let number = 0

  function endRecord(end: number): void {
    cells.push(cell)
    number += 1
    if (cells.some((one) => one.trim() !== '')) records.push({ line: startedAt, number, cells, end })
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
      endRecord(at + 1)
      startedAt = line
    } else cell += sign
  }
  if (isWhole && (cell !== '' || cells.length > 0)) endRecord(text.length)
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

const KNOWN_HEADS = /^(id|.*[_ -]id|uid|key|name|text|body|message|content|sentence|comment|review|tweet|title|label|class|tag|category|target|intent|sentiment|topic|gold|truth|answer|date|time|.*_at|source|lang.*)$/i
const NUMBER = /^[-+]?[\d.,:/ -]*\d[\d.,:/ -]*%?$/
const AT_LEAST = 3

type Cells = readonly (readonly string[])[]

/** Whether what stands below a cell of the first row is of another sort: figures, far longer texts, or few words that come again. */
function isUnlike(head: string, below: readonly string[]): boolean {
  const given = below.filter((cell) => cell.trim() !== '')
  if (given.length === 0 || given.includes(head)) return false
  if (given.every((cell) => NUMBER.test(cell.trim()))) return true
  const mean = given.reduce((sum, cell) => sum + cell.length, 0) / given.length
  return mean > 3 * head.length || (given.length >= AT_LEAST && 2 * new Set(given).size <= given.length)
}

/** Whether a word of the first row is one of the few that its column repeats: it is an answer then, no name of a column. */
function comesAgain(head: string, below: readonly string[]): boolean {
  return 2 * new Set(below).size <= below.length && below.includes(head)
}

/** Short, different, non-numeric cells with a familiar name among them, or unlike the rows below, are a header. */
export function looksLikeHeader(first: readonly string[], rest: Cells): boolean {
  const named = first.length > 0 && first.every((cell) => cell.trim() !== '' && cell.length <= 60 && !NUMBER.test(cell.trim()))
  if (!named || new Set(first).size !== first.length) return false
  if (first.some((cell) => KNOWN_HEADS.test(cell.trim()))) return true
  const columns = first.map((head, column) => ({ head, below: rest.map((row) => row[column] ?? '') }))
  return columns.some(({ head, below }) => isUnlike(head, below)) && !columns.some(({ head, below }) => comesAgain(head, below))
}
