/** Where a key counts. `global` keys count everywhere, so they must not clash with any other place. */
export type Context = 'global' | 'label' | 'spans' | 'boxes' | 'several' | 'verify' | 'skip' | 'history' | 'manage' | 'review' | 'change' | 'explore'

/**
 * One thing a person can do. Buttons, keys, the palette and the page of all keys read the same object.
 * Keys are written as `event.key` says them, in lower case for letters; "Space" for a space, "Mod+k" for Ctrl or ⌘.
 */
export interface Command<State> {
  readonly id: string
  readonly title: string
  readonly context: Context
  readonly keys: readonly string[]
  /** The project chose its keys; a person cannot change them. */
  readonly fixed?: boolean
  when(state: State): boolean
  run(state: State): void
}

export type AnyCommand = Pick<Command<never>, 'id' | 'title' | 'context' | 'keys' | 'fixed'>
