import type { ClassInfo } from '../api/types'
import { choose, chosenBox, erase, nudge, undo, walk, zoomed } from '../state/boxes'
import type { Desk } from '../views/label/desk.svelte'
import type { Command } from './command'
import { t } from '../words/spoken.svelte'

type BoxCommand = Command<Desk>

const isDrawing = (desk: Desk): boolean => Boolean(desk.sketch?.isKnown)
const hasBoxes = (desk: Desk): boolean => Boolean(desk.sketch?.boxes.length)
const isChosen = (desk: Desk): boolean => desk.sketch !== null && chosenBox(desk.sketch) !== null

const ARROWS = [
  ['right', 'ArrowRight', 1, 0],
  ['left', 'ArrowLeft', -1, 0],
  ['up', 'ArrowUp', 0, -1],
  ['down', 'ArrowDown', 0, 1],
] as const

const arrows = ARROWS.flatMap(([where, key, x, y]): BoxCommand[] => [
  { id: `boxes.${where}`, get title() { return t.label.moveTheBox[where] }, context: 'boxes', keys: [key], when: isChosen, run: (desk) => desk.draw((one) => nudge(one, x, y, false)) },
  { id: `boxes.grow-${where}`, get title() { return t.label.sizeTheBox[where] }, context: 'boxes', keys: [`Shift+${key}`], when: isChosen, run: (desk) => desk.draw((one) => nudge(one, x, y, true)) },
])

/** Boxes by keyboard: a class key draws one, arrows move it and with shift its lower right corner. */
export const BOX_COMMANDS: readonly BoxCommand[] = [
  { id: 'boxes.save', get title() { return t.label.saveAndNext }, context: 'boxes', keys: ['Enter'], when: isDrawing, run: (desk) => desk.save() },
  ...arrows,
  { id: 'boxes.leave', get title() { return t.label.doneWithThisBox }, context: 'boxes', keys: ['Escape'], when: isChosen, run: (desk) => desk.draw((one) => choose(one, null)) },
  { id: 'boxes.next', get title() { return t.label.nextBox }, context: 'boxes', keys: ['n'], when: hasBoxes, run: (desk) => desk.draw((one) => walk(one, 1)) },
  { id: 'boxes.previous', get title() { return t.label.boxBefore }, context: 'boxes', keys: ['p'], when: hasBoxes, run: (desk) => desk.draw((one) => walk(one, -1)) },
  { id: 'boxes.erase', get title() { return t.label.removeTheBox }, context: 'boxes', keys: ['Delete', 'x'], when: isChosen, run: (desk) => desk.draw(erase) },
  { id: 'boxes.undo', get title() { return t.label.undo }, context: 'boxes', keys: ['u', 'Mod+z'], when: (desk) => Boolean(desk.sketch?.undo.length), run: (desk) => desk.draw(undo) },
  { id: 'boxes.in', get title() { return t.label.zoomIn }, context: 'boxes', keys: ['+', '='], when: isDrawing, run: (desk) => desk.draw((one) => zoomed(one, 1.5)) },
  { id: 'boxes.out', get title() { return t.label.zoomOut }, context: 'boxes', keys: ['-'], when: isDrawing, run: (desk) => desk.draw((one) => zoomed(one, 1 / 1.5)) },
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
    run: (desk) => desk.box(name),
  }))
}
