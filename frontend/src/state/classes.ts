import type { ClassInfo } from '../api/types'

const N_COLORS = 12

/** The colour slot (1–12) of the class at `index`: its own, else its turn. */
export function colorSlot(info: Pick<ClassInfo, 'color'>, index: number): number {
  return info.color >= 1 && info.color <= N_COLORS ? info.color : (index % N_COLORS) + 1
}

/** The CSS class that colours everything inside it ("c3"); "c12" for a class the project no longer has. */
export function colorOf(classes: readonly ClassInfo[], name: string): string {
  const index = classes.findIndex((info) => info.name === name)
  const info = classes[index]
  return info ? `c${colorSlot(info, index)}` : 'c12'
}

const DIGITS = [...'1234567890']
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']

/**
 * One key for each class, in order; null where the keys ran out (such classes are found by search).
 * A key the project chose wins when it is one character, free and not `reserved`; the rest take digits, then letters.
 */
export function answerKeys(classes: readonly Pick<ClassInfo, 'key'>[], reserved: ReadonlySet<string>): (string | null)[] {
  const taken = new Set(reserved)
  const chosen = classes.map(({ key }) => {
    const wanted = key.toLowerCase()
    if ([...wanted].length !== 1 || taken.has(wanted) || wanted.trim() === '') return null
    taken.add(wanted)
    return wanted
  })
  const free = [...DIGITS, ...LETTERS].filter((key) => !taken.has(key))
  return chosen.map((key) => key ?? free.shift() ?? null)
}
