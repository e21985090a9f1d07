import type { AnyCommand, Command, Context } from './commands/command'

/** The keys of a command after the person's own changes: command id → keys. */
export type Overrides = Readonly<Record<string, readonly string[]>>

export interface Pressed {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

function named(key: string): string {
  if (key === ' ') return 'Space'
  return key.length === 1 ? key.toLowerCase() : key
}

/** The key under a position of the US layout, for layouts that cannot type it (Cyrillic letters, French digits). */
function fromPosition(code: string): string | null {
  const [, letter, digit] = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(code) ?? []
  return letter?.toLowerCase() ?? digit ?? (code === 'Slash' ? '/' : null)
}

/** The names one key press may go by, best first. */
export function namesOf(event: Pressed): string[] {
  if (event.altKey) return []
  if (event.shiftKey && event.key.startsWith('Arrow')) return [`Shift+${event.key}`, event.key]
  const position = event.shiftKey ? null : fromPosition(event.code)
  const names = [named(event.key), ...(position ? [position] : [])]
  return event.ctrlKey || event.metaKey ? names.map((name) => `Mod+${name}`) : names
}

export const keysOf = (command: AnyCommand, overrides: Overrides): readonly string[] => overrides[command.id] ?? command.keys

const meet = (a: Context, b: Context): boolean => a === b || a === 'global' || b === 'global'

export interface Clash {
  key: string
  commands: [string, string]
}

/** Every pair of commands that want the same key in the same place. */
export function clashes(commands: readonly AnyCommand[], overrides: Overrides = {}): Clash[] {
  return commands.flatMap((a, i) =>
    commands.slice(i + 1).flatMap((b) => {
      if (!meet(a.context, b.context)) return []
      const shared = keysOf(a, overrides).filter((key) => keysOf(b, overrides).includes(key))
      return shared.map((key): Clash => ({ key, commands: [a.title, b.title] }))
    }),
  )
}

/** The overrides with `key` as the only key of one command, or the command that already has it. */
export function rebind(
  commands: readonly AnyCommand[],
  overrides: Overrides,
  id: string,
  key: string,
): { overrides: Overrides } | { takenBy: AnyCommand } {
  const command = commands.find((candidate) => candidate.id === id)
  const takenBy = commands.find((other) => other.id !== id && command && meet(other.context, command.context) && keysOf(other, overrides).includes(key))
  return takenBy ? { takenBy } : { overrides: { ...overrides, [id]: [key] } }
}

/** The command a key press means in the innermost of `contexts` that knows it, or null. */
export function commandFor<State>(
  commands: readonly Command<State>[],
  event: Pressed,
  contexts: readonly Context[],
  state: State,
  overrides: Overrides = {},
): Command<State> | null {
  for (const name of namesOf(event)) {
    for (const context of contexts) {
      const found = commands.find((one) => one.context === context && keysOf(one, overrides).includes(name) && one.when(state))
      if (found) return found
    }
  }
  return null
}

/** How a key cap shows a key: "Mod+k" → "Ctrl K" or "⌘ K". */
export function shown(key: string, isMac: boolean): string {
  const names: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Delete: 'Del' }
  if (key === '+') return key
  const [last = '', modifier] = key.split('+').reverse()
  const cap = names[last] ?? (modifier && last.length === 1 ? last.toUpperCase() : last)
  if (modifier === 'Shift') return `${isMac ? '⇧' : 'Shift'} ${cap}`
  return modifier === 'Mod' ? `${isMac ? '⌘' : 'Ctrl'} ${cap}` : cap
}
