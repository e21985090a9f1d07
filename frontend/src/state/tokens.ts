/** What a token may do, in words. Pure. */
import type { TokenRow } from '../api/schema'
import type { MembershipSummary } from '../api/types'
import { moment } from './format'
import { t } from '../words/spoken.svelte'

/** The last moment of a day as the person's clock has it, as the service takes it; null for no day. */
export function endOf(day: string): string | null {
  const at = new Date(`${day}T23:59:59`)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

/** What `auth/token/` calls the tokens that it gives. */
const LOG_IN = 'log-in'

/** Tokens that somebody made for a purpose, and those that programs were given for a name and a password. */
export const sorted = (tokens: readonly TokenRow[]): { made: TokenRow[]; given: TokenRow[] } => ({
  made: tokens.filter((one) => one.name !== LOG_IN),
  given: tokens.filter((one) => one.name === LOG_IN),
})

/** "only reads · only Inbox · until 4 Mar 2026, 23:59", or that there is no limit. */
export function limitsOf(token: TokenRow, projects: readonly MembershipSummary[], now = Date.now()): string {
  const { read_only, project, expires_at } = token
  const name = projects.find((one) => one.project === project)?.name ?? t.members.projectNumber(project ?? 0)
  const isOver = expires_at !== null && Date.parse(expires_at) <= now
  const limits = [
    ...(read_only ? [t.members.onlyReads] : []),
    ...(project === null ? [] : [t.members.only(name)]),
    ...(expires_at === null ? [] : [(isOver ? t.members.ended : t.members.until)(moment(expires_at))]),
  ]
  return limits.join(' · ') || t.members.noLimits
}
