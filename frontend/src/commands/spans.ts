import type { ClassInfo } from '../api/types'
import { erase, step, undo, walk } from '../state/spans'
import type { Edits } from '../views/label/editing.svelte'
import type { Command } from './command'
import { t } from '../words/spoken.svelte'

type SpanCommand = Command<Edits>

const isMarking = ({ editing }: Edits): boolean => Boolean(editing?.draft)
const hasSpans = ({ editing }: Edits): boolean => Boolean(editing?.draft?.spans.length)

/** Marking by keyboard: move and extend the selection by words, a class key marks it. */
export const SPAN_COMMANDS: readonly SpanCommand[] = [
  { id: 'spans.save', get title() { return t.label.saveAndNext }, context: 'spans', keys: ['Enter'], when: isMarking, run: ({ editing }) => editing?.save() },
  { id: 'spans.right', get title() { return t.label.nextWord }, context: 'spans', keys: ['ArrowRight'], when: isMarking, run: ({ editing }) => editing?.edit((draft) => step(draft, 1, false)) },
  { id: 'spans.left', get title() { return t.label.wordBefore }, context: 'spans', keys: ['ArrowLeft'], when: isMarking, run: ({ editing }) => editing?.edit((draft) => step(draft, -1, false)) },
  { id: 'spans.extend', get title() { return t.label.extendByAWord }, context: 'spans', keys: ['Shift+ArrowRight'], when: isMarking, run: ({ editing }) => editing?.edit((draft) => step(draft, 1, true)) },
  { id: 'spans.shrink', get title() { return t.label.extendBackwards }, context: 'spans', keys: ['Shift+ArrowLeft'], when: isMarking, run: ({ editing }) => editing?.edit((draft) => step(draft, -1, true)) },
  { id: 'spans.next', get title() { return t.label.nextSpan }, context: 'spans', keys: ['n'], when: hasSpans, run: ({ editing }) => editing?.edit((draft) => walk(draft, 1)) },
  { id: 'spans.previous', get title() { return t.label.spanBefore }, context: 'spans', keys: ['p'], when: hasSpans, run: ({ editing }) => editing?.edit((draft) => walk(draft, -1)) },
  { id: 'spans.erase', get title() { return t.label.removeTheSpan }, context: 'spans', keys: ['Delete', 'x'], when: hasSpans, run: ({ editing }) => editing?.edit(erase) },
  { id: 'spans.undo', get title() { return t.label.undo }, context: 'spans', keys: ['u', 'Mod+z'], when: ({ editing }) => Boolean(editing?.draft?.undo.length), run: ({ editing }) => editing?.edit(undo) },
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
    run: ({ editing }) => editing?.mark(name),
  }))
}
