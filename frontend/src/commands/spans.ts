import type { ClassInfo } from '../api/types'
import { chosen, erase, step, undo, walk } from '../state/spans'
import type { Desk } from '../views/label/desk.svelte'
import type { Command } from './command'

type SpanCommand = Command<Desk>

const isMarking = (desk: Desk): boolean => desk.draft !== null
const hasSpans = (desk: Desk): boolean => Boolean(desk.draft?.spans.length)

/** Marking by keyboard: move and extend the selection by words, a class key marks it. */
export const SPAN_COMMANDS: readonly SpanCommand[] = [
  { id: 'spans.save', title: 'Save and next', context: 'spans', keys: ['Enter'], when: isMarking, run: (desk) => desk.save() },
  { id: 'spans.right', title: 'Next word', context: 'spans', keys: ['ArrowRight'], when: isMarking, run: (desk) => desk.edit((draft) => step(draft, 1, false)) },
  { id: 'spans.left', title: 'Word before', context: 'spans', keys: ['ArrowLeft'], when: isMarking, run: (desk) => desk.edit((draft) => step(draft, -1, false)) },
  { id: 'spans.extend', title: 'Extend by a word', context: 'spans', keys: ['Shift+ArrowRight'], when: isMarking, run: (desk) => desk.edit((draft) => step(draft, 1, true)) },
  { id: 'spans.shrink', title: 'Extend backwards', context: 'spans', keys: ['Shift+ArrowLeft'], when: isMarking, run: (desk) => desk.edit((draft) => step(draft, -1, true)) },
  { id: 'spans.next', title: 'Next span', context: 'spans', keys: ['n'], when: hasSpans, run: (desk) => desk.edit((draft) => walk(draft, 1)) },
  { id: 'spans.previous', title: 'Span before', context: 'spans', keys: ['p'], when: hasSpans, run: (desk) => desk.edit((draft) => walk(draft, -1)) },
  { id: 'spans.erase', title: 'Remove the span', context: 'spans', keys: ['Delete', 'x'], when: hasSpans, run: (desk) => desk.edit(erase) },
  { id: 'spans.undo', title: 'Undo', context: 'spans', keys: ['u', 'Mod+z'], when: (desk) => Boolean(desk.draft?.undo.length), run: (desk) => desk.edit(undo) },
]

/** One command for each class: it marks what is selected, and takes the same mark away again. */
export function markCommands(classes: readonly ClassInfo[], keys: readonly (string | null)[]): SpanCommand[] {
  return classes.map(({ name }, i) => ({
    id: `mark.${i}`,
    title: `Mark as ${name}`,
    context: 'spans',
    keys: keys[i] ? [keys[i]] : [],
    fixed: true,
    when: isMarking,
    run: (desk) => desk.mark(name),
  }))
}

/** The class of the span under the selection, to show which key would take it away. */
export const markedClass = (desk: Desk): string | null => (desk.draft && chosen(desk.draft)?.class) ?? null
