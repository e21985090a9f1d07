/* The tour of the labelling page: four things to try, each ticked off by doing it. Pure. */

export interface Seen {
  hasAnswered: boolean
  hasTakenBack: boolean
  drawer: string | null
  dialog: string | null
}

interface Stop {
  words: string
  /** The command whose key is shown. */
  command: string | null
  isDone: (seen: Seen) => boolean
}

export const STOPS: readonly Stop[] = [
  { words: 'Read the item, then answer it: each answer shows its key. The next item is there at once.', command: null, isDone: (seen) => seen.hasAnswered },
  { words: 'A slip? This takes the last answer back, and you choose again or keep it.', command: 'take-back', isDone: (seen) => seen.hasTakenBack },
  { words: 'In doubt, look at the guidelines. They stay beside the item while you answer.', command: 'guidelines', isDone: (seen) => seen.drawer === 'guidelines' },
  { words: 'Everything has a key, and every key can be changed: here are all of them.', command: 'keys', isDone: (seen) => seen.dialog === 'keys' },
]

/** The stop after `at`, once that is done; `STOPS.length` at the end. */
export const following = (at: number, seen: Seen): number => (STOPS[at]?.isDone(seen) ? at + 1 : at)
