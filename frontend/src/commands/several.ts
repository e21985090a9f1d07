import type { ClassInfo } from '../api/types'
import type { Edits } from '../views/label/editing.svelte'
import type { Command } from './command'
import { t } from '../words/spoken.svelte'

type SeveralCommand = Command<Edits>

const isChoosing = ({ editing }: Edits): boolean => Boolean(editing?.ticked)

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
      run: ({ editing }) => editing?.tick(name),
    })),
    { id: 'several.save', get title() { return t.label.saveAndNext }, context: 'several', keys: ['Enter'], when: isChoosing, run: ({ editing }) => editing?.save() },
  ]
}
