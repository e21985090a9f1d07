import { get, patch, post, remove, whenCodeIsWanted, whenSignedOut } from './api/client'
import { ApiError } from './api/errors'
import type { Me } from './api/types'
import { asLanguage } from './words/languages'
import { chooseLanguage, spoken } from './words/spoken.svelte'

let me = $state<Me | null>(null)
let known = $state(false)
let lapsed = $state(false)
/** A language was chosen on this page: what the service still says of another one is older. */
let hasChosen = false

/** Keeps the language spoken for the person, quietly: where it fails, this device remembers it anyway. */
export function keepLanguage(): void {
  hasChosen = true
  if (me && me.language !== spoken.language) void patch<Me>('me/', { language: spoken.language }).then((answer) => (me = answer), () => undefined)
}

/** Speaks the person's language, unless she has just chosen another one. */
function greet(): void {
  const kept = asLanguage(me?.language ?? '')
  if (hasChosen) keepLanguage()
  else if (kept && kept !== spoken.language) void chooseLanguage(kept).catch(() => undefined)
}

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
    greet()
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    if (me) lapsed = true
  }
  known = true
}

/** Logs in and says whether that is enough: else the code of a second factor is asked for as well. Raises ApiError when the service refuses. */
export async function logIn(username: string, password: string, code = ''): Promise<boolean> {
  const before = me?.id
  const found = await post<Me>('auth/session/', code ? { username, password, code } : { username, password })
  if (found.second_factor === 'code') return false
  me = found
  known = true
  lapsed = false
  greet()
  // What is on the page is of the person who was here before.
  if (before !== undefined && before !== me.id) location.reload()
  // Whatever waits for a connection goes on at once.
  else window.dispatchEvent(new Event('online'))
  return true
}

/** Comes in by an invitation: as oneself, or with a new account. Raises ApiError when it has ended or does not fit. */
export async function join(token: string, account: { username: string; password: string } | null): Promise<void> {
  me = await post<Me>('invitations/accept/', { token, ...account })
  known = true
  lapsed = false
  greet()
}

export async function logOut(): Promise<void> {
  await remove('auth/session/')
  me = null
  hasChosen = false
  lapsed = false
}

// The page stays as it is, with all that was typed; App asks to log in again over it.
whenSignedOut(() => {
  if (me) lapsed = true
})
// Then the code is asked for there, too.
whenCodeIsWanted((leave) => {
  if (!lapsed) leave()
})
