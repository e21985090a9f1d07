/** Imports and exports in words. Pure. */
import type { Job } from '../api/types'
import { toCsv } from './csv'
import { count } from './format'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

export const isRunning = (job: Job): boolean => job.status === 'queued' || job.status === 'running'

/** The job's share done 0–1, or null while its length is not known. */
export function doneShare(job: Job): number | null {
  if (job.status === 'done') return 1
  return job.total ? Math.min(1, job.done / job.total) : null
}

const number = (result: Job['result'], name: string): number | null => {
  const value = result?.[name]
  return typeof value === 'number' ? value : null
}

/** What came in and what did not: "312 rows in, 80 with a known answer, 6 left out, 4 were there already". */
function importCounts(job: Job): string {
  const created = number(job.result, 'created') ?? Math.max(0, job.done - refused(job))
  const duplicates = number(job.result, 'duplicates')
  const known = number(job.result, 'known_answers')
  const answers = number(job.result, 'annotations')
  const parts = [
    t.common.rowsIn(created),
    ...(known ? [t.common.withKnownAnswers(known)] : []),
    ...(answers ? [t.common.withAnswers(answers)] : []),
    ...(refused(job) ? [t.common.nLeftOut(count(refused(job)))] : []),
    ...(duplicates ? [t.common.thereAlready(duplicates)] : []),
  ]
  return parts.join(', ')
}

/** The rows that were there already, as far as they are named: jobs of before name none. */
function repeated(job: Job): Job['errors'] {
  const rows = job.result?.['repeated']
  return Array.isArray(rows) ? (rows as Job['errors']) : []
}

/** The rows that are named: those refused, and those that were there already. */
export const named = (job: Job): Job['errors'] => [...job.errors, ...repeated(job)].sort((one, other) => one.row - other.row)

/** Rows that were left out, with their reasons, as CSV. */
export const refusedCsv = (job: Job): string =>
  toCsv([['row', 'field', 'reason'], ...named(job).map((error) => [error.row, error.field, say(error.message, error.said)])])

/** Why a row was left out: the field, where there is one, and the reason. */
export const rowReason = ({ field, message, said }: Job['errors'][number]): string => `${field ? `${field}: ` : ''}${say(message, said)}`

/** The words on the button that downloads them: the service lists the first hundred. */
export const refusedWords = (job: Job): string =>
  leftOut(job) > named(job).length ? t.common.downloadTheFirstWith(count(named(job).length)) : t.common.downloadWithReasons(leftOut(job))

/** How many rows were refused; more than are listed, when there are many. */
export const refused = (job: Job): number => Math.max(job.n_errors ?? 0, job.errors.length)

/** How many were refused, and how many of those were there already that are named. */
export const leftOut = (job: Job): number => refused(job) + (repeated(job).length ? (number(job.result, 'duplicates') ?? 0) : 0)

/** One line: what it is doing or what came out. */
export function jobText(job: Job): string {
  if (job.status === 'queued') return t.common.waitsForAWorker
  if (job.status === 'running') return job.total ? t.common.ofRows(count(job.done), count(job.total)) : t.common.soFar(job.done)
  if (job.status === 'failed') return failure(job)
  return job.kind === 'import' ? importCounts(job) : t.common.written(number(job.result, 'items') ?? job.done)
}

function failure(job: Job): string {
  const said = job.result?.['reason'] ?? job.errors[0]?.message
  const english = typeof said === 'string' ? said : t.common.failedWithoutSayingWhy
  const why = say(english, job.result?.['reason'] === undefined ? job.errors[0]?.said : job.result['said'])
  const row = job.errors.at(-1)?.message === english ? job.errors.at(-1)?.row : undefined
  const where = row === undefined ? why : t.common.stoppedAtRow(count(row), why)
  return job.kind === 'import' && number(job.result, 'created') ? `${importCounts(job)}; ${where}` : where
}

/** Rows are counted as the file's owner sees them: the first record, a header too, is row 1. */
export const rowName = (error: Job['errors'][number]): string => t.common.row(count(error.row))

/** What the service warns of beside the result, such as the same file imported before. */
export function jobWarnings(job: Job): string[] {
  const warnings = job.result?.['warnings']
  const said = job.result?.['warnings_said']
  if (!Array.isArray(warnings)) return []
  return warnings.flatMap((one, i) => (typeof one === 'string' ? [say(one, Array.isArray(said) ? said[i] : undefined)] : []))
}
