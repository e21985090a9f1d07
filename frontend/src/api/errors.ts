import { say, type Spoken } from '../words/say'
import { t } from '../words/spoken.svelte'

/** What the service said no with: `{"error": {"code", "message", "fields", "said"}}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, readonly string[]>> = {},
    /** Seconds from `Retry-After`, or null. */
    readonly retryAfter: number | null = null,
    /** Codes of its sentences, by field; under '' that of the message. */
    readonly said: Readonly<Record<string, Spoken>> = {},
  ) {
    super(message)
  }

  /** The same request may succeed later without anybody changing it. */
  get isTemporary(): boolean {
    return this.status === 408 || this.status === 425 || this.status === 429 || this.status >= 500
  }
}

/** No answer came: no network, a closed server, an aborted request. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
}

/** The refusal of an edit whose ground has changed meanwhile; null for anything else. */
export const outdated = (error: unknown): ApiError | null => (error instanceof ApiError && error.code === 'outdated' ? error : null)

/** Every message of one field, joined; empty when the field was fine. */
export function fieldError(error: unknown, field: string): string {
  return error instanceof ApiError ? say((error.fields[field] ?? []).join(' '), error.said[field]) : ''
}

/** Why a project did not open, or is not there any more. */
export const whyNoProject = (error: unknown): string => (isGone(error) ? t.manage.goneOrNotYours : explain(error))

/** Whether the service says that there is no such thing, or none that one may know of; a proxy's 404 says nothing of it. */
export const isGone = (error: unknown): boolean => error instanceof ApiError && error.code === 'not_found'

/** One sentence for a person, whatever was thrown. */
export function explain(error: unknown): string {
  if (error instanceof NetworkError) return t.errors.noAnswer
  if (error instanceof ApiError) return say(t.errors.byCode[error.code] ?? error.message, error.said[''])
  return t.errors.onThisPage
}
