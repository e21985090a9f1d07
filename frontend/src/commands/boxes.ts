import type { ClassInfo } from '../api/types'
import { choose, chosenBox, erase, nudge, undo, walk, zoomed } from '../state/boxes'
import type { Edits } from '../views/label/editing.svelte'
import type { Command } from './command'
import { t } from '../words/spoken.svelte'

type BoxCommand = Command<Edits>

const isDrawing = ({ editing }: Edits): boolean => Boolean(editing?.sketch?.isKnown)
const hasBoxes = ({ editing }: Edits): boolean => Boolean(editing?.sketch?.boxes.length)
const isChosen = ({ editing }: Edits): boolean => Boolean(editing?.sketch && chosenBox(editing.sketch))

const ARROWS = [
  ['right', 'ArrowRight', 1, 0],
  ['left', 'ArrowLeft', -1, 0],
  ['up', 'ArrowUp', 0, -1],
  ['down', 'ArrowDown', 0, 1],
] as const

const arrows = ARROWS.flatMap(([where, key, x, y]): BoxCommand[] => [
  { id: `boxes.${where}`, get title() { return t.label.moveTheBox[where] }, context: 'boxes', keys: [key], when: isChosen, run: ({ editing }) => editing?.draw((one) => nudge(one, x, y, false)) },
  { id: `boxes.grow-${where}`, get title() { return t.label.sizeTheBox[where] }, context: 'boxes', keys: [`Shift+${key}`], when: isChosen, run: ({ editing }) => editing?.draw((one) => nudge(one, x, y, true)) },
])

/** Boxes by keyboard: a class key draws one, arrows move it and with shift its lower right corner. */
export const BOX_COMMANDS: readonly BoxCommand[] = [
  { id: 'boxes.save', get title() { return t.label.saveAndNext }, context: 'boxes', keys: ['Enter'], when: isDrawing, run: ({ editing }) => editing?.save() },
  ...arrows,
  { id: 'boxes.leave', get title() { return t.label.doneWithThisBox }, context: 'boxes', keys: ['Escape'], when: isChosen, run: ({ editing }) => editing?.draw((one) => choose(one, null)) },
  { id: 'boxes.next', get title() { return t.label.nextBox }, context: 'boxes', keys: ['n'], when: hasBoxes, run: ({ editing }) => editing?.draw((one) => walk(one, 1)) },
  { id: 'boxes.previous', get title() { return t.label.boxBefore }, context: 'boxes', keys: ['p'], when: hasBoxes, run: ({ editing }) => editing?.draw((one) => walk(one, -1)) },
  { id: 'boxes.erase', get title() { return t.label.removeTheBox }, context: 'boxes', keys: ['Delete', 'x'], when: isChosen, run: ({ editing }) => editing?.draw(erase) },
  { id: 'boxes.undo', get title() { return t.label.undo }, context: 'boxes', keys: ['u', 'Mod+z'], when: ({ editing }) => Boolean(editing?.sketch?.undo.length), run: ({ editing }) => editing?.draw(undo) },
  { id: 'boxes.in', get title() { return t.label.zoomIn }, context: 'boxes', keys: ['+', '='], when: isDrawing, run: ({ editing }) => editing?.draw((one) => zoomed(one, 1.5)) },
  { id: 'boxes.out', get title() { return t.label.zoomOut }, context: 'boxes', keys: ['-'], when: isDrawing, run: ({ editing }) => editing?.draw((one) => zoomed(one, 1 / 1.5)) },
]

/** One command for each class: it names the chosen box, or draws a new one. */
export function boxCommands(classes: readonly ClassInfo[], keys: readonly (string | null)[]): BoxCommand[] {
  return classes.map(({ name }, i) => ({
    id: `box.${i}`,
    get title() { return t.label.box(name) },
    context: 'boxes',
    keys: keys[i] ? [keys[i]] : [],
    fixed: true,
    when: isDrawing,
    run: ({ editing }) => editing?.box(name),
  }))
}
