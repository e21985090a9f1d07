import type { ClassInfo } from '../api/types'
import { chosen, erase, step, undo, walk } from '../state/spans'
import type { Desk } from '../views/label/desk.svelte'
import type { Command } from './command'
import { t } from '../words/spoken.svelte'

type SpanCommand = Command<Desk>

const isMarking = (desk: Desk): boolean => desk.draft !== null
const hasSpans = (desk: Desk): boolean => Boolean(desk.draft?.spans.length)

/** Marking by keyboard: move and extend the selection by words, a class key marks it. */
export const SPAN_COMMANDS: readonly SpanCommand[] = [
  { id: 'spans.save', get title() { return t.label.saveAndNext }, context: 'spans', keys: ['Enter'], when: isMarking, run: (desk) => desk.save() },
  { id: 'spans.right', get title() { return t.label.nextWord }, context: 'spans', keys: ['ArrowRight'], when: isMarking, run: (desk) => desk.edit((draft) => step(draft, 1, false)) },
  { id: 'spans.left', get title() { return t.label.wordBefore }, context: 'spans', keys: ['ArrowLeft'], when: isMarking, run: (desk) => desk.edit((draft) => step(draft, -1, false)) },
  { id: 'spans.extend', get title() { return t.label.extendByAWord }, context: 'spans', keys: ['Shift+ArrowRight'], when: isMarking, run: (desk) => desk.edit((draft) => step(draft, 1, true)) },
  { id: 'spans.shrink', get title() { return t.label.extendBackwards }, context: 'spans', keys: ['Shift+ArrowLeft'], when: isMarking, run: (desk) => desk.edit((draft) => step(draft, -1, true)) },
  { id: 'spans.next', get title() { return t.label.nextSpan }, context: 'spans', keys: ['n'], when: hasSpans, run: (desk) => desk.edit((draft) => walk(draft, 1)) },
  { id: 'spans.previous', get title() { return t.label.spanBefore }, context: 'spans', keys: ['p'], when: hasSpans, run: (desk) => desk.edit((draft) => walk(draft, -1)) },
  { id: 'spans.erase', get title() { return t.label.removeTheSpan }, context: 'spans', keys: ['Delete', 'x'], when: hasSpans, run: (desk) => desk.edit(erase) },
  { id: 'spans.undo', get title() { return t.label.undo }, context: 'spans', keys: ['u', 'Mod+z'], when: (desk) => Boolean(desk.draft?.undo.length), run: (desk) => desk.edit(undo) },
]

/** One command for each class: it marks what is selected, and takes the same mark away again. */
export function markCommands(classes: readonly ClassInfo[], keys: readonly (string | null)[]): SpanCommand[] {
  return classes.map(({ name }, i) => ({
    id: `mark.${i}`,
    get title() { return t.label.markAs(name) },
    context: 'spans',
    keys: keys[i] ? [keys[i]] : [],
    fixed: true,
    when: isMarking,
    run: (desk) => desk.mark(name),
  }))
}

/** The class of the span under the selection, to show which key would take it away. */
export const markedClass = (desk: Desk): string | null => (desk.draft && chosen(desk.draft)?.class) ?? null
