/** Imports and exports in words. Pure. */
import type { Job } from '../api/types'
import { count, plural } from './format'

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

function importResult(job: Job): string {
  const created = number(job.result, 'created')
  const duplicates = number(job.result, 'duplicates')
  const parts = [
    created === null ? plural(job.done, 'row') : plural(created, 'new item'),
    ...(duplicates ? [`${plural(duplicates, 'duplicate')} left out`] : []),
    ...(refused(job) ? [`${plural(refused(job), 'row')} refused`] : []),
  ]
  return parts.join(', ')
}

/** How many rows were refused; more than are listed, when there are many. */
export const refused = (job: Job): number => Math.max(job.n_errors ?? 0, job.errors.length)

/** One line: what it is doing or what came out. */
export function jobText(job: Job): string {
  if (job.status === 'queued') return 'waits for a worker'
  if (job.status === 'running') return job.total ? `${count(job.done)} of ${count(job.total)} rows` : `${plural(job.done, 'row')} so far`
  if (job.status === 'failed') return failure(job)
  return job.kind === 'import' ? importResult(job) : `${plural(number(job.result, 'items') ?? job.done, 'item')} written`
}

function failure(job: Job): string {
  const said = job.result?.['reason'] ?? job.errors[0]?.message
  return typeof said === 'string' ? said : 'failed without saying why'
}

/** Rows are counted as the file's owner sees them: the first record, a header too, is row 1. */
export const rowName = (error: Job['errors'][number]): string => `row ${count(error.row)}`

/** What the service warns of beside the result, such as the same file imported before. */
export function jobWarnings(job: Job): string[] {
  const warnings = job.result?.['warnings']
  return Array.isArray(warnings) ? warnings.filter((one) => typeof one === 'string') : []
}
