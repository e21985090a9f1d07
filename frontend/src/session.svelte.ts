import { get, post, remove } from './api/client'
import { ApiError } from './api/errors'
import type { Me } from './api/types'

let me = $state<Me | null>(null)
let known = $state(false)
let lapsed = $state(false)

export const session = {
  /** The person, or null when nobody is logged in. */
  get me(): Me | null {
    return me
  },
  /** The session ended by itself, not by logging out. */
  get lapsed(): boolean {
    return lapsed
  },
  /** False until the first answer about who is here. */
  get known(): boolean {
    return known
  },
}

/** Asks who is logged in (this also sets the CSRF cookie). Raises when the service does not answer. */
export async function refreshMe(): Promise<void> {
  try {
    me = await get<Me>('me/')
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    me = null
  }
  known = true
}

/** Logs in; raises ApiError when the service refuses. */
export async function logIn(username: string, password: string): Promise<void> {
  me = await post<Me>('auth/session/', { username, password })
  known = true
  lapsed = false
}

/** Comes in by an invitation: as oneself, or with a new account. Raises ApiError when it has ended or does not fit. */
export async function join(token: string, account: { username: string; password: string } | null): Promise<void> {
  me = await post<Me>('invitations/accept/', { token, ...account })
  known = true
  lapsed = false
}

export async function logOut(): Promise<void> {
  await remove('auth/session/')
  me = null
}

/** The session ended on the server: show the login page and come back here afterwards. */
export function signedOut(): void {
  me = null
  lapsed = true
}
