import type { ClassInfo } from '../api/types'
import type { Desk } from '../views/label/desk.svelte'
import type { Command } from './command'
import { t } from '../words/spoken.svelte'

type SeveralCommand = Command<Desk>

const isChoosing = (desk: Desk): boolean => desk.ticked !== null

/** Any number of classes: a key for each that ticks it or takes the tick away, and one that is sure. */
export function severalCommands(classes: readonly ClassInfo[], keys: readonly (string | null)[]): SeveralCommand[] {
  return [
    ...classes.map(({ name }, i): SeveralCommand => ({
      id: `tick.${i}`,
      title: name,
      context: 'several',
      keys: keys[i] ? [keys[i]] : [],
      fixed: true,
      when: isChoosing,
      run: (desk) => desk.tick(name),
    })),
    { id: 'several.save', get title() { return t.label.saveAndNext }, context: 'several', keys: ['Enter'], when: isChoosing, run: (desk) => desk.confirm() },
  ]
}
