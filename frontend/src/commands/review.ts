import { scrollText } from '../dom'
import { isMade } from '../state/kinds'
import type { Option } from '../state/options'
import { hasMarks } from '../state/review'
import type { Bench } from '../views/review/bench.svelte'
import type { Command } from './command'
import { t } from '../words/spoken.svelte'

type ReviewCommand = Command<Bench>

const isOpen = (bench: Bench): boolean => bench.current !== null && !bench.busy

/** Everything on the review page that is not a class. */
export const REVIEW_COMMANDS: readonly ReviewCommand[] = [
  { id: 'accept', get title() { return t.review.accept }, context: 'review', keys: ['a'], when: isOpen, run: (bench) => void bench.accept() },
  { id: 'review.keep', get title() { return t.label.keepTheDoubtedAnswer }, context: 'review', keys: ['k'], when: (bench) => isOpen(bench) && bench.doubted !== null, run: (bench) => void bench.keep() },
  { id: 'send-out', get title() { return t.label.sendOutAgain }, context: 'review', keys: ['s'], when: isOpen, run: (bench) => void bench.decide({ decision: 'send_out' }) },
  { id: 'gold', get title() { return t.label.makeGold }, context: 'review', keys: ['g'], when: isOpen, run: (bench) => void bench.decide({ decision: 'gold' }) },
  { id: 'review.undo', get title() { return t.label.undo }, context: 'review', keys: ['u', 'Backspace'], when: (bench) => bench.canUndo && !bench.busy, run: (bench) => void bench.undo() },
  { id: 'next', get title() { return t.label.nextItem }, context: 'review', keys: ['j', 'ArrowDown'], when: (bench) => bench.queue.length > 0, run: (bench) => bench.walk(1) },
  { id: 'previous', get title() { return t.label.itemBefore }, context: 'review', keys: ['i', 'ArrowUp'], when: (bench) => bench.queue.length > 0, run: (bench) => bench.walk(-1) },
  { id: 'draw', get title() { return t.review.drawTheNext }, context: 'review', keys: ['v'], when: (bench) => hasMarks(bench.project.kind) && Boolean(bench.page?.votes.length), run: (bench) => bench.drawNext() },
  { id: 'take', get title() { return t.review.takeIt }, context: 'review', keys: ['t'], when: (bench) => isOpen(bench) && bench.wanted !== null, run: (bench) => void bench.take() },
  { id: 'change', get title() { return t.review.change }, context: 'review', keys: ['e'], when: (bench) => isOpen(bench) && bench.page !== null && isMade(bench.project.kind), run: (bench) => bench.change() },
  { id: 'change.leave', get title() { return t.review.leaveAsItIs }, context: 'change', keys: ['Escape'], when: (bench) => bench.editing !== null, run: (bench) => bench.leave() },
  { id: 'change.find', get title() { return t.label.findAClass }, context: 'change', keys: ['/'], when: (bench) => bench.editing !== null && bench.project.classes.length > 0, run: (bench) => bench.pop('classes') },
  { id: 'comment', get title() { return t.label.comment }, context: 'review', keys: ['c'], when: (bench) => bench.current !== null, run: (bench) => bench.talk() },
  { id: 'read-on', get title() { return t.label.readOnInA }, context: 'review', keys: ['PageDown'], when: (bench) => bench.current !== null, run: () => scrollText(1) },
  { id: 'read-back', get title() { return t.label.readBackInA }, context: 'review', keys: ['PageUp'], when: (bench) => bench.current !== null, run: () => scrollText(-1) },
  { id: 'keys', get title() { return t.label.allKeys }, context: 'global', keys: ['?'], when: () => true, run: (bench) => bench.pop('keys') },
  { id: 'palette', get title() { return t.label.commands }, context: 'global', keys: ['Mod+k'], when: () => true, run: (bench) => bench.pop('palette') },
]

/** The whole table of the page: one command for each answer of one key changes what holds to it. */
export function reviewCommands(options: readonly Option[], keys: readonly (string | null)[]): ReviewCommand[] {
  const changes = options.map(({ name, value }, i): ReviewCommand => ({
    id: `change.${i}`,
    get title() { return t.label.changeTo(name) },
    context: 'review',
    keys: keys[i] ? [keys[i]] : [],
    fixed: true,
    when: isOpen,
    run: (bench) => void bench.decide({ decision: 'change', value: { ...value } }),
  }))
  return [...changes, ...REVIEW_COMMANDS]
}
