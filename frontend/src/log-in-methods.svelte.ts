import { get } from './api/client'
import type { LogInMethods } from './api/schema'

/** The ways to log in beside the password, null until they are known. Call while a component is made. */
export function logInMethods() {
  let methods = $state.raw<LogInMethods | null>(null)
  // Without an answer the password remains.
  $effect(() => void get<LogInMethods>('auth/methods/').then((found) => (methods = found), () => undefined))
  return {
    get value(): LogInMethods | null {
      return methods
    },
  }
}
