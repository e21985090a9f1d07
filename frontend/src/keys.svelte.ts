import type { Overrides } from './keymap'

const PLACE = 'querent.keys'

function stored(): Overrides {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '{}')
    const entries = known && typeof known === 'object' ? Object.entries(known) : []
    return Object.fromEntries(entries.filter((entry): entry is [string, string[]] => Array.isArray(entry[1]) && entry[1].every((key) => typeof key === 'string')))
  } catch {
    return {}
  }
}

let overrides = $state.raw<Overrides>(stored())

/** The person's own keys, kept on this device. */
export const ownKeys = {
  get overrides(): Overrides {
    return overrides
  },
  set(next: Overrides): void {
    overrides = next
    try {
      localStorage.setItem(PLACE, JSON.stringify(next))
    } catch {
      // A browser without storage: the change lasts as long as the page.
    }
  },
}
