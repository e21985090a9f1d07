import type { ClassInfo } from '../api/types'
import { scrollText } from '../dom'
import type { Bench } from '../views/review/bench.svelte'
import type { Command } from './command'

type ReviewCommand = Command<Bench>

const isOpen = (bench: Bench): boolean => bench.current !== null && !bench.busy

/** Everything on the review page that is not a class. */
export const REVIEW_COMMANDS: readonly ReviewCommand[] = [
  { id: 'accept', title: 'Accept', context: 'review', keys: ['a'], when: isOpen, run: (bench) => void bench.accept() },
  { id: 'review.keep', title: 'Keep the doubted answer', context: 'review', keys: ['k'], when: (bench) => isOpen(bench) && bench.doubted !== null, run: (bench) => void bench.keep() },
  { id: 'send-out', title: 'Send out again', context: 'review', keys: ['s'], when: isOpen, run: (bench) => void bench.decide({ decision: 'send_out' }) },
  { id: 'gold', title: 'Make gold', context: 'review', keys: ['g'], when: isOpen, run: (bench) => void bench.decide({ decision: 'gold' }) },
  { id: 'review.undo', title: 'Undo', context: 'review', keys: ['u', 'Backspace'], when: (bench) => bench.canUndo && !bench.busy, run: (bench) => void bench.undo() },
  { id: 'next', title: 'Next item', context: 'review', keys: ['j', 'ArrowDown'], when: (bench) => bench.queue.length > 0, run: (bench) => bench.walk(1) },
  { id: 'previous', title: 'Item before', context: 'review', keys: ['i', 'ArrowUp'], when: (bench) => bench.queue.length > 0, run: (bench) => bench.walk(-1) },
  { id: 'comment', title: 'Comment', context: 'review', keys: ['c'], when: (bench) => bench.current !== null, run: (bench) => bench.talk() },
  { id: 'read-on', title: 'Read on in a long text', context: 'review', keys: ['PageDown'], when: (bench) => bench.current !== null, run: () => scrollText(1) },
  { id: 'read-back', title: 'Read back in a long text', context: 'review', keys: ['PageUp'], when: (bench) => bench.current !== null, run: () => scrollText(-1) },
  { id: 'keys', title: 'All keys', context: 'global', keys: ['?'], when: () => true, run: (bench) => bench.pop('keys') },
  { id: 'palette', title: 'Commands', context: 'global', keys: ['Mod+k'], when: () => true, run: (bench) => bench.pop('palette') },
]

/** The whole table of the page: one command for each class changes the answer to it. */
export function reviewCommands(classes: readonly ClassInfo[], keys: readonly (string | null)[]): ReviewCommand[] {
  const changes = classes.map(({ name }, i): ReviewCommand => ({
    id: `change.${i}`,
    title: `Change to ${name}`,
    context: 'review',
    keys: keys[i] ? [keys[i]] : [],
    fixed: true,
    when: isOpen,
    run: (bench) => void bench.decide({ decision: 'change', value: { class: name } }),
  }))
  return [...changes, ...REVIEW_COMMANDS]
}
