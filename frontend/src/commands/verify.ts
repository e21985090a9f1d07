import { t } from '../words/spoken.svelte'
import type { Desk } from '../views/label/desk.svelte'
import type { Command } from './command'

const isVerifying = (desk: Desk): boolean => desk.verifying !== null

/** What the model would answer is accepted or refused by one key. */
export const VERIFY_COMMANDS: readonly Command<Desk>[] = [
  { id: 'verify.accept', get title() { return t.suggestions.accept }, context: 'verify', keys: ['Enter'], when: isVerifying, run: (desk) => desk.accept() },
  { id: 'verify.refuse', get title() { return t.suggestions.refuse }, context: 'verify', keys: ['x'], when: isVerifying, run: (desk) => desk.refuse() },
]
